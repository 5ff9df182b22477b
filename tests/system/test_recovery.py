"""Ends of every kind: nothing that was acknowledged is lost, nothing is doubled."""

import json
import os
import signal
import sqlite3
import subprocess
import sys

import duckdb
import pytest

from firn import Client, helper_of
from forms import DOMAIN, FormMaker, encode
from ledger import assert_table_equals_ledger
from load import Ledger, Load
from waiting import wait_until


def under_load(firn, acknowledged, seed=41, clients=4):
    """A running load that has had so many forms acknowledged."""
    ledger = Ledger()
    load = Load(lambda: Client(firn.port, timeout=10), [FormMaker(seed + i) for i in range(clients)], ledger).start()
    wait_until(lambda: len(ledger) >= acknowledged, "forms are accepted")
    return ledger, load


def test_sigterm_under_load_loses_nothing_and_exits_0(make_firn):
    firn = make_firn(chunk_age="1s", threshold="100 KB").start()
    ledger, load = under_load(firn, 300)
    assert firn.stop() == 0
    load.stop()
    firn.start()
    firn.ingest()
    assert_table_equals_ledger(firn, ledger)


def test_sigterm_when_idle_exits_0_at_once(firn):
    assert firn.stop(seconds=5) == 0


def test_kill_and_restart_loses_nothing(make_firn):
    firn = make_firn(chunk_age="1s", threshold="100 KB").start()
    ledger, load = under_load(firn, 200)
    for goal in (400, 600):
        firn.restart()
        wait_until(lambda: len(ledger) >= goal, "forms are accepted again")
    firn.kill()
    load.stop()
    firn.start()
    firn.ingest()
    assert_table_equals_ledger(firn, ledger)


def test_a_batch_triggered_before_the_kill_is_loaded_after_it(firn):
    forms = FormMaker(43).forms(50)
    firn.post_all(map(encode, forms))
    assert firn.run("ingest", "forms").returncode == 0
    firn.restart()
    firn.wait_for_status(lambda s: s["rows_loaded"] == 50, "the batch is loaded")
    assert len(firn.rows()) == 50


def test_a_killed_helper_is_a_failed_attempt_like_any_other(firn):
    forms = FormMaker(44).forms(2000)
    firn.post_all(map(encode, forms))
    assert firn.run("ingest", "forms").returncode == 0
    os.kill(wait_until(lambda: helper_of(firn), "the helper runs", every=0.001), signal.SIGKILL)
    firn.wait_for_status(lambda s: s["rows_loaded"] == len(forms), "the batch is loaded by a second attempt")
    assert [r["form_id"] for r in firn.rows()] == [f["id"] for f in forms]


