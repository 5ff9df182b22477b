#!/usr/bin/env python3
"""Kills the real daemon under load, again and again, and counts afterwards.

    crash_test.py --kills 15 --seed 1

Clients post forms all the time: new ones, some twice, some edited, some damaged. The daemon is killed at random moments
and at named points of every step, while it recovers, with a full disk, after a SIGSTOP; its load helper is killed too.
What was acknowledged is kept here, outside the daemon. At the end one clean run loads what is left, and the table is
compared: nothing lost, nothing doubled, contents equal. Fails also when some step, or recovery, was never hit.

    crash_test.py --s3

The same with the chunks in a bucket of a real S3 server, which is killed too; in the end no chunk may be left there.

    crash_test.py --snowflake copy|snowpipe

The same with S3 and the stand-in of a Snowflake account, which loses answers, is killed too, takes grants and the
warehouse away for a while, and refuses some rows, which must end in quarantine."""

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

import duckdb  # noqa: E402
from clients import Clients, PoisonMaker  # noqa: E402
from firn import ROOT, helper_of  # noqa: E402
from forms import FormMaker, encode  # noqa: E402
from load import Ledger  # noqa: E402
from s3_servers import S3Server  # noqa: E402
from snowflake_account import FULL_TABLE, SnowflakeAccount  # noqa: E402
from verdict import judge, settle  # noqa: E402
from victim import HELPER_POINT, Victim  # noqa: E402
from waiting import TookTooLong, pause, wait_until  # noqa: E402

STEPS = ("journal", "pack", "catalog", "stage", "load", "verify", "purge")
# Passed while the journal is opened, before anything is accepted.
RECOVERY_POINTS = ("journal.carried_over", "journal.segment_created")
# Passed only when the destination names a row that it refuses.
SNOWFLAKE_STEPS = (*STEPS, "mend")
SPECIAL = ("recovery", "full disk", "stopped", "helper")
TMPFS_MEGABYTES = 512
CLIENTS = 6
SECONDS_TO_REACH_A_POINT = {"mend": 15}
SECONDS_TO_REACH_ANY_OTHER = 4
# How often a point is passed, at most, before it kills: rare points have few chances within a run.
MOST_PASSES = {"journal.after_write_before_sync": 60, "intake": 60, "catalog": 40, "pack": 3, "stage": 3}


