"""`firn demo`, as `script/demo` runs it, with fewer forms."""

import subprocess
import sys

import pytest

from firn import ROOT, program


def test_demo_ends_well_and_leaves_nothing_running(tmp_path):
    done = subprocess.run(
        [program(), "demo", "--forms", "500"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=150,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout.lower()
    for word in ("accepted", "duplicate", "quarantine", "rows", "chunks", "snowflake", "latest"):
        assert word in words, f"the summary does not speak of {word}:\n{done.stdout}"
    assert "\x1b" not in done.stdout


@pytest.mark.server("versitygw")
@pytest.mark.parametrize("method", ["snowpipe", "copy"])
def test_the_demo_with_snowflake_ends_well(method):
    script = ROOT / "tests/system/snowflake_demo.py"
    done = subprocess.run(
        [sys.executable, script, "--forms", "200", "--method", method],
        capture_output=True,
        text=True,
        timeout=150,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all counts are right" in done.stdout
