"""Files that wait so long for proof that Snowflake forgets whether it has loaded them.

The daemon's clock cannot be moved: its catalog is made older instead, while it is off. The account's can: its tables
and pipes are made long ago."""

import contextlib
import sqlite3

import pytest
from forms import FormMaker, encode
from waiting import wait_until

pytestmark = pytest.mark.server("versitygw")

DAY = 86_400
LONG_AGO = 80 * DAY


@pytest.fixture
def left_behind(account, on_snowflake):
    """Makes a daemon that was killed when it had submitted a file without an answer, and grew older since; with the
    forms in the file. `fault`: what became of the submission."""

    def make(method, fault, days):
        account.advance(-LONG_AGO)
        firn = on_snowflake(method)
        account.advance(LONG_AGO)
        forms = FormMaker(1).forms(10)
        firn.start().post_all(map(encode, forms))
        call, match = ("insertFiles", "*") if method == "snowpipe" else ("submit", "COPY*")
        account.fault(call, fault, times=1000, match=match)
        firn.ask("ingest", "forms")
        firn.wait_for_status(lambda status: status["chunks"].get("submitted"), "the intent to submit")
        firn.wait_for_status(lambda _: fault == "refuse" or submissions(account), "a submission")
        firn.kill()
        account.clear_faults()
        grow_older(firn, days)
        return firn, forms

    return make


def grow_older(firn, days):
    """As if the daemon had been off for so long."""
    with contextlib.closing(sqlite3.connect(firn.data / "catalog.sqlite")) as catalog, catalog:
        moved = days * DAY * 1_000_000
        catalog.execute("UPDATE chunks SET staged_at = staged_at - ?1, submitted_at = submitted_at - ?1", (moved,))
        catalog.execute("UPDATE batches SET submitted_at = submitted_at - ?", (moved,))


def submissions(account):
    copies = [each for each in account.calls("submit") if each.get("statement", "").startswith("COPY INTO")]
    return len(copies) + len(account.calls("insertFiles"))


def unproven(firn):
    return [each["text"] for each in firn.whole_status()["alarms"] if each["name"] == "load.unproven"]


@pytest.mark.parametrize("method, days", [("copy", 50), ("snowpipe", 11)])
def test_what_was_loaded_long_ago_is_proven_and_not_submitted_again(account, left_behind, method, days):
    firn, forms = left_behind(method, "lose_answer", days)
    before = submissions(account)
    firn.restart()
    firn.wait_for_status(lambda status: status["rows_loaded"] == 10, "the proof")
    assert submissions(account) == before
    assert sorted(row["FORM_ID"] for row in account.rows()) == sorted(form["id"] for form in forms)
    wait_until(lambda: not unproven(firn), "the end of the alarm", 30)


def test_copy_submits_what_is_old_when_the_table_has_no_row_of_it(account, left_behind):
    firn, forms = left_behind("copy", "refuse", 50)
    account.fault("warehouse", "limit", times=1000)
    firn.restart()
    alarm = wait_until(lambda: unproven(firn), "the alarm", 30)[0]
    assert "only when the table has no row of it" in alarm
    account.clear_faults()
    firn.restart()
    firn.wait_for_status(lambda status: status["rows_loaded"] == 10, "loaded")
    assert sorted(row["FORM_ID"] for row in account.rows()) == sorted(form["id"] for form in forms)


def test_a_pipe_is_asked_about_an_old_file_and_not_given_it_again(account, left_behind):
    firn, _ = left_behind("snowpipe", "refuse", 11)
    before = submissions(account)
    firn.restart()
    assert "not submitted again" in wait_until(lambda: unproven(firn), "the alarm", 30)[0]
    wait_until(lambda: account.calls("insertReport"), "a question for proof", 30)
    assert submissions(account) == before and firn.status()["chunks"] == {"submitted": 1}


@pytest.mark.parametrize("method, days", [("copy", 65), ("snowpipe", 15)])
def test_what_snowflake_has_forgotten_goes_to_quarantine(account, left_behind, method, days):
    firn, forms = left_behind(method, "refuse", days)
    before = submissions(account)
    firn.restart()
    firn.wait_for_status(lambda status: status["chunks"] == {"quarantined": 1}, "quarantine")
    assert submissions(account) == before
    (chunk,) = firn.ask("quarantine", "list")["chunks"]
    assert "firn quarantine retry --chunk" in chunk["reason"]
    # Its rows go under another name, since nobody knows any more what became of this one.
    firn.ask("quarantine", "retry", "--chunk", str(chunk["id"]))
    firn.ingest()
    assert sorted(row["FORM_ID"] for row in account.rows()) == sorted(form["id"] for form in forms)
