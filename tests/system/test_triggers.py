"""When the daemon ingests, and what a person may hold, drain and look at."""

import re

import pytest
from firn import ATTENTION, FAILED, REPEATER, USAGE
from forms import FormMaker, encode
from waiting import wait_until


def post(firn, seed, count=3):
    forms = FormMaker(seed).forms(count)
    firn.post_all(map(encode, forms))
    return forms


def triggers(firn):
    (repeater,) = firn.ask("schedule", REPEATER)["repeaters"]
    return {trigger["trigger"]: trigger for trigger in repeater["triggers"]}


def paused(answer):
    return {(control["repeater"], control["control"]) for control in answer["controls"]}


def test_schedule_says_what_each_trigger_waits_for(make_firn):
    firn = make_firn(extra='max_age = "20d"\nschedule = "@yearly"\ntime_zone = "Africa/Nairobi"').start()
    empty = triggers(firn)
    assert empty["max_age"]["at"] is None and "20d after the next record" in empty["max_age"]["why"]
    # Midnight of 1 January in Nairobi is 21:00 in UTC on the day before.
    assert re.fullmatch(r"\d{4}-12-31T21:00:00.000000Z", empty["schedule"]["at"])
    post(firn, 701)
    full = triggers(firn)
    assert full["max_age"]["at"] is not None and "@yearly, Africa/Nairobi" in full["schedule"]["why"]
    shown = firn.run("schedule").stdout
    assert [line.split()[0] for line in shown.splitlines()] == ["REPEATER", "forms", "max_age", "schedule"]
    assert "0 B of 10 GB" in shown and "\x1b" not in shown


def test_the_oldest_record_starts_an_ingest_by_its_age(make_firn):
    firn = make_firn(extra='max_age = "1m"', chunk_age="1s").start()
    post(firn, 702)
    firn.wait_for_status(lambda s: s["rows_loaded"] == 3, "max_age did not start an ingest", seconds=100)


def test_a_schedule_starts_an_ingest_and_a_restart_does_not_repeat_it(make_firn):
    firn = make_firn(extra='schedule = "* * * * *"').start()
    post(firn, 703)
    firn.wait_for_status(lambda s: s["rows_loaded"] == 3, "the schedule did not start an ingest", seconds=100)
    firn.restart()
    assert firn.status()["rows_loaded"] == 3 and len(firn.rows()) == 3


def test_a_paused_step_stays_paused_over_a_restart(make_firn):
    firn = make_firn().start()
    assert paused(firn.ask("pause", REPEATER, "load")) == {(REPEATER, "load")}
    post(firn, 704)
    firn.ask("ingest", REPEATER)
    firn.wait_for_status(lambda s: s["chunks"] == {"staged": 1}, "the chunk was not staged")
    firn.restart()
    assert firn.status()["chunks"] == {"staged": 1}
    assert re.search(r"load +paused", firn.run("status").stdout)
    assert paused(firn.ask("resume", REPEATER, "load")) == set()
    firn.wait_for_status(lambda s: s["rows_loaded"] == 3, "the resumed step did not load")


def test_a_paused_repeater_takes_forms_and_keeps_them(firn):
    assert {step for _, step in paused(firn.ask("pause"))} == {
        "pack", "stage", "trigger", "load", "verify", "mend", "purge"}
    post(firn, 705)
    assert firn.status()["waiting"] == 3
    refused = firn.run("ingest", REPEATER)
    assert refused.returncode == FAILED and f"firn resume {REPEATER}" in refused.stderr
    assert firn.run("resume").stdout == "Nothing is paused.\n"
    firn.ingest()
    assert firn.status()["rows_loaded"] == 3


def test_pause_names_the_steps_when_one_is_wrong(firn):
    wrong = firn.run("pause", REPEATER, "upload")
    assert wrong.returncode == FAILED and "pack, stage, trigger, load, verify, mend, purge" in wrong.stderr
    nobody = firn.run("pause", "nobody")
    assert nobody.returncode == FAILED and "there is no such repeater" in nobody.stderr


def change_table(firn):
    firn.stop()
    text = firn.config.read_text()
    firn.config.write_text(text.replace('table = "forms"', 'table = "visits"'))
    firn.start()


def test_a_renamed_repeater_does_not_fill_the_old_ones_table(make_firn):
    firn = make_firn().start()
    post(firn, 720)
    firn.ingest()
    firn.stop()
    text = firn.config.read_text()
    renamed = text.replace(f"[repeater.{REPEATER}]", "[repeater.visits]")
    assert renamed != text
    firn.config.write_text(renamed)
    firn.start()
    alarms = {alarm["name"]: alarm for alarm in firn.whole_status()["alarms"]}
    assert f"which repeater {REPEATER} has filled" in alarms["repeater.table_taken"]["text"]
    assert firn.post(encode(FormMaker(721).form()), repeater="visits").status == 503
    firn.stop()
    firn.config.write_text(renamed.replace('table = "forms"', 'table = "visits"'))
    firn.start()
    assert firn.post(encode(FormMaker(722).form()), repeater="visits").status == 200


