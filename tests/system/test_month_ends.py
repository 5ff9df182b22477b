"""HQ's monthly task: the next month's directory, the ingest of the current one, the end of the last one."""

import pytest
from firn import REPEATER, Settings
from forms import FormMaker, encode
from moved_clock import MovedClock
from s3_servers import s3_settings
from waiting import wait_until

PREFIX = "month-ends/firn"
MONTHLY = '\nschedule = "@monthly"\nmax_age = "30d"\n'


class Months:
    """A daemon on a real S3 server whose clock is moved, and what lies in its bucket."""

    def __init__(self, firn, server, clock):
        self.firn, self.server, self.clock = firn, server, clock

    def set_clock(self, *date):
        """The daemon looks at the clock once a minute; a trigger that is resumed looks at once."""
        self.clock.set(*date)
        self.firn.ask("pause", REPEATER, "trigger")
        self.firn.ask("resume", REPEATER, "trigger")

    def post(self, seed):
        self.firn.post_all(map(encode, FormMaker(seed).forms(3)))

    def directories(self):
        """Those that hold chunks, like 2031-01/000001."""
        keys = self.server.keys(f"{PREFIX}/{REPEATER}/")
        return sorted({"/".join(key.removeprefix(f"{PREFIX}/{REPEATER}/").split("/")[:2]) for key in keys})

    def wait_for(self, directories, rows):
        def holds():
            return self.directories() == directories and self.firn.status()["rows_loaded"] == rows

        wait_until(holds, lambda: (self.directories(), self.firn.status(), self.firn.log_tail()), 60)

    def next_schedule(self):
        (repeater,) = self.firn.ask("schedule", REPEATER)["repeaters"]
        return next(t["at"] for t in repeater["triggers"] if t["trigger"] == "schedule")


@pytest.fixture
def months(make_firn, tmp_path, versitygw):
    firn, clock = make_firn(), MovedClock(tmp_path)
    settings = Settings(keep_staged="next_ingest", chunk_age="1s", extra=MONTHLY)
    firn.settings = s3_settings(versitygw, tmp_path, PREFIX, settings)
    firn.write_config()
    firn.popen["env"] = clock.environment()
    clock.set(2031, 1, 31, 20)
    return Months(firn.start(), versitygw, clock)


def test_two_month_ends(months):
    months.post(731)
    months.wait_for(["2031-01/000001"], rows=0)
    assert months.next_schedule() == "2031-02-01T00:00:00.000000Z"

    months.set_clock(2031, 2, 1, 0, 1)
    months.wait_for(["2031-01/000001"], rows=3)
    months.post(732)
    months.wait_for(["2031-01/000001", "2031-02/000002"], rows=3)
    assert months.next_schedule() == "2031-03-01T00:00:00.000000Z"

    months.set_clock(2031, 3, 1, 0, 1)
    months.wait_for(["2031-02/000002"], rows=6)
    months.post(733)
    months.wait_for(["2031-02/000002", "2031-03/000003"], rows=6)

    # A restart, and a clock that is set back over the month's end, begin nothing anew.
    months.firn.restart()
    months.set_clock(2031, 2, 28, 23, 59)
    months.set_clock(2031, 3, 1, 0, 2)
    months.wait_for(["2031-02/000002", "2031-03/000003"], rows=6)
    assert len(months.firn.rows()) == 6
