"""Every kind of document that CommCare HQ forwards, through the daemon into its own table."""

import datetime
import json
from pathlib import Path

import pytest

import hq_conversion
from firn import USAGE
from reference import moment, parse, same
from waiting import wait_until

SAMPLES = Path(__file__).parent / "fixtures/kinds"
TABLES = {"case": "cases", "user": "users", "location": "locations", "data_source": "sources"}
REQUESTS = {"form_stub": "stubs", "app_change": "apps"}
EXTRA = "".join(
    f'[repeater.{table}]\nkind = "{kind}"\ntable = "{table}"\nstage = "staging"\ndestination = "warehouse"\n'
    for kind, table in TABLES.items()
) + "".join(f'[repeater.{name}]\nkind = "{kind}"\n' for kind, name in REQUESTS.items())
HEADER = {"server-modified-on": "2026-03-02T09:41:07.300000Z"}


@pytest.fixture
def firn(make_firn):
    return make_firn(extra=EXTRA).start()


def body_of(name):
    return next(SAMPLES.glob(f"{name}.*")).read_bytes()


def post(firn, repeater, name, **options):
    reply = firn.post(body_of(name), repeater=repeater, **options)
    assert reply.status == 200, reply.text
    return reply.json


def ingest(firn):
    return firn.ask("ingest", "--wait")


def the_row(firn, table):
    ingest(firn)
    (row,) = firn.rows(table)
    return row


def assert_document(row, kind, name):
    assert same(parse(row[f"{kind}_json"].encode()), parse(body_of(name)))
    assert row["_file"].endswith(".csv.zst") and row["_position"] is not None


def test_a_case_is_a_row(firn):
    post(firn, "cases", "case", headers=HEADER)
    row, case = the_row(firn, "cases"), json.loads(body_of("case"))
    assert_document(row, "case", "case")
    assert (row["domain"], row["case_id"]) == ("demo-health", case["case_id"])
    assert row["server_date_modified"] == moment(case["server_date_modified"])
    assert (row["case_type"], row["owner_id"]) == ("person", case["properties"]["owner_id"])
    assert row["received_on"] > datetime.datetime(2026, 3, 2)


def test_a_case_without_version_has_that_of_the_header(firn):
    post(firn, "cases", "case_without_version", headers=HEADER)
    post(firn, "cases", "case_without_version", headers=HEADER)
    row = the_row(firn, "cases")
    assert_document(row, "case", "case_without_version")
    assert row["server_date_modified"] == moment(HEADER["server-modified-on"])
    assert firn.status("cases")["duplicates"] == 1


def test_a_couch_shaped_case_is_a_row(firn):
    post(firn, "cases", "case_couch")
    row, case = the_row(firn, "cases"), json.loads(body_of("case_couch"))
    assert_document(row, "case", "case_couch")
    assert (row["case_id"], row["case_type"], row["owner_id"]) == (case["_id"], case["type"], case["owner_id"])
    assert row["server_date_modified"] == moment(case["server_modified_on"])


def test_a_couch_shaped_form_is_a_row(firn):
    post(firn, "forms", "form_couch")
    row, form = the_row(firn, "forms"), json.loads(body_of("form_couch"))
    assert_document(row, "form", "form_couch")
    assert (row["form_id"], row["xmlns"], row["app_id"]) == (form["_id"], form["form"]["@xmlns"], None)
    assert row["received_on"] == moment(form["received_on"])


XML = {"Content-Type": "text/xml"}


def test_a_form_in_xml_is_a_row_each_time_its_bytes_change(firn):
    received = {**XML, "received-on": "2026-03-02T09:41:07.118204Z"}
    bodies = [body_of("form_in_xml"), body_of("form_in_xml").replace(b"031", b"32")]
    for body in (bodies[0], bodies[0], bodies[1], bodies[1], bodies[0]):
        assert firn.post(body, headers=received, app_id="a1").status == 200
    ingest(firn)
    rows = firn.rows("forms")
    for row, body in zip(rows, (bodies[0], bodies[1], bodies[0]), strict=True):
        assert same(parse(row["form_json"].encode()), hq_conversion.form(body))
        assert (row["domain"], row["app_id"]) == ("demo-health", "a1")
        assert row["form_id"] == "7b6cf1de-0a51-4c3e-8b7b-5ad4a4e0c112"
        assert row["xmlns"].endswith("5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA")
        assert (row["received_on"], row["server_modified_on"]) == (moment(received["received-on"]), None)
    assert firn.status()["duplicates"] == 2


def test_a_case_in_xml_is_a_row_with_the_headers_version(firn):
    for _ in range(2):
        post(firn, "cases", "case_in_xml", headers={**XML, **HEADER})
    row = the_row(firn, "cases")
    assert same(parse(row["case_json"].encode()), hq_conversion.case(body_of("case_in_xml")))
    assert (row["case_id"], row["case_type"]) == ("1f0c2a7c-3a44-4d0e-9d7e-6a1f5be0d205", "person")
    assert row["server_date_modified"] == moment(HEADER["server-modified-on"])
    assert firn.status("cases")["duplicates"] == 1


def test_a_user_is_a_row(firn):
    post(firn, "users", "user")
    row, user = the_row(firn, "users"), json.loads(body_of("user"))
    assert_document(row, "user", "user")
    assert (row["domain"], row["user_id"], row["username"]) == ("demo-health", user["id"], user["username"])


def test_a_location_is_a_row(firn):
    post(firn, "locations", "location")
    row, location = the_row(firn, "locations"), json.loads(body_of("location"))
    assert_document(row, "location", "location")
    assert (row["location_id"], row["location_type"], row["site_code"]) == (
        location["location_id"],
        "village",
        "rampur",
    )
    assert row["last_modified"] == moment(location["last_modified"])


