"""A record that cannot become a row is kept, shown with its reason, and can be sent again."""

import pytest

from firn import FAILED, USAGE
from forms import DOMAIN, FormMaker, damaged_bodies, encode


def test_damaged_of_each_kind_is_shown_with_its_reason(firn):
    samples = damaged_bodies(FormMaker(21))
    positions = [int(firn.post(body).json["position"]) for _, body in samples]
    firn.ingest()
    shown = {int(r["position"]): r["reason"] for r in firn.quarantined()}
    assert shown == {p: reason for p, (reason, _) in zip(positions, samples)}
    assert firn.status()["quarantined"] == len(samples)


def test_the_list_is_never_cut_short(make_firn):
    """Nor does a retry of everything begin anew with what it has sent, although chunks are sealed meanwhile."""
    firn = make_firn(chunk_age="1s").start()
    firn.post_all([b"[]"] * 1100)
    firn.ingest()
    assert len({r["position"] for r in firn.quarantined()}) == 1100 == firn.status()["quarantined"]
    assert firn.run("quarantine", "retry", "--all").stdout == "Sent again: 1,100 records and 0 chunks.\n"


def test_the_answer_says_when_a_look_shows_damage(firn):
    reply = firn.post(b'{"id": ')
    assert reply.status == 200
    assert reply.json["damage"]
    assert "damage" not in firn.post(encode(FormMaker(26).form())).json


def test_nothing_of_a_payload_is_shown_or_logged(firn):
    secret = "Fatima-has-fever"
    form = FormMaker(22).form()
    form["form"]["note"] = secret
    firn.post(encode(form)[:-30])
    firn.post(encode({**form, "received_on": secret}))
    firn.ingest()
    listed = firn.run("quarantine", "list").stdout
    assert secret not in listed and secret not in firn.log.read_text()


def test_show_gives_the_bytes_back(firn):
    body = encode(FormMaker(23).form())[:-10]
    position = firn.post(body).json["position"]
    firn.ingest()
    shown = firn.run("quarantine", "show", "forms", position, "--body")
    assert shown.returncode == 0 and shown.stdout.encode() == body


def test_a_repaired_record_becomes_a_row_once(firn):
    form = FormMaker(24).form()
    position = firn.post(encode(form)[:-30]).json["position"]
    firn.ingest()
    repaired = firn.folder / "repaired.json"
    repaired.write_bytes(encode(form))
    for _ in range(2):
        firn.run("quarantine", "retry", "forms", position, "--body", str(repaired))
        firn.ingest()
    assert [r["form_id"] for r in firn.rows()] == [form["id"]]
    assert firn.quarantined() == []


@pytest.mark.parametrize("way", ["retry", "discard"])
def test_the_bytes_of_a_settled_record_are_removed(firn, way):
    form = FormMaker(25).form()
    position = firn.post(encode(form)[:-30]).json["position"]
    firn.ingest()
    files = firn.data / "quarantine" / "forms"
    assert [path.name for path in files.iterdir()] == [position]
    repaired = firn.folder / "repaired.json"
    repaired.write_bytes(encode(form))
    more = {"retry": ["--body", str(repaired)], "discard": ["--yes"]}[way]
    assert firn.run("quarantine", way, "forms", position, *more).returncode == 0
    assert list(files.iterdir()) == []
    firn.ingest()
    assert firn.status()["rows_made"] == (way == "retry")


def test_a_retried_record_that_is_still_damaged_comes_back(firn):
    position = firn.post(b"[]").json["position"]
    firn.ingest()
    assert firn.run("quarantine", "retry", "forms", position).returncode == 0
    firn.ingest()
    assert [r["reason"] for r in firn.quarantined()] == ["wrong_kind"]


def test_a_discarded_record_is_gone(firn):
    position = firn.post(b"[]").json["position"]
    firn.ingest()
    assert firn.run("quarantine", "discard", "forms", position).returncode == USAGE, "nobody was asked"
    assert firn.run("quarantine", "discard", "forms", position, "--yes").returncode == 0
    assert firn.quarantined() == []
    assert [r["state"] for r in firn.quarantined("all")] == ["discarded"]
    shown = firn.run("quarantine", "show", "forms", position, "--body")
    assert shown.returncode == FAILED and shown.stdout == ""
    assert firn.run("quarantine", "retry", "forms", position).returncode == FAILED


@pytest.mark.parametrize(
    "domain,body_domain,reason", [("", None, "missing_domain"), ("other", DOMAIN, "domain_mismatch")]
)
def test_a_form_without_a_clear_domain_is_kept(firn, domain, body_domain, reason):
    firn.post(encode(FormMaker(25).form(domain=body_domain)), domain=domain)
    firn.ingest()
    assert [r["reason"] for r in firn.quarantined()] == [reason]


def test_forms_that_lack_a_domain_are_given_one(firn):
    maker = FormMaker(26)
    for _ in range(3):
        firn.post(encode(maker.form(domain=None)), domain="")
    firn.post(b"{", domain="")
    firn.ingest()
    position = next(r["position"] for r in firn.quarantined() if r["reason"] == "missing_domain")
    assert firn.run("quarantine", "retry", "forms", "--all", "--domain", "").returncode == USAGE
    assert firn.run("quarantine", "retry", "forms", position, "--domain", "a\nb").returncode == FAILED
    assert firn.run("quarantine", "retry", "forms", position, "--domain", DOMAIN).returncode == 0
    again = firn.run("quarantine", "retry", "forms", "--all", "--domain", DOMAIN)
    assert again.returncode == 0 and again.stdout == "Sent again: 2 records and 0 chunks.\n"
    firn.ingest()
    assert [r["domain"] for r in firn.rows()] == [DOMAIN] * 3
    assert [r["reason"] for r in firn.quarantined()] == ["not_json"]
