"""What strangers and broken senders may bring: each has its own outcome, and a neighbour is served before and after."""

import json
import random
import socket

import pytest

from firn import PASSWORD, USER, basic
from forms import FormMaker, encode

MEGABYTE = 1_000_000


def changed(form, **values):
    return encode({**form, **values})


def inside(form, text):
    """The form with raw text as the value of a question."""
    form["form"]["note"] = "HERE"
    return encode(form).replace(b'"HERE"', text)


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><d>&d;</d>"""

# Stored and answered 200, because HQ would give up otherwise; then in quarantine with this reason.
QUARANTINED = {
    "truncated": (lambda form: encode(form)[:-40], "not_json"),
    "empty": (lambda form: b"", "not_json"),
    "blanks only": (lambda form: b" \r\n ", "not_json"),
    "binary": (lambda form: random.Random(91).randbytes(5000), "not_json"),
    "JSON that is nested 100,000 deep": (lambda form: b"[" * 100_000, "too_deep"),
    "JSON that is nested 2,000 deep": (lambda form: inside(form, b'{"a":' * 2000 + b"1" + b"}" * 2000), "too_deep"),
    "billion laughs": (lambda form: LAUGHS, "has_doctype"),
    "a key twice": (lambda form: inside(form, b'1, "note": 2'), "duplicate_key"),
    "a raw NUL": (lambda form: inside(form, b'"a\x00b"'), "not_json"),
    "bytes that are not UTF-8": (lambda form: inside(form, b'"a\xff\xfeb"'), "not_json"),
    "half a surrogate pair": (lambda form: inside(form, b'"\\ud800"'), "not_json"),
    "a number without end": (lambda form: inside(form, b"1e999999999"), "number_range"),
    "no id": (lambda form: changed(form, id=None), "missing_id"),
    "an id of 10 KB": (lambda form: changed(form, id="x" * 10_000), "invalid_id"),
    "an id with a line end": (lambda form: changed(form, id="a\nb"), "invalid_id"),
    "a date of the year 0": (lambda form: changed(form, received_on="0000-01-01T00:00:00Z"), "invalid_timestamp"),
    "a date of the year 292277": (
        lambda form: changed(form, received_on="292277-01-09T04:00:54.775807Z"), "invalid_timestamp"),
    "not a document at all": (lambda form: b"[1, 2, 3]", "wrong_kind"),
}


@pytest.mark.parametrize("name", QUARANTINED)
def test_a_bad_document_is_in_quarantine_and_its_neighbours_are_rows(firn, name):
    make, reason = QUARANTINED[name]
    maker = FormMaker(92)
    before, bad, after = maker.form(), maker.form(), maker.form()
    replies = firn.post_all([encode(before), make(bad), encode(after)])
    firn.ingest()
    (record,) = firn.quarantined()
    assert (record["reason"], record["position"]) == (reason, replies[1].json["position"]), record
    assert {row["form_id"] for row in firn.rows()} == {before["id"], after["id"]}


# Odd, but whole: each is a row.
ROWS = {
    "a NUL in an escape": lambda form: inside(form, b'"a\\u0000b"'),
    "text as its content type": lambda form: encode(form),
    "64 MB": lambda form: inside(form, b'"' + b"x" * (64 * MEGABYTE - 5000) + b'"'),
}


@pytest.mark.parametrize("name", ROWS)
def test_an_odd_document_is_a_row_equal_to_what_was_sent(firn, name):
    form = FormMaker(94).form()
    body = ROWS[name](form)
    kind = "text/plain" if name.startswith("text") else "application/json"
    assert firn.post(body, headers={"Content-Type": kind}).status == 200
    assert firn.post(encode(FormMaker(95).form())).status == 200
    firn.ingest()
    rows = {row["form_id"]: row for row in firn.rows()}
    assert len(rows) == 2 and json.loads(rows[form["id"]]["form_json"]) == json.loads(body)


def raw(firn, request):
    """What the server answers to these bytes, until it ends the connection."""
    with socket.create_connection(("127.0.0.1", firn.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
        return answer.decode("latin-1")


def head(*fields):
    lines = ["POST /in/forms HTTP/1.1", "Host: a", f"Authorization: {basic(USER, PASSWORD)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


SMUGGLED = b"POST /in/forms HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
REQUESTS = {
    "two lengths": (head("Content-Length: 2", "Content-Length: 30") + b"{}" + SMUGGLED, 400),
    "two lengths in one field": (head("Content-Length: 2, 30") + b"{}" + SMUGGLED, 400),
    "a length and chunks": (head("Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + SMUGGLED, 400),
    "chunks and a length": (head("Transfer-Encoding: chunked", "Content-Length: 2") + b"0\r\n\r\n" + SMUGGLED, 400),
    "a hidden coding": (head("Transfer-Encoding: xchunked") + b"0\r\n\r\n" + SMUGGLED, 400),
    "a blank before the colon": (head("Content-Length : 2") + b"{}" + SMUGGLED, 400),
    "a field folded over lines": (head("Content-Length: 2", " 0") + b"{}" + SMUGGLED, 400),
    "a chunk longer than it says": (head("Transfer-Encoding: chunked") + b"2\r\n{} more\r\n0\r\n\r\n", 400),
    "a chunk's size that is no number": (head("Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk's size beyond numbers": (head("Transfer-Encoding: chunked") + b"f" * 30 + b"\r\n{}\r\n0\r\n\r\n", 400),
    "a thousand fields": (head(*(f"X-{i}: 1" for i in range(1000)), "Content-Length: 2") + b"{}", 431),
    "a field of a megabyte": (head("X: " + "x" * MEGABYTE, "Content-Length: 2") + b"{}", 431),
    "a line without end": (b"POST /" + b"x" * MEGABYTE, 431),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_bad_request_is_refused_whole_and_the_connection_ends(firn, name):
    request, status = REQUESTS[name]
    answer = raw(firn, request)
    assert answer.startswith(f"HTTP/1.1 {status} ") and answer.count("\r\nDate: ") == 1, answer[:300]
    assert "Connection: close" in answer
    assert firn.post(encode(FormMaker(96).form())).status == 200
    assert firn.status()["received"] == 1