def test_the_rows_of_a_data_source_are_one_row(firn):
    post(firn, "sources", "data_source", headers={"received-on": "2026-03-02T09:41:08Z"})
    row, source = the_row(firn, "sources"), json.loads(body_of("data_source"))
    assert_document(row, "data_source", "data_source")
    assert (row["data_source_id"], row["doc_id"]) == (source["data_source_id"], source["doc_id"])
    assert row["received_on"] == datetime.datetime(2026, 3, 2, 9, 41, 8)
    ages = firn.query("SELECT json_extract_string(data_source_json, '$.data[*].age') FROM sources")
    assert ages == [(["31", "4"],)]


def test_latest_shows_the_newest_version_of_a_case_in_whatever_order(firn):
    for name in ("case_newer", "case", "case_newer", "case"):
        post(firn, "cases", name)
    ingest(firn)
    assert len(firn.rows("cases")) == 2
    assert firn.query("SELECT case_json ->> '$.properties.last_visit' FROM cases_latest") == [("2026-03-05",)]


def test_latest_shows_the_last_of_a_kind_without_versions(firn):
    for name in ("data_source", "data_source", "data_source_gone"):
        post(firn, "sources", name)
    ingest(firn)
    assert len(firn.rows("sources")) == 2
    assert firn.query("SELECT json_array_length(data_source_json -> '$.data') FROM sources_latest") == [(0,)]


def test_documents_of_two_data_sources_are_two(firn):
    other = {**json.loads(body_of("data_source")), "data_source_id": "another"}
    post(firn, "sources", "data_source")
    firn.post(other, repeater="sources")
    ingest(firn)
    assert firn.query("SELECT count(*) FROM sources_latest") == [(2,)]
    traced = firn.ask("trace", f"another/{other['doc_id']}")
    assert len(traced["versions"]) == 1


KIND_OF = {
    "case": "case",
    "form_couch": "form",
    "form_in_xml": "form",
    "case_in_xml": "case",
    "user": "user",
    "location": "location",
    "data_source": "data_source",
    "form_stub": "form_stub",
    "app_change": "app_change",
}
REPEATERS = {"form": "forms", **TABLES, **REQUESTS}


def test_a_document_of_another_kind_is_quarantined_as_such(firn):
    expected = {}
    for kind, repeater in REPEATERS.items():
        for name, own in KIND_OF.items():
            if own != kind:
                position = post(firn, repeater, name)["position"]
                # A bare id is no JSON document at all.
                expected[repeater, position] = "not_json" if name == "app_change" else "wrong_kind"
    ingest(firn)
    others = sum(kind != "form" for kind in KIND_OF.values())
    firn.wait_for_status(lambda s: s["quarantined"] == others, "everything to be decided")
    found = {(r["repeater"], r["position"]): r["reason"] for r in firn.quarantined()}
    assert found == expected


def test_trace_finds_what_waits_in_every_encoding(firn):
    post(firn, "forms", "form_in_xml", headers=XML)
    post(firn, "sources", "data_source")
    assert len(firn.ask("trace", "7b6cf1de-0a51-4c3e-8b7b-5ad4a4e0c112")["waiting"]) == 1
    source = json.loads(body_of("data_source"))
    assert len(firn.ask("trace", f"{source['data_source_id']}/{source['doc_id']}")["waiting"]) == 1
    assert firn.run("trace", f"another/{source['doc_id']}").returncode != 0


def requests_of(firn, repeater):
    return next(r for r in firn.whole_status()["repeaters"] if r["name"] == repeater)


def wait_for_requests(firn, repeater, count, records):
    def holds():
        status = requests_of(firn, repeater)
        return status["fetch_open"] == count and status["decided"]["records"] == records

    wait_until(holds, lambda: str(requests_of(firn, repeater)), 30, every=0.1)


def test_stubs_and_app_changes_become_requests_once(firn):
    for _ in range(3):
        post(firn, "stubs", "form_stub", headers={"received-on": "2026-03-02T09:41:07.118204Z"})
        post(firn, "apps", "app_change", headers={"Content-Type": "text/xml"})
    wait_for_requests(firn, "stubs", 1, 3)
    wait_for_requests(firn, "apps", 1, 3)
    firn.restart()
    post(firn, "stubs", "form_stub")
    firn.post({**json.loads(body_of("form_stub")), "form_id": "another"}, repeater="stubs")
    wait_for_requests(firn, "stubs", 2, 5)
    status = requests_of(firn, "stubs")
    assert (status["table"], status["decided"]["duplicates"], status["decided"]["requests"]) == (None, 3, 2)
    (request,) = firn.ask("trace", json.loads(body_of("form_stub"))["form_id"])["requests"]
    assert (request["repeater"], request["received_on"]) == ("stubs", "2026-03-02T09:41:07.118204Z")
    shown = firn.run("status").stdout
    assert "2 not fetched yet" in shown and "stubs: form_stub documents\n" in shown


def test_there_is_nothing_to_ingest_of_stubs(firn):
    post(firn, "stubs", "form_stub")
    post(firn, "cases", "case")
    assert [batch["repeater"] for batch in ingest(firn)["batches"]] == ["cases"]
    done = firn.run("ingest", "stubs")
    assert done.returncode != 0 and "make no rows" in done.stderr


def test_a_repeater_of_stubs_refuses_what_has_no_effect(make_firn):
    firn = make_firn(extra='[repeater.stubs]\nkind = "form_stub"\ntable = "stubs"\n')
    done = firn.run("check")
    assert done.returncode not in (0, USAGE) and '"table" has no effect' in done.stderr + done.stdout
