"""Fifteen kills of the daemon under load; script/campaign runs hundreds."""

import subprocess
import sys
from pathlib import Path

import pytest


def crash_test(*options):
    return subprocess.run(
        [sys.executable, str(Path(__file__).parent / "crash_test.py"), *options], stdin=subprocess.DEVNULL, check=False
    ).returncode


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_over_15_kills():
    assert crash_test("--kills", "15", "--seed", "3") == 0


@pytest.mark.timeout(600)
@pytest.mark.server("versitygw")
def test_nothing_is_lost_or_doubled_when_s3_dies_too():
    assert crash_test("--s3", "--kills", "11", "--seed", "5") == 0


@pytest.mark.timeout(900)
@pytest.mark.server("versitygw")
@pytest.mark.parametrize("method", ["copy", "snowpipe"])
def test_nothing_is_lost_or_doubled_on_the_way_to_snowflake(method):
    assert crash_test("--snowflake", method, "--kills", "15", "--seed", "9") == 0
