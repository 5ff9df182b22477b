"""A wall clock for one daemon that a test moves: libfaketime between the daemon and the machine's clock."""

import os
import time
from datetime import datetime, timezone
from pathlib import Path


class MovedClock:
    """Steady time stays as it is, as when a person sets a machine's clock or it sleeps."""

    def __init__(self, folder):
        self._file = Path(folder) / "clock"
        self._file.write_text("+0")

    def environment(self):
        """Of a daemon that reads this clock."""
        (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
        return {
            **os.environ,
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, *date):
        """To this moment in UTC; it goes on from there."""
        self.set_ahead(datetime(*date, tzinfo=timezone.utc).timestamp() - time.time())

    def set_ahead(self, seconds):
        """By so much before the machine's clock."""
        whole = self._file.with_suffix(".new")
        whole.write_text(f"{seconds:+.0f}")
        whole.replace(self._file)