def test_it_waits_while_another_program_holds_the_database(firn):
    maker = FormMaker(45)
    firn.post_all([encode(maker.form())])
    firn.ingest()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()",
            str(firn.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        firn.post_all([encode(maker.form())])
        assert firn.run("ingest", "forms").returncode == 0
        waiting = firn.wait_for_status(lambda s: s["retrying"], "the status says what is being retried")
        assert waiting
        assert "warehouse.duckdb" in str(firn.status()["retrying"])
    finally:
        holder.communicate("\n", timeout=20)
    firn.wait_for_status(lambda s: s["rows_loaded"] == 2, "the batch is loaded once the file is free")
    assert len(firn.rows()) == 2


def test_a_table_of_another_shape_waits_for_a_person_and_keeps_the_chunk(firn):
    with duckdb.connect(str(firn.warehouse)) as database:
        database.execute("CREATE TABLE forms (form_id INTEGER)")
    firn.post_all([encode(FormMaker(46).form())])
    assert firn.run("ingest", "forms").returncode == 0
    firn.wait_for_status(lambda s: s["blocked"], "the load is blocked and shown")
    (alarm,) = firn.whole_status()["alarms"]
    assert alarm["object"] == "forms/load" and "table forms" in alarm["text"]
    assert list(firn.stage.rglob("*.csv.zst")), "a chunk that was not proven loaded was deleted"
    with duckdb.connect(str(firn.warehouse)) as database:
        assert database.execute("SELECT count(*) FROM forms").fetchall() == [(0,)]
        database.execute("ALTER TABLE forms RENAME TO old_forms")
    firn.ingest()
    assert len(firn.rows()) == 1 and firn.whole_status()["alarms"] == []


def test_rows_missing_in_the_report_quarantine_the_chunk_and_keep_it(firn):
    """A staged file that lost its rows behind our back: the count that was loaded is not the manifest's."""
    firn.post_all(map(encode, FormMaker(47).forms(5)))
    with duckdb.connect(str(firn.warehouse)) as held:
        held.execute("CREATE TABLE other (a INTEGER)")
        assert firn.run("ingest", "forms").returncode == 0
        (staged,) = wait_until(lambda: list(firn.stage.rglob("*.csv.zst")), "the chunk is staged")
        subprocess.run(["zstd", "-q", "-f", "-o", str(staged), "-"], input=b"", check=True)
    firn.wait_for_status(lambda s: s["chunks"].get("quarantined") == 1, "the chunk is quarantined and shown")
    assert staged.exists(), "a chunk that was not proven loaded was deleted"


def test_a_chunk_that_was_loaded_in_part_is_sent_again_without_what_arrived(firn):
    """The destination's ledger says 5 rows, 2 are there: what it cannot do by itself is done by hand here."""
    maker = FormMaker(53)
    firn.post_all(map(encode, maker.forms(1)))
    firn.ingest()
    firn.post_all(map(encode, maker.forms(5)))
    with duckdb.connect(str(firn.warehouse)) as held:
        assert firn.run("ingest", "forms").returncode == 0
        (staged,) = wait_until(lambda: list(firn.stage.glob("forms/*/000002/*.csv.zst")), "the chunk is staged")
        key = str(staged.relative_to(firn.stage))
        lines = subprocess.run(["zstd", "-dc", str(staged)], check=True, capture_output=True, text=True).stdout
        for line in lines.splitlines()[1:3]:
            position = int(line.rpartition(",")[2])
            held.execute(
                "INSERT INTO forms SELECT * REPLACE (? AS _file, ? AS _position) FROM forms LIMIT 1", [key, position]
            )
        held.execute("INSERT INTO _firn_files VALUES (?, 'forms', 2, now())", [key])
    firn.wait_for_status(lambda s: s["chunks"].get("quarantined") == 1, "the chunk is quarantined")
    (chunk,) = json.loads(firn.run("quarantine", "list", "--json").stdout)["chunks"]
    sent = firn.run("quarantine", "retry", "--chunk", str(chunk["id"]))
    assert sent.returncode == 0, sent.stderr
    assert "with 3 rows" in sent.stdout
    firn.ingest()
    assert len({row["_position"] for row in firn.rows()}) == 6
    assert len(firn.rows()) == 6


def test_a_chunk_whose_name_was_taken_is_staged_once_it_is_free(firn):
    firn.ask("pause", "forms", "stage")
    firn.post_all(map(encode, FormMaker(54).forms(5)))
    assert firn.run("ingest", "forms").returncode == 0
    firn.wait_for_status(lambda s: s["chunks"] == {"packed": 1}, "the chunk is packed")
    with sqlite3.connect(f"file:{firn.data}/catalog.sqlite?mode=ro", uri=True) as catalog:
        ((key,),) = catalog.execute("SELECT object_key FROM chunks").fetchall()
    foreign = firn.stage / key
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"somebody else's")
    firn.ask("resume", "forms", "stage")
    firn.wait_for_status(lambda s: s["chunks"] == {"quarantined": 1}, "the chunk is quarantined")
    assert foreign.read_bytes() == b"somebody else's"
    foreign.unlink()
    (chunk,) = firn.ask("quarantine", "list")["chunks"]
    firn.ask("quarantine", "retry", "--chunk", str(chunk["id"]))
    firn.ingest()
    assert len(firn.rows()) == 5


def test_verified_chunks_go_after_their_retention_and_the_journal_is_retired(make_firn):
    firn = make_firn(keep_staged="0s").start()
    maker = FormMaker(48)
    (first_segment,) = (firn.data / "journal/forms").glob("*.seg")
    for _ in range(3):
        firn.post_all(map(encode, maker.forms(20)))
        firn.ingest()
    firn.wait_for_status(lambda s: s["chunks"] == {"purged": 3}, "the chunks are purged")
    assert not list(firn.stage.rglob("*.csv.zst"))
    assert len(firn.rows()) == 60
    firn.restart()
    firn.ingest()
    assert len(firn.rows()) == 60
    wait_until(lambda: not first_segment.exists(), "the journal is retired behind the purged chunks")


def test_chunks_are_kept_until_their_retention(firn):
    firn.post_all([encode(FormMaker(49).form())])
    firn.ingest()
    firn.restart()
    assert len(list(firn.stage.rglob("*.csv.zst"))) == 1


def test_a_second_daemon_on_the_same_folder_refuses_to_start(firn):
    second = firn.run("serve", "--port-file", str(firn.folder / "port2"), seconds=20)
    assert second.returncode not in (0, None)
    assert str(firn.data) in second.stderr
    assert firn.post(encode(FormMaker(50).form()), domain=DOMAIN).status == 200


@pytest.mark.parametrize("harm", ["removed", "damaged"])
def test_a_chunk_file_that_is_lost_before_it_was_staged_is_packed_again(make_firn, harm):
    firn = make_firn(chunk_age="1s")
    firn.stage.write_text("in the way of the stage's folder")
    firn.start()
    maker = FormMaker(45)
    sent = [maker.form() for _ in range(20)]
    firn.post_all([encode(form) for form in sent] + [encode(sent[0]), encode(sent[1])[:-10]])
    chunks = firn.data / "chunks" / "forms"
    (file,) = wait_until(lambda: list(chunks.glob("*.csv.zst")), "the chunk's file")
    content = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    firn.stage.unlink()
    firn.ingest()
    assert {row["form_id"] for row in firn.rows()} == {form["id"] for form in sent}
    assert len(firn.rows()) == len(sent) == firn.status()["rows_made"]
