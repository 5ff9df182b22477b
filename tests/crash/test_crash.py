"""Fifteen kills of the daemon under load; script/campaign runs hundreds."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_over_15_kills():
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "crash_test.py"), "--kills", "15", "--seed", "3"],
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0
