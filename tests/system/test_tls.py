"""The intake served with TLS, seen by clients that nobody here wrote: curl, requests, openssl, testssl.sh."""

import json
import re
import shutil
import subprocess

import pytest
import requests

from firn import CONFIGURATION, PASSWORD, USER
from forms import FormMaker, encode
from waiting import wait_until

NAME = "forms.example.org"


def make_certificate(folder, name=NAME, key="ec"):
    """A certificate that signs itself, made by openssl: fullchain.pem and privkey.pem in the folder."""
    kind = {"ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["-newkey", "rsa:2048"]}[key]
    files = ["-keyout", folder / "new.key", "-out", folder / "new.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", *kind, *files, "-days", "90", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name},DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True, timeout=60,
    )
    (folder / "new.key").chmod(0o600)
    (folder / "new.key").rename(folder / "privkey.pem")
    (folder / "new.pem").rename(folder / "fullchain.pem")


LISTENERS = """
[[intake.listener]]
listen = "127.0.0.1:0"
certificate_file = "fullchain.pem"
private_key_file = "privkey.pem"

[[intake.listener]]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def firn(make_firn):
    firn = make_firn(listeners=LISTENERS)
    make_certificate(firn.folder)
    return firn.start()


def url(firn, path="/in/forms"):
    return f"https://localhost:{firn.port}{path}"


def post(firn, form, session=requests):
    return session.post(
        url(firn), data=encode(form), headers={"Content-Type": "application/json"}, auth=(USER, PASSWORD), timeout=30,
        verify=str(firn.folder / "fullchain.pem"),
    )


def openssl_client(firn, *options):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"localhost:{firn.port}", "-CAfile", firn.folder / "fullchain.pem",
         *options],
        input=b"", capture_output=True, timeout=60,
    )


def test_forms_come_through_tls_and_plain_listeners_into_one_table(firn):
    maker = FormMaker(71)
    with requests.Session() as session:
        assert post(firn, maker.form(), session).status_code == 200
        assert post(firn, maker.form(), session).status_code == 200
    firn.port = firn.ports[1]
    assert firn.post(encode(maker.form())).status == 200
    firn.ingest()
    assert len(firn.rows()) == 3


def test_curl_trusts_the_certificate_and_is_served(firn, tmp_path):
    body = tmp_path / "form.json"
    body.write_bytes(encode(FormMaker(72).form()))
    sent = subprocess.run(
        ["curl", "--silent", "--show-error", "--cacert", firn.folder / "fullchain.pem", "--user", f"{USER}:{PASSWORD}",
         "--header", "Content-Type: application/json", "--data-binary", f"@{body}", "--write-out", "\n%{http_version}",
         url(firn)],
        capture_output=True, text=True, timeout=60,
    )
    assert sent.returncode == 0, sent.stderr
    answer, version = sent.stdout.rsplit("\n", 1)
    assert json.loads(answer)["status"] == "stored" and version == "1.1"


def test_wrong_credentials_are_refused_over_tls_too(firn):
    trusted = str(firn.folder / "fullchain.pem")
    answer = requests.post(url(firn), data=b"{}", auth=(USER, "wrong"), verify=trusted, timeout=30)
    assert answer.status_code == 401


@pytest.mark.parametrize("version,served", [("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False), ("-tls1", False)])
def test_versions(firn, version, served):
    shown = openssl_client(firn, version, "-cipher", "ALL:@SECLEVEL=0")
    assert (b"Verify return code: 0 (ok)" in shown.stdout and b"Cipher is (NONE)" not in shown.stdout) == served, shown


def test_a_renewed_certificate_is_served_without_a_restart(firn):
    def subject():
        shown = openssl_client(firn).stdout.decode()
        return re.search(r"subject=CN = (\S+)", shown)[1]

    assert subject() == NAME
    with requests.Session() as session:
        assert post(firn, FormMaker(73).form(), session).status_code == 200
        make_certificate(firn.folder, name="renewed.example.org")
        wait_until(lambda: subject() == "renewed.example.org", "the new certificate", 30)
        assert post(firn, FormMaker(74).form(), session).status_code == 200, "the open connection goes on"
    assert "tls.certificate_changed" in firn.log_tail(1000)
    assert firn.status()["received"] == 2


def test_a_certificate_that_cannot_be_used_is_an_alarm_and_the_old_one_stays(firn):
    (firn.folder / "fullchain.pem").rename(firn.folder / "kept.pem")
    (firn.folder / "fullchain.pem").write_text("half a certificate\n")

    def alarms():
        return [alarm["name"] for alarm in firn.whole_status()["alarms"]]

    wait_until(lambda: alarms() == ["tls.certificate_unusable"], "the alarm", 30)
    (firn.folder / "kept.pem").rename(firn.folder / "fullchain.pem")
    assert post(firn, FormMaker(75).form()).status_code == 200
    wait_until(lambda: alarms() == [], "the end of the alarm", 30)


def test_status_and_check_show_the_certificate(make_firn):
    firn = make_firn(listeners=LISTENERS)
    make_certificate(firn.folder)
    shown = firn.run("check")
    assert shown.returncode == 0 and f"good for  {NAME}, localhost, 127.0.0.1" in shown.stdout, shown
    listener, plain = json.loads(firn.run("check", "--json").stdout)["listeners"]
    assert listener["certificate"]["subject"] == f"CN={NAME}" and plain["certificate"] is None
    firn.start()
    status = firn.run("status")
    assert f"Listens at https://127.0.0.1:{firn.ports[0]}, certificate of CN={NAME} until" in status.stdout
    assert f"Listens at http://127.0.0.1:{firn.ports[1]}\n" in status.stdout


def test_check_says_what_is_wrong_with_the_files(make_firn):
    firn = make_firn(listeners=LISTENERS)
    make_certificate(firn.folder)
    (firn.folder / "privkey.pem").chmod(0o644)
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION and "the private key can be read by everybody" in shown.stderr
    (firn.folder / "privkey.pem").chmod(0o600)
    (firn.folder / "fullchain.pem").unlink()
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION and "fullchain.pem" in shown.stderr and "firn.toml:" in shown.stderr


def run_testssl(firn, found):
    """What testssl.sh finds wrong, as rows, and everything that it found, by id."""
    program = shutil.which("testssl.sh") or shutil.which("testssl")
    assert program, "testssl.sh is missing; script/bootstrap --tests installs it"
    checks = ["--protocols", "--server-defaults", "--fs", "--cipher-per-proto", "--heartbleed", "--ccs-injection",
              "--ticketbleed", "--robot", "--renegotiation", "--compression", "--poodle", "--sweet32", "--freak",
              "--drown", "--logjam", "--beast", "--lucky13", "--rc4"]
    subprocess.run([program, "--quiet", "--color", "0", "--nodns", "none", "--warnings", "off", "--jsonfile", found,
                    *checks, f"127.0.0.1:{firn.port}"],
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    rows = json.loads(found.read_text())
    # It signs itself, and nobody answers for it: that is the test's certificate, not the server.
    own = re.compile(r"cert_|OCSP|CRL|DNS_CAA|certificate_transparency|scanTime|engine_problem")
    harmless = ("OK", "INFO", "LOW", "DEBUG")
    bad = [row for row in rows if row["severity"] not in harmless and not own.match(row["id"])]
    return bad, {row["id"]: row["finding"] for row in rows}


def test_testssl_finds_nothing_to_mend(make_firn, tmp_path):
    """A WARN is no weakness but a check that could not find out; it must do so in one of three runs.

    `sessionresumption_ticket` is a race in testssl.sh: its openssl s_client leaves when its input ends, so that the
    ticket of TLS 1.3, which comes behind the handshake, may not have been written to its file yet (then the second
    connection has nothing to resume); and it takes a session for resumed only if fewer bytes were read than written."""
    firn = make_firn(listeners=LISTENERS)
    make_certificate(firn.folder, key="rsa")
    firn.start()
    unknown, answered = set(), {}
    for run in range(3):  # two of them only when it is needed
        bad, found = run_testssl(firn, tmp_path / f"found-{run}.json")
        assert not [row for row in bad if row["severity"] != "WARN"]
        undetermined = {row["id"] for row in bad}
        answered.update({name: finding for name, finding in found.items() if name not in undetermined})
        unknown = (unknown | undetermined) - set(answered)
        if not unknown:
            break
    assert not unknown, bad
    assert "not offered" in answered["TLS1_1"] and "offered" in answered["TLS1_2"] and "offered" in answered["TLS1_3"]
