"""From a posted form to a row: what arrived is what the table holds, once."""

import json

import duckdb
import pytest

from forms import DOMAIN, FormMaker, edited, encode, moved, sent_again
from reference import moment, parse, same


def ids(rows):
    return [row["form_id"] for row in rows]


def test_rows_equal_posted_forms(firn):
    forms = FormMaker(1).forms(200)
    replies = firn.post_all(map(encode, forms))
    firn.ingest()
    rows = firn.rows()
    assert ids(rows) == [f["id"] for f in forms]
    assert [r["_position"] for r in rows] == [int(reply.json["position"]) for reply in replies]
    for form, row in zip(forms, rows):
        assert same(parse(row["form_json"].encode()), parse(encode(form)))
        assert (row["domain"], row["app_id"]) == (form["domain"], form["app_id"])
        assert row["xmlns"] == form["form"]["@xmlns"]
        assert row["received_on"] == moment(form["received_on"])
        assert row["server_modified_on"] == moment(form["server_modified_on"])
        assert row["_file"].endswith(".csv.zst") and row["_loaded_at"] is not None


def test_duckdb_reads_the_documents_as_json(firn):
    form = FormMaker(2).form()
    firn.post_all([encode(form)])
    firn.ingest()
    read = firn.query(
        "SELECT json_valid(form_json), form_json ->> '$.form.case.\"@case_id\"', "
        "CAST(form_json AS JSON) = CAST(CAST(? AS JSON) AS JSON) FROM forms",
        json.dumps(form, separators=(",", ":")),
    )
    assert read == [(True, form["form"]["case"]["@case_id"], True)]


def test_a_form_sent_twice_is_one_row(firn):
    form = FormMaker(3).form()
    firn.post_all([encode(form), encode(form), encode(sent_again(form))])
    firn.ingest()
    assert ids(firn.rows()) == [form["id"]]
    assert firn.status()["duplicates"] == 2


def test_a_duplicate_of_an_earlier_batch_is_absorbed(firn):
    form = FormMaker(4).form()
    for _ in range(3):
        firn.post_all([encode(form)])
        firn.ingest()
    assert ids(firn.rows()) == [form["id"]]


def test_every_version_is_a_row_and_latest_shows_the_newest(firn):
    form = FormMaker(5).form()
    newest, older = edited(form, 120), edited(form, 60)
    firn.post_all(map(encode, (form, newest, older)))
    firn.ingest()
    assert len(firn.rows()) == 3
    latest = firn.query("SELECT form_json ->> '$.form.note' FROM forms_latest")
    assert latest == [(newest["form"]["note"],)]


def test_a_late_old_version_does_not_hide_the_newest(firn):
    form = FormMaker(6).form()
    firn.post_all([encode(edited(form))])
    firn.ingest()
    firn.post_all([encode(form)])
    firn.ingest()
    assert len(firn.rows()) == 2
    assert firn.query("SELECT count(*), max(server_modified_on) FROM forms_latest") == [
        (1, moment(edited(form)["server_modified_on"]))
    ]


def test_same_version_with_other_content_keeps_the_first_and_is_counted(firn):
    form = FormMaker(7).form()
    firn.post_all([encode(form), encode(moved(form, 0, note="other"))])
    firn.ingest()
    assert [json.loads(r["form_json"])["form"]["note"] for r in firn.rows()] == [form["form"]["note"]]
    assert firn.status()["conflicts"] == 1


def test_without_version_a_b_a_makes_three_rows(firn):
    a = FormMaker(8).form(server_modified_on=None)
    b = {**a, "version": "other"}
    firn.post_all(map(encode, (a, b, a, a)))
    firn.ingest()
    rows = firn.rows()
    assert [json.loads(r["form_json"])["version"] for r in rows] == [a["version"], "other", a["version"]]
    assert all(r["server_modified_on"] is None for r in rows)


def test_one_bad_record_never_blocks_the_others(firn):
    maker = FormMaker(9)
    before, after = maker.form(), maker.form()
    firn.post_all([encode(before), encode(maker.form())[:-40], encode(after)])
    firn.ingest()
    assert ids(firn.rows()) == [before["id"], after["id"]]
    assert len(firn.quarantined()) == 1


def test_the_envelope_fills_what_the_document_lacks(firn):
    form = FormMaker(10).form(app_id=None, domain=None, received_on=None)
    reply = firn.post(
        encode(form), domain=DOMAIN, headers={"received-on": "2026-03-02T11:41:07.118204+02:00"}, app_id="app-7"
    )
    assert reply.status == 200
    firn.ingest()
    (row,) = firn.rows()
    assert (row["domain"], row["app_id"], str(row["received_on"])) == (DOMAIN, "app-7", "2026-03-02 09:41:07.118204")


@pytest.mark.parametrize(
    "text",
    [
        'quote " and ""',
        "comma, semicolon; tab\t",
        "line\nbreak\r\n",
        "NULL",
        "\\N",
        "😀 é \u2028",
        "'",
        "=1+1",
        "\\",
        " ends with space ",
    ],
)
def test_any_text_survives(make_firn, text):
    firn = make_firn().start()
    form = FormMaker(11).form(app_id=text)
    form["form"]["note"] = text
    firn.post_all([encode(form)])
    firn.ingest()
    (row,) = firn.rows()
    assert (row["app_id"], json.loads(row["form_json"])["form"]["note"]) == (text, text)


def test_many_chunks_in_one_batch(make_firn):
    firn = make_firn(chunk_size="10 MB", chunk_age="1s", threshold="200 KB").start()
    forms = FormMaker(12).forms(400)
    firn.post_all(map(encode, forms))
    firn.wait_for_status(lambda s: s["rows_loaded"] > 0, "the threshold triggers an ingest by itself")
    firn.ingest()
    assert ids(firn.rows()) == [f["id"] for f in forms]


def test_the_table_can_be_queried_between_batches(firn):
    maker = FormMaker(13)
    for expected in (1, 2, 3):
        firn.post_all([encode(maker.form())])
        firn.ingest()
        with duckdb.connect(str(firn.warehouse), read_only=True) as database:
            assert database.execute("SELECT count(*) FROM forms").fetchone() == (expected,)
