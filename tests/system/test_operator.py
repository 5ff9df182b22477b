"""What a person at the terminal is told."""

import re

import pytest
from firn import ATTENTION, CONFIGURATION, FAILED, REPEATER, UNREACHABLE
from forms import FormMaker, edited, encode


def test_status_counts_what_happened(firn):
    form, other = FormMaker(61).forms(2)
    firn.post_all([encode(form), encode(form), encode(edited(form)), encode(other), b"{"])
    waiting = firn.status()
    assert (waiting["received"], waiting["waiting"]) == (5, 5)
    firn.ingest()
    after = firn.status()
    assert {k: after[k] for k in ("received", "waiting", "duplicates", "quarantined", "rows_loaded")} == {
        "received": 5,
        "waiting": 0,
        "duplicates": 1,
        "quarantined": 1,
        "rows_loaded": 3,
    }


def test_status_is_a_table_without_colours_when_piped(firn):
    shown = firn.run("status")
    assert shown.returncode == 0 and REPEATER in shown.stdout
    assert "\x1b" not in shown.stdout + shown.stderr and "\r" not in shown.stdout


def test_trace_tells_the_time_line_of_every_version(firn):
    form = FormMaker(62).form()
    firn.post_all([encode(form)])
    firn.ingest()
    firn.post_all([encode(edited(form)), encode(edited(form))])
    before = firn.ask("trace", form["id"])["versions"]
    assert [bool(v["chunk"]["loaded_at"]) for v in before] == [True]
    firn.ingest()
    first, second = firn.ask("trace", form["id"])["versions"]
    rows = firn.rows()
    assert [int(first["position"]), int(second["position"])] == [r["_position"] for r in rows]
    assert [first["chunk"]["key"], second["chunk"]["key"]] == [r["_file"] for r in rows]
    for version in (first, second):
        chunk = version["chunk"]
        times = [version["received_at"], *(chunk[f"{step}_at"] for step in ("packed", "staged", "submitted", "loaded"))]
        assert times == sorted(times)


def test_trace_of_an_unknown_form_says_so(firn):
    answer = firn.run("trace", "nobody")
    assert answer.returncode == FAILED and "nobody" in answer.stderr + answer.stdout


def test_commands_say_when_no_daemon_runs(make_firn):
    answer = make_firn().run("status")
    assert answer.returncode == UNREACHABLE and "firn serve" in answer.stderr


def test_check_shows_the_configuration_without_secrets(make_firn):
    firn = make_firn()
    shown = firn.run("check")
    assert shown.returncode == 0 and "correct horse" not in shown.stdout
    assert str(firn.config) in shown.stdout or "firn.toml" in shown.stdout


def test_check_names_file_line_and_the_nearest_word(make_firn):
    firn = make_firn()
    firn.config.write_text(firn.config.read_text().replace("chunk_age", "chunk_aeg"))
    line = 1 + firn.config.read_text().split("\n").index(
        next(text for text in firn.config.read_text().split("\n") if "chunk_aeg" in text)
    )
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION
    assert re.search(rf"firn\.toml:{line}\b", shown.stderr) and "chunk_age" in shown.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('schedule = "0 25 * * *"', ["column 3", 'field "hour": 25 is not in 0-23']),
        ('schedule = "0 0 30 2 *"', ["column 5", "would never fire"]),
        ('time_zone = "Africa/Nairobi"', ["no effect without", "schedule"]),
        ('schedule = "@monthly"\ntime_zone = "Africa/Narobi"', ["Africa/Narobi", 'did you mean "Africa/Nairobi"?']),
        ('max_age = "31d"', ["from 1m to 30d, not 31d"]),
        ('period = "year"', ["month", "week", "day"]),
    ],
)
def test_check_refuses_a_trigger_that_cannot_be(make_firn, setting, words):
    firn = make_firn(extra=setting)
    line = 1 + firn.config.read_text().split("\n").index(setting.split("\n")[-1])
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION
    assert re.search(rf"firn\.toml:{line}:", shown.stderr), shown.stderr
    for word in words:
        assert word in shown.stderr


