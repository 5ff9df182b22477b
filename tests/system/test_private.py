"""Documents and passwords are nowhere but where they belong: not in logs, metrics, answers, environments or dumps."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from firn import MONITOR, PASSWORD, Firn, Settings, helper_of
from forms import FormMaker, encode
from waiting import wait_until

MARKER = "Xq7VeryPrivateMarker"
NOBODY = 65534
AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture
def unprivileged():
    """A daemon of a user without privileges, with no limit on core files, in a folder that this user reaches."""
    with tempfile.TemporaryDirectory(prefix="firn-private-") as name:
        made = []

        def make(extra=""):
            folder = Path(name) / f"firn{len(made)}"
            firn = Firn(folder, Settings(extra=MONITOR + extra))
            for path in (Path(name), folder, *folder.iterdir()):
                if AS_NOBODY:
                    os.chown(path, NOBODY, NOBODY)
            limit = resource.getrlimit(resource.RLIMIT_CORE)[1]
            firn.popen = {
                **AS_NOBODY,
                "cwd": folder,
                "env": {**os.environ, "FIRN_TEST_SECRET": MARKER},
                "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_CORE, (limit, limit)),
            }
            made.append(firn)
            return firn

        yield make
        for firn in made:
            firn.kill()
            print(firn.log_tail(100))


def read_as_user(path):
    """What a process of the daemon's own user, without privileges, sees of a file; None when it may not."""
    read = f"import sys; sys.stdout.buffer.write(open({str(path)!r}, 'rb').read())"
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, cwd="/", **AS_NOBODY)
    assert done.returncode == 0 or b"PermissionError" in done.stderr, done.stderr
    return done.stdout if done.returncode == 0 else None


def core_limit(pid):
    (line,) = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line]
    return line.split()[4:6]


def test_others_of_the_same_user_see_neither_memory_nor_environment(unprivileged):
    firn = unprivileged().start()
    for name in ("environ", "maps", "auxv"):
        path = f"/proc/{firn.process.pid}/{name}"
        assert os.stat(path).st_uid == 0, f"{name} belongs to root, not to the daemon's user"
        assert read_as_user(path) is None
    assert core_limit(firn.process.pid) == ["0", "0"]


def test_an_abort_leaves_no_core(unprivileged):
    firn = unprivileged().start()
    firn.post_all([encode(FormMaker(801).form(blob=MARKER))])
    os.kill(firn.process.pid, signal.SIGABRT)
    _, status = os.waitpid(firn.process.pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT and not os.WCOREDUMP(status)
    assert not list(firn.folder.glob("*core*"))


def test_dumps_can_be_allowed_to_look_for_a_mistake(unprivileged):
    firn = unprivileged('\n[debug]\ncore_dumps = "allow"\n').start()
    assert MARKER.encode() in read_as_user(f"/proc/{firn.process.pid}/environ")
    assert "daemon.core_dumps_allowed" in firn.log_tail()
    warned = firn.run("check")
    assert warned.returncode == 0 and "core file" in warned.stderr


def test_the_helper_is_as_private_and_inherits_no_secrets(unprivileged):
    firn = unprivileged().start()
    firn.post_all(map(encode, FormMaker(802).forms(3000)))
    assert firn.run("ingest", "forms").returncode == 0

    def hidden():
        """The helper's number once it has come so far that its files belong to root."""
        pid = helper_of(firn)
        return pid if pid and os.stat(f"/proc/{pid}/environ").st_uid == 0 else None

    pid = wait_until(hidden, "the helper hides its memory", every=0.001)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert core_limit(pid) == ["0", "0"]
        assert read_as_user(f"/proc/{pid}/environ") is None
        if os.geteuid() == 0:
            assert MARKER.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    finally:
        os.kill(pid, signal.SIGCONT)


def everything_shown(firn):
    """All that the program says about itself, by where it says it."""
    pid = firn.process.pid
    said = {
        "log": firn.log.read_text(errors="replace"),
        "metrics": firn.monitor("/metrics").text,
        "readyz": firn.monitor("/readyz").text,
        "healthz": firn.monitor("/healthz").text,
        "arguments": Path(f"/proc/{pid}/cmdline").read_text(),
    }
    for words in (
        ["status"],
        ["status", "--json"],
        ["check"],
        ["check", "--json"],
        ["quarantine", "list"],
        ["quarantine", "list", "--json"],
        ["trace", "unknown"],
        ["journal", "inspect", "forms"],
        ["quarantine", "show", "forms", "1"],
        ["ingest", "unknown"],
    ):
        done = firn.run(*words)
        said[" ".join(words)] = done.stdout + done.stderr
    return said


def test_documents_and_passwords_are_told_nowhere(make_firn):
    firn = make_firn(extra=MONITOR + '\n[log]\nlevel = "debug"\n').start()
    good = FormMaker(803).form(blob=MARKER)
    wrong_time = FormMaker(804).form(blob=MARKER)
    wrong_time["received_on"] = MARKER
    bodies = [
        encode(good),
        encode(wrong_time),
        b'{"id": "a", "x": "' + MARKER.encode(),
        b'{"id": "b", "x": ' + MARKER.encode() + b"}",
        b'{"id": "c", "x": "\xff' + MARKER.encode() + b'"}',
        b"<data>" + MARKER.encode(),
        MARKER.encode(),
    ]
    answers = [firn.post(body) for body in bodies]
    assert {answer.status for answer in answers} == {200}
    refused = [
        firn.client(password=MARKER).post(encode(good)),
        firn.client(user=None).request("POST", "/in/forms", encode(good), {"Authorization": f"Bearer {MARKER}"}),
        firn.client(user=None).request("POST", "/in/forms", encode(good), {"X-Api-Key": MARKER}),
    ]
    assert {answer.status for answer in refused} == {401}
    firn.ingest()
    said = everything_shown(firn)
    said["answers"] = "\n".join(answer.text for answer in answers + refused)
    for place, text in said.items():
        assert MARKER not in text, f"{place} tells a document or a password"
        assert PASSWORD not in text, f"{place} tells a password"
    assert len(firn.quarantined()) == 6


def test_a_stranger_cannot_write_lines_into_the_log(firn):
    name = "x%0alevel=error%20event=forged%1b[2J%e2%80%a8y"
    firn.client().request("POST", f"/in/{name}/", b"{}")
    firn.client().request("POST", "/in/z%20event=forged%c2%9b/", b"{}")
    text = firn.log.read_bytes()
    assert b"\x1b" not in text and b"\xc2\x9b" not in text and b"\xe2\x80\xa8" not in text
    for line in text.decode().splitlines():
        assert line.startswith("time=") and "forged" not in line.partition(" event=")[2].partition(" ")[0]
    assert "\x1b" not in firn.run("status").stdout
