"""`firn plan` and docs/costs.md: the money is what research worked out, and the pages show what the program prints."""

import csv
import json
import pathlib
import re
import subprocess

import pytest

from firn import REPEATER, program
from forms import FormMaker, encode

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = pathlib.Path(__file__).parent / "fixtures" / "price_rows.csv"
DAYS = 30


def plan(folder, *words):
    """In an empty folder, so that no configuration is found."""
    done = subprocess.run([program(), "plan", *words], cwd=folder, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows():
    lines = [line for line in FIXTURE.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def half_a_unit(text):
    """Of the last digit that is written."""
    return 0.5 * 10 ** -len(text.partition(".")[2]) + 1e-9


def setting_of(settings, row):
    wanted = (
        row["method"],
        int(row["generation"]) if row["generation"] else None,
        {"true": True, "false": False}.get(row["suspended_at_once"]),
        float(row["interval_seconds"]),
    )
    names = ("method", "generation", "suspended_at_once", "interval_seconds")
    found = [s for s in settings if tuple(s[name] for name in names) == wanted]
    assert len(found) == 1, wanted
    return found[0]


@pytest.mark.parametrize("edition", ["standard", "enterprise"])
def test_the_plan_says_what_research_worked_out(tmp_path, edition):
    words = ["--forms-per-day", "1000000", "--bytes-per-form", "5 kB", "--edition", edition, "--json"]
    settings = json.loads(plan(tmp_path, *words))["settings"]
    for row in rows():
        setting = setting_of(settings, row)
        credits, dollars = row["credits"], row[f"{edition}_dollars"]
        assert setting["credits_per_month"] / DAYS == pytest.approx(float(credits), abs=half_a_unit(credits)), row
        paid = setting["snowflake_dollars_per_month"] / DAYS
        assert paid == pytest.approx(float(dollars), abs=half_a_unit(dollars)), row


def examples(page):
    """Each `firn plan ...` of a page with what stands below it."""
    return re.findall(r"\n    (?:\$ )?firn (plan [^\n]*)\n((?:    [^\n]*\n|\n(?=    ))+)", (ROOT / page).read_text())


@pytest.mark.parametrize("page", ["README.md", "docs/costs.md"])
def test_the_plan_that_a_page_shows_is_what_the_program_prints(tmp_path, page):
    shown = examples(page)
    assert shown
    for command, text in shown:
        printed = plan(tmp_path, *command.split()[1:])
        expected = re.sub(r"^    ", "", text, flags=re.MULTILINE).strip("\n")
        assert expected.partition("\n...")[0] in printed, command


def test_the_list_prices_on_the_page_are_those_of_the_program(tmp_path):
    page = (ROOT / "docs/costs.md").read_text()
    table = re.findall(r"^\| ([a-z]+-[a-z]+-\d) \|(.*)\|$", page, re.MULTILINE)
    assert len(table) > 15
    for region, cells in table:
        *credits, storage = (cell.strip() for cell in cells.split("|"))
        for edition, credit in zip(("standard", "enterprise", "business-critical", "virtual-private"), credits):
            words = ["--forms-per-day", "1", "--region", region, "--edition", edition, "--json"]
            if not credit:
                continue
            prices = json.loads(plan(tmp_path, *words))["prices"]
            assert prices["dollars_per_credit"] == float(credit), (region, edition)
            assert prices["table_dollars_per_tb_month"] == float(storage or "23"), region


def test_the_plan_takes_forms_from_what_the_daemon_has_received(firn):
    firn.post_all([encode(form) for form in FormMaker(71).forms(40)])
    firn.ingest()
    learnt = firn.ask("plan", "--repeater", REPEATER)
    (seen,) = firn.ask("status")["repeaters"]
    (chunks,) = seen["chunks"]
    assert learnt["bytes_per_form"] == chunks["bytes_uncompressed"] / chunks["rows"]
    assert learnt["compression"] == chunks["bytes_uncompressed"] / chunks["bytes_compressed"]
    assert learnt["forms_per_day"] > 40, "they came within seconds"
    assert firn.run("plan", "--repeater", REPEATER).returncode == 0