def test_check_refuses_to_keep_what_the_destination_forgets(make_firn):
    shown = make_firn(keep_staged="56d").run("check")
    assert shown.returncode == CONFIGURATION and "from 0s to 55d, not 56d" in shown.stderr


def test_check_takes_a_schedule_and_shows_it(make_firn):
    extra = 'schedule = "0 3 * * fri-sun"\ntime_zone = "Australia/Lord_Howe"\nperiod = "week"'
    shown = make_firn(keep_staged="next_ingest", extra=extra).run("check")
    assert shown.returncode == 0, shown.stderr
    for text in ("0 3 * * fri-sun", "Australia/Lord_Howe", "next_ingest"):
        assert text in shown.stdout


def test_a_machine_without_time_zones_is_told_what_to_install(make_firn, tmp_path, monkeypatch):
    firn = make_firn(extra='schedule = "@daily"\ntime_zone = "Africa/Nairobi"')
    monkeypatch.setenv("TZDIR", str(tmp_path))
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION and "install the package tzdata" in shown.stderr


def test_a_secret_that_others_can_read_is_refused(make_firn):
    firn = make_firn()
    (firn.folder / "password").chmod(0o644)
    shown = firn.run("check")
    assert shown.returncode == CONFIGURATION and "password" in shown.stderr and "600" in shown.stderr


def test_what_init_writes_passes_check(make_firn, tmp_path):
    firn = make_firn()
    firn.config = tmp_path / "fresh" / "firn.toml"
    assert firn.run("init").returncode == 0
    checked = firn.run("check")
    assert checked.returncode == 0, checked.stderr


def test_journal_inspect_reads_without_the_daemon(firn):
    firn.post_all(map(encode, FormMaker(63).forms(7)))
    firn.kill()
    shown = firn.ask("journal", "inspect", REPEATER)
    assert shown["records"] == 7


def test_the_admin_socket_is_private(firn):
    assert (firn.data / "admin.sock").stat().st_mode & 0o777 == 0o600


def test_version(make_firn):
    assert re.match(r"firn \d+\.\d+\.\d+", make_firn().run("version").stdout)


def two_repeaters():
    return """
[repeater.visits]
kind = "form"
table = "visits"
stage = "staging"
destination = "warehouse"
"""


def test_a_repeater_that_is_no_longer_configured_raises_an_alarm(make_firn):
    firn = make_firn(extra=two_repeaters()).start()
    assert firn.client().post(encode(FormMaker(66).form()), repeater="visits").status == 200
    firn.stop()
    firn.settings.extra = ""
    firn.write_config()
    firn.start()
    (alarm,) = firn.whole_status()["alarms"]
    assert (alarm["name"], alarm["object"]) == ("repeater.not_configured", "visits")
    assert firn.run("status").returncode == ATTENTION


def test_ingest_goes_on_when_one_repeater_cannot(make_firn):
    firn = make_firn(extra=two_repeaters()).start()
    for repeater in ("forms", "visits"):
        assert firn.client().post(encode(FormMaker(67).form()), repeater=repeater).status == 200
    firn.stop()
    (segment,) = (firn.data / "journal" / "forms").glob("*.seg")
    content = bytearray(segment.read_bytes())
    content[20] ^= 0xFF
    segment.write_bytes(content)
    firn.start()
    done = firn.run("ingest", "--wait")
    assert done.returncode == ATTENTION and "forms was left out" in done.stderr
    assert len(firn.rows("visits")) == 1


def test_a_repeater_whose_table_was_changed_stands_still_until_it_is_set_back(make_firn):
    firn = make_firn().start()
    form = FormMaker(57).form()
    firn.post_all([encode(form)])
    firn.ingest()
    firn.stop()
    right = firn.config.read_text()
    firn.config.write_text(right.replace('table = "forms"', 'table = "visits"'))
    firn.start()
    assert firn.post(encode(FormMaker(58).form())).status == 503
    (alarm,) = firn.whole_status()["alarms"]
    assert alarm["name"] == "repeater.target_changed" and "table visits" in alarm["text"]
    assert "table forms" in alarm["text"]
    firn.stop()
    firn.config.write_text(right)
    firn.start()
    assert firn.post(encode(FormMaker(58).form())).status == 200
    assert firn.whole_status()["alarms"] == []