def crash_points():
    """step -> names of its crash points, from the sources; without the helper's own and those of recovery."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.cc")):
        if not path.name.endswith("_test.cc"):
            for name in re.findall(r'\bcrash_point\("([^"]+)"\)', path.read_text()):
                if name not in (HELPER_POINT, *RECOVERY_POINTS):
                    found.setdefault(name.split(".")[0], []).append(name)
    return found


@contextlib.contextmanager
def small_disk(folder, wanted):
    """A small file system of its own when we may make one, else an ordinary folder. Yields (path, is_small)."""
    disk = folder / "disk"
    disk.mkdir()
    size = ["-o", f"size={TMPFS_MEGABYTES}m"]
    mounted = (
        wanted
        and os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", *size, "tmpfs", str(disk)], capture_output=True).returncode == 0
    )
    try:
        yield disk, mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(disk)], check=False)


def plan_of(kills, rng, steps, needed):
    """The kinds of the kills: every needed step and special kind first, then a mixture; never fewer than those."""
    plan = [("point", step) for step in needed] + [(kind, None) for kind in SPECIAL]
    while len(plan) < kills:
        kind = rng.choices(["moment", "point", "twice", *SPECIAL], [30, 30, 10, 14, 5, 5, 6])[0]
        plan.append((kind, rng.choice(steps) if kind in ("point", "twice") else None))
    rng.shuffle(plan)
    return plan


class Campaign:
    def __init__(self, folder, disk, is_small, seed, s3=None, account=None, method=None):
        self.rng = random.Random(seed)
        self.disk, self.is_small = disk, is_small
        self.victim = Victim(folder, disk, "64 MB" if is_small else "2 MB", s3, account, method)
        self.ledger = Ledger()
        self.rounds, self.hit, self.early = Counter(), Counter(), 0
        self.points = crash_points()
        self.maker = FormMaker(seed * 1000 + CLIENTS)
        make = PoisonMaker if account else FormMaker
        makers = [make(seed * 1000 + i) for i in range(CLIENTS)]
        self.steps = SNOWFLAKE_STEPS if account else STEPS
        self.clients = Clients(self.victim.connect, makers, self.ledger, rest=0.4)

    # --- one kill of each kind: leaves the daemon dead and returns where it was hit ----------------------------------

    def at_moment(self, _):
        self.accept()
        pause(self.rng.uniform(0, 1.5))
        self.victim.kill()
        return "moment"

    def die_at(self, name, most=None):
        """True when the daemon died there, within this many passes of the place."""
        step = name.split(".")[0]
        most = most or MOST_PASSES.get(name, MOST_PASSES.get(step, 1))
        seconds = SECONDS_TO_REACH_A_POINT.get(step, SECONDS_TO_REACH_ANY_OTHER)
        if not self.victim.die_at(name, self.rng.randint(1, most), seconds):
            return False
        self.hit[name] += 1
        return True

    def at_point(self, step):
        """A point of the step; when it is not passed often enough, the next one, sooner."""
        for name in self.rng.sample(self.points[step], len(self.points[step])):
            if self.die_at(name) or self.die_at(name, most=1):
                return f"step {step}"
        return f"step {step}: not reached"

    def at_point_twice(self, step):
        """What a crash at the point left half done is taken up again, and dies at the same point."""
        where = self.at_point(step)
        reached = [name for name in self.points[step] if self.hit[name]]
        if reached and self.die_at(self.rng.choice(reached), most=1):
            return f"{where}, twice"
        return where

    def in_recovery(self, _):
        """Killed twice before it accepts again: at a point of recovery, and at a random moment right after a start."""
        self.accept()
        pause(self.rng.uniform(0.1, 0.6))
        self.victim.kill()
        point = self.rng.choice(RECOVERY_POINTS)
        assert self.die_at(point, most=1), f"it accepted without passing {point}\n{self.victim.log_tail()}"
        assert not self.victim.port_file.exists(), f"it accepted before it died at {point}"
        usual = sorted(self.victim.starts)[len(self.victim.starts) // 2]
        for tries in range(20):  # sooner each time: how long a start takes depends on what else runs
            self.victim.launch()
            pause(self.rng.uniform(0.004, max(0.006, usual * 0.75**tries)))
            early = not self.victim.port_file.exists() and not self.victim.ended()
            self.victim.kill()
            if early:
                self.early += 1
                break
        return "recovery"

    def stopped(self, _):
        """The process stands still, as under a debugger or a frozen disk, goes on, and dies later."""
        self.accept()
        for _ in range(3):
            self.victim.process.send_signal(signal.SIGSTOP)
            pause(self.rng.uniform(0.1, 0.4))
            self.victim.process.send_signal(signal.SIGCONT)
            pause(self.rng.uniform(0.0, 0.2))
        self.victim.kill()
        return "stopped"

    def full_disk(self, _):
        """Almost nothing is left on the disk; it dies so, starts so, and gets its space back."""
        self.accept()
        with self.filled() if self.is_small else self.quota_used_up():
            pause(self.rng.uniform(0.3, 1.2))
            self.victim.kill()
            self.victim.launch()
            pause(self.rng.uniform(0.2, 1.0))
            self.victim.kill()
        return "full disk"

    @contextlib.contextmanager
    def filled(self):
        filler = self.disk / "filler"
        room = os.statvfs(self.disk)
        free = room.f_bavail * room.f_frsize
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            os.posix_fallocate(file.fileno(), 0, max(4096, free - self.rng.choice((0, 200_000, 1_500_000, 2_500_000))))
        yield
        filler.unlink(missing_ok=True)

    @contextlib.contextmanager
    def quota_used_up(self):
        """Nobody can load while we hold the database, so that large forms use up the journal's quota."""
        with duckdb.connect(str(self.victim.warehouse)) if self.victim.warehouse.exists() else contextlib.nullcontext():
            client = self.victim.connect()
            for _ in range(8):
                body = encode(self.maker.form(note=self.rng.randbytes(300_000).hex()))
                self.ledger.note(body, client.post(body))
            client.close()
            yield

    def helper(self, _):
        """The load helper dies, at any moment or right behind its commit; then the daemon."""
        at_commit = self.rng.random() < 0.5
        if at_commit:
            self.victim.helper_dies_once()
        self.accept()
        with contextlib.suppress(TookTooLong, ProcessLookupError):
            if at_commit:
                wait_until(self.victim.helper_has_died, "a helper", 5)
                self.hit[HELPER_POINT] += 1
            else:
                pid = wait_until(lambda: helper_of(self.victim), "a helper", 5, every=0.002)
                pause(self.rng.uniform(0, 0.1))
                os.kill(pid, signal.SIGKILL)
        pause(self.rng.uniform(0, 0.5))
        self.victim.kill()
        return "helper, then daemon"

    def s3_dies(self, _):
        """The S3 server dies, stays away for a moment and comes back; then, or meanwhile, the daemon dies."""
        self.accept()
        pause(self.rng.uniform(0, 0.8))
        self.victim.s3.crash()
        pause(self.rng.uniform(0, 0.5))
        first = self.rng.random() < 0.5
        if first:
            self.victim.kill()
        self.victim.s3.start()
        if not first:
            pause(self.rng.uniform(0, 0.8))
            self.victim.kill()
        return "S3, and the daemon"

    def account_dies(self, _):
        """The account loses answers, dies at any moment and comes back; then, or meanwhile, the daemon dies."""
        account = self.victim.account
        for _ in range(3):
            call = self.rng.choice(["submit", "poll", "insertFiles", "insertReport"])
            kind = self.rng.choice(["lose_answer", "lose_answer", "refuse", "status"])
            account.fault(call, kind, status=self.rng.choice([429, 500, 503]))
        self.accept()
        pause(self.rng.uniform(0, 1.5))
        account.kill()
        pause(self.rng.uniform(0, 0.3))
        first = self.rng.random() < 0.5
        if first:
            self.victim.kill()
        account.start()
        if not first:
            pause(self.rng.uniform(0, 1.0))
            self.victim.kill()
        return "account, and the daemon"

    def grants_taken(self, method):
        """A grant, the role or the warehouse is taken away and given back; the daemon dies before or after that."""
        account = self.victim.account
        taken = [f"SELECT, INSERT ON TABLE {FULL_TABLE}", "USAGE ON STAGE COMMCARE.RAW.FIRN_BUCKET"]
        pipe = "OPERATE, MONITOR ON PIPE COMMCARE.RAW.FORMS_PIPE"
        taken.append("USAGE ON WAREHOUSE FIRN_WH" if method == "copy" else pipe)
        what = self.rng.choice([*taken, None, "warehouse"])
        if what == "warehouse":
            account.fault("warehouse", "limit", times=1_000_000)
        else:
            account.sql(f"REVOKE {what} FROM ROLE FIRN_LOADER" if what else "REVOKE ROLE FIRN_LOADER FROM USER FIRN")
        self.accept()
        pause(self.rng.uniform(0.5, 3))
        first = self.rng.random() < 0.5
        if first:
            self.victim.kill()
        if what == "warehouse":
            account.clear_faults()
        else:
            account.sql(f"GRANT {what} TO ROLE FIRN_LOADER" if what else "GRANT ROLE FIRN_LOADER TO USER FIRN")
        if not first:
            pause(self.rng.uniform(0, 1.0))
            self.victim.kill()
        return f"without {(what or 'the role').split(' ON ')[-1].split(' ')[0].lower()}"

    # --- the whole ---------------------------------------------------------------------------------------------------

    def accept(self):
        self.victim.accept()
        alarms = [alarm for alarm in self.victim.whole_status()["alarms"] if alarm["name"] == "journal.closed"]
        assert not alarms, f"the daemon cannot go on: {alarms}"

    def run(self, kills):
        ways = {
            "moment": self.at_moment,
            "point": self.at_point,
            "twice": self.at_point_twice,
            "recovery": self.in_recovery,
            "stopped": self.stopped,
            "full disk": self.full_disk,
            "helper": self.account_dies if self.victim.account else self.helper,
            "s3": self.s3_dies,
            "account": self.account_dies,
            "grants": self.grants_taken,
        }
        self.accept()
        self.clients.start()
        pause(1.5)
        self.victim.kill()
        plan = plan_of(kills, self.rng, sorted(self.points), self.steps)
        if self.victim.s3:
            # In place of all random moments, and four times more.
            plan = [("s3", None) if kind == "moment" else (kind, step) for kind, step in plan] + [("s3", None)] * 4
            self.rng.shuffle(plan)
        if self.victim.account:
            plan = [("account", None) if kind == "s3" and self.rng.random() < 0.7 else (kind, s) for kind, s in plan]
            plan += [("grants", self.victim.method)] * max(3, kills // 10)
            self.rng.shuffle(plan)
        for number, (kind, step) in enumerate(plan, 1):
            where = ways[kind](step)
            self.rounds[where] += 1
            print(f"{number:5}/{len(plan)}  {where:28} {len(self.ledger):7} acknowledged", flush=True)
        self.clients.stop()
        self.accept()
        return settle(self.victim)

    def missing(self):
        """Steps in which, contrary to the plan, nothing was killed."""
        steps = {name.split(".")[0] for name in self.hit if name not in (HELPER_POINT, *RECOVERY_POINTS)}
        problems = [f"no kill in step {step}" for step in self.steps if step not in steps]
        if not self.early or not any(self.hit[name] for name in RECOVERY_POINTS):
            problems.append("no kill in a recovery, or none at one of its points")
        return problems

    def print_summary(self, figures, problems, seed, seconds):
        refused = ", ".join(f"{count} x {code}" for code, count in sorted(self.ledger.refused.items())) or "none"
        everything = {*(name for names in self.points.values() for name in names), *RECOVERY_POINTS, HELPER_POINT}
        never = sorted(everything - set(self.hit))
        lines = [
            ("seed", seed),
            ("rounds", sum(self.rounds.values())),
            *((f"  {where}", n) for where, n in sorted(self.rounds.items())),
            ("deaths of the daemon", self.victim.deaths),
            *((f"  at {name}", n) for name, n in sorted(self.hit.items())),
            ("  right after the start, not yet accepting", self.early),
            ("points not hit in this run", len(never)),
            *figures,
            ("sent again", self.clients.sent_again),
            ("answers other than 200", refused),
            ("slowest start", f"{max(self.victim.starts):.2f} s"),
            ("full disk by", "tmpfs" if self.is_small else "quota"),
            ("took", f"{seconds:.0f} s"),
            ("problems", len(problems)),
        ]
        print("\n".join(f"{name:44}{value:>12}" for name, value in lines))
        print(f"not hit: {', '.join(never)}" if never else "every point was hit")
        for problem in problems[:40]:
            print("  " + problem)
        print("crash test passed" if not problems else "crash test FAILED", flush=True)


def keep(campaign, folder):
    """Copies everything that a failed run has left."""
    campaign.victim.kill()
    shutil.copytree(campaign.disk, folder / "disk", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
    shutil.copy2(campaign.victim.log, folder)
    print(f"what it left lies in {folder}", flush=True)


def attempt(campaign, options):
    """The number of problems."""
    began = time.monotonic()
    try:
        status = campaign.run(options.kills)
        problems, figures = judge(campaign.victim, campaign.ledger, status)
        problems += campaign.missing()
        campaign.print_summary(figures, problems, options.seed, time.monotonic() - began)
    except BaseException:
        tail = campaign.victim.log_tail(60)
        print(f"crash test FAILED with seed {options.seed}; the daemon's log ends so:\n{tail}", flush=True)
        if options.keep:
            keep(campaign, options.keep)
        raise
    if problems and options.keep:
        keep(campaign, options.keep)
    return len(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="copy there what a failed run leaves")
    parser.add_argument("--quota", action="store_true", help="fill the journal's quota, not a small file system")
    parser.add_argument("--s3", action="store_true", help="chunks go to a real S3 server, which is killed too")
    parser.add_argument("--snowflake", metavar="METHOD", choices=("copy", "snowpipe"), help="load into a stand-in")
    options = parser.parse_args()
    print(f"crash test: {options.kills} kills, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="firn-crash-") as name:
        with small_disk(Path(name), not options.quota) as (disk, is_small):
            s3 = S3Server("versitygw", Path(name) / "s3").start() if options.s3 or options.snowflake else None
            account = SnowflakeAccount(Path(name) / "account", s3).start() if options.snowflake else None
            campaign = Campaign(Path(name) / "firn", disk, is_small, options.seed, s3, account, options.snowflake)
            try:
                problems = attempt(campaign, options)
            finally:
                campaign.victim.kill()
                if account:
                    account.kill()
                if s3:
                    s3.stop()
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
