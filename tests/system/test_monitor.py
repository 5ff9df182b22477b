"""What machines that watch the daemon are told: /metrics, /healthz, /readyz."""

import random
import re
import signal
import socket
import subprocess

import pytest

from firn import MONITOR, PASSWORD, REPEATER, ROOT, USER, basic
from forms import FormMaker, edited, encode
from waiting import wait_until


@pytest.fixture
def watched(make_firn):
    return make_firn(extra=MONITOR).start()


def samples(firn):
    """{name{labels}: value} of everything that is exported."""
    lines = [line for line in firn.monitor("/metrics").text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def of(values, name, **labels):
    """The one sample of that name whose labels include these."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    found = [v for k, v in values.items() if k.partition("{")[0] == name and all(part in k for part in wanted)]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def use_everything(firn):
    """Something of every kind, so that every metric has a sample."""
    form, other = FormMaker(701).forms(2)
    firn.post_all([encode(form), encode(form), encode(edited(form)), encode(other), b"{"])
    firn.client(user=None).post(encode(form))
    firn.post(encode(form), repeater="stranger%22%7D")
    firn.ingest()


def test_every_metric_is_documented_and_every_documented_one_is_exported(watched):
    use_everything(watched)
    exported = set(re.findall(r"^# TYPE (\S+) ", watched.monitor("/metrics").text, re.MULTILINE))
    document = (ROOT / "docs/metrics.md").read_text()
    documented = re.findall(r"^\| `((?:firn|process)_\w+)` \| (\w+)", document, re.MULTILINE)
    assert exported == {name for name, _ in documented}
    types = dict(re.findall(r"^# TYPE (\S+) (\w+)$", watched.monitor("/metrics").text, re.MULTILINE))
    assert types == dict(documented)


def test_promtool_accepts_the_metrics(watched):
    use_everything(watched)
    text = watched.monitor("/metrics").text
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_promtool_accepts_the_examples(tmp_path):
    blocks = re.findall(r"(?:^    .*\n)+", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    for block, check in zip(blocks, (["check", "config"], ["check", "rules"]), strict=True):
        example = tmp_path / f"{check[1]}.yml"
        example.write_text("".join(line[4:] + "\n" for line in block.splitlines()))
        checked = subprocess.run(["promtool", *check, str(example)], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_metrics_count_what_happened(watched):
    use_everything(watched)
    values = samples(watched)
    assert of(values, "firn_intake_requests_total", repeater=REPEATER, outcome="stored") == 4
    assert of(values, "firn_intake_requests_total", repeater=REPEATER, outcome="stored_damaged") == 1
    assert of(values, "firn_intake_requests_total", repeater="-", outcome="unauthorized") == 1
    assert of(values, "firn_intake_requests_total", repeater="-", outcome="unknown_repeater") == 1
    assert of(values, "firn_records_received_total") == 5
    assert of(values, "firn_rows_total") == 3
    assert of(values, "firn_duplicates_total") == 1
    assert of(values, "firn_quarantine_open_records") == 1
    assert of(values, "firn_records_waiting") == 0
    assert of(values, "firn_chunks", state="loaded") == 1
    assert of(values, "firn_load_files_total", result="loaded") == 1
    assert of(values, "firn_batch_moves_total", to="loaded") == 1
    assert of(values, "firn_journal_append_records_sum") == 5
    assert of(values, "firn_alarms", alarm="intake.credentials_refused") == 1
    assert of(values, "firn_step_runs_total", step="load") > 0
    assert of(values, "firn_disk_floor_bytes", floor="intake") == 64e6
    assert of(values, "process_resident_memory_bytes") > 1e6
    assert not any("stranger" in name for name in values)


def test_healthy_and_ready(watched):
    health, ready = watched.monitor("/healthz"), watched.monitor("/readyz")
    assert (health.status, health.json["status"]) == (200, "good")
    assert {"firn-http", "firn-auth", f"firn-commit {REPEATER}"} <= {loop["name"] for loop in health.json["loops"]}
    assert ready.status == 200
    assert ready.json == {"status": "ready", "repeaters": [{"name": REPEATER, "ready": True, "reason": None}]}


def test_not_ready_below_the_disk_floor(make_firn):
    firn = make_firn(extra=MONITOR, intake_floor="900 TB").start()
    wait_until(lambda: firn.monitor("/readyz").status == 503, "the floor is noticed")
    assert firn.monitor("/readyz").json["repeaters"] == [
        {"name": REPEATER, "ready": False, "reason": "the disk is nearly full"}
    ]
    assert firn.monitor("/healthz").status == 200
    assert "disk.intake_floor" in [alarm["name"] for alarm in firn.whole_status()["alarms"]]


def test_not_ready_with_a_journal_that_cannot_be_opened(make_firn):
    firn = make_firn(extra=MONITOR)
    (firn.data / "journal").mkdir(parents=True)
    (firn.data / "journal" / REPEATER).write_text("a file where a folder should be")
    firn.start()
    ready = firn.monitor("/readyz")
    assert (ready.status, ready.json["repeaters"][0]["reason"]) == (503, "it stands still")


def test_not_ready_while_a_journal_is_poisoned(make_firn):
    """Its folder is gone, so that no new segment can be made; ready again when it is back."""
    firn = make_firn(extra=MONITOR).start()
    folder = firn.data / "journal" / REPEATER
    away = firn.folder / "away"
    big = encode(FormMaker(702).form(blob=random.Random(702).randbytes(8_000_000).hex()))
    folder.rename(away)
    wait_until(lambda: firn.post(big).status == 503, "the segment is full")
    wait_until(lambda: firn.monitor("/readyz").status == 503, "it is told")
    assert "cannot be opened again" in firn.monitor("/readyz").json["repeaters"][0]["reason"]
    names = [alarm["name"] for alarm in firn.whole_status()["alarms"]]
    assert "journal.poisoned" in names and "journal.write_failed" in names
    away.rename(folder)
    wait_until(lambda: firn.monitor("/readyz").status == 200, "it is ready again")
    assert "journal.poisoned" not in [alarm["name"] for alarm in firn.whole_status()["alarms"]]
    assert firn.post(encode(FormMaker(703).form())).status == 200


def test_not_ready_while_it_stops(watched):
    """A request under way keeps it from ending."""
    form = encode(FormMaker(704).form())
    head = (
        f"POST /in/forms HTTP/1.1\r\nHost: a\r\nAuthorization: {basic(USER, PASSWORD)}\r\n"
        f"Expect: 100-continue\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", watched.port)) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        watched.process.send_signal(signal.SIGTERM)
        wait_until(lambda: watched.monitor("/readyz").status == 503, "it is told")
        assert watched.monitor("/readyz").json["repeaters"][0]["reason"] == "firn is shutting down"
        assert watched.monitor("/healthz").status == 200
        connection.sendall(form)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert watched.process.wait(30) == 0


def test_there_is_no_monitor_unless_it_is_wanted(firn):
    assert not firn.monitor_port_file.exists()


def test_a_monitor_that_others_reach_must_be_allowed(make_firn):
    firn = make_firn(extra='\n[monitor]\nlisten = "0.0.0.0:0"\n')
    refused = firn.run("check")
    assert refused.returncode == 3 and "asks for no credentials" in refused.stderr
    firn.settings.extra += 'access = "network"\n'
    firn.write_config()
    assert firn.run("check").returncode == 0