def test_another_table_is_refused_before_a_drain_and_taken_after_it(make_firn):
    firn = make_firn().start()
    post(firn, 706)
    firn.ingest()
    change_table(firn)
    (alarm,) = firn.whole_status()["alarms"]
    assert alarm["name"] == "repeater.target_changed" and f"firn drain {REPEATER}" in alarm["text"]
    assert firn.post(encode(FormMaker(707).form())).status == 503

    firn.stop()
    firn.write_config()
    firn.start()
    post(firn, 708)
    drained = firn.run("drain", REPEATER)
    assert drained.returncode == 0 and "is drained" in drained.stdout
    assert firn.post(encode(FormMaker(709).form())).status == 503
    assert firn.run("status").returncode == ATTENTION
    assert firn.status()["chunks"] == {"purged": 2}
    change_table(firn)
    assert firn.whole_status()["alarms"] == []
    (form,) = post(firn, 710, 1)
    firn.ingest()
    assert [row["form_id"] for row in firn.rows("visits")] == [form["id"]]
    assert len(firn.rows()) == 6, "what came before stays in the old table"


def test_a_drain_ends_with_resume(firn):
    post(firn, 711)
    assert firn.ask("drain", REPEATER)["drained"]
    firn.ask("resume", REPEATER)
    assert firn.whole_status()["alarms"] == []
    post(firn, 712, 1)


def test_a_drain_that_takes_too_long_says_what_is_left(firn):
    firn.ask("pause", REPEATER, "stage")
    post(firn, 713)
    late = firn.run("drain", REPEATER, "--timeout", "1s")
    assert late.returncode == FAILED and "1 files are packed" in late.stderr


def test_purge_says_what_goes_and_what_stays(make_firn):
    firn = make_firn(keep_staged="10d").start()
    post(firn, 714)
    firn.ingest()
    firn.ask("pause", REPEATER, "load")
    post(firn, 715)
    firn.ask("ingest", REPEATER)
    firn.wait_for_status(lambda s: "staged" in s["chunks"], "the second chunk was not staged")
    loaded, staged = firn.ask("purge", "--dry-run")["files"]
    assert (loaded["state"], loaded["why"]) == ("loaded", "proven loaded; keep_staged is 10d")
    assert loaded["goes_at"] and (staged["goes_at"], staged["why"]) == (None, "not loaded yet")
    shown = firn.run("purge", REPEATER, "--dry-run").stdout
    assert shown.endswith("0 files may go now.\n") and "stays" in shown
    assert firn.run("purge").returncode == USAGE


def test_the_last_ingest_is_kept_until_the_next_one(make_firn):
    firn = make_firn(keep_staged="next_ingest").start()
    post(firn, 716)
    firn.ingest()
    assert firn.status()["chunks"] == {"loaded": 1}
    post(firn, 717)
    firn.ingest()
    firn.wait_for_status(lambda s: s["chunks"] == {"purged": 1, "loaded": 1}, "the last ingest was not removed")


@pytest.mark.parametrize("period, form", [("month", r"\d{4}-\d\d"), ("week", r"\d{4}-W\d\d"),
                                          ("day", r"\d{4}-\d\d-\d\d")])
def test_the_directory_is_named_for_the_period(make_firn, period, form):
    firn = make_firn(extra=f'period = "{period}"').start()
    post(firn, 718, 1)
    firn.ingest()
    (key,) = [row["_file"] for row in firn.rows()]
    assert re.fullmatch(rf"forms/{form}/000001/.*", key)


def test_a_backlog_goes_out_in_batches_of_the_thresholds_size(make_firn):
    firn = make_firn(threshold="64 kB", chunk_size="64 kB", extra='max_age = "1m"')
    firn.start()
    firn.ask("pause", REPEATER, "pack")
    post(firn, 719, 3000)
    firn.ask("resume", REPEATER)
    firn.wait_for_status(lambda s: s["rows_loaded"] == 3000, "the backlog was not loaded", seconds=120)
    files = [row["_file"] for row in firn.rows()]
    batches = {file.split("/")[2] for file in files}
    per_batch = {batch: len({f for f in files if f.split("/")[2] == batch}) for batch in batches}
    assert len(batches) > 1 and set(per_batch.values()) == {1}


def test_status_and_schedule_agree_on_what_waits(firn):
    post(firn, 720)
    wait_until(lambda: triggers(firn)["max_age"]["at"], "the age is not counted")
    firn.ingest()
    assert triggers(firn)["max_age"]["at"] is None
