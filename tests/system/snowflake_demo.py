#!/usr/bin/env python3
"""Shows Firn on the way to Snowflake, without an account: a real S3 server and the stand-in of a Snowflake account run
on this machine, and every command is the one that an administrator would type. Called by `script/demo --snowflake`.

    snowflake_demo.py [--forms N] [--method snowpipe|copy]"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from firn import Firn  # noqa: E402
from forms import FormMaker, damaged_bodies, encode, sent_again  # noqa: E402
from s3_servers import S3Server  # noqa: E402
from snowflake_account import FULL_TABLE, SnowflakeAccount, snowflake_settings  # noqa: E402

DOLLARS_PER_CREDIT = 3.0  # Enterprise edition, US regions
failures = []


def say(text):
    print(text, flush=True)


def expect(what, found, wanted):
    good = found == wanted
    say(f"  {what:46}{found:>9}  {'ok' if good else f'WRONG: {wanted} expected'}")
    if not good:
        failures.append(what)


def command(firn, *arguments, shows=True):
    say(f"\n$ firn {' '.join(map(str, arguments))}")
    done = firn.run(*arguments, seconds=300)
    if shows:
        say("  " + done.stdout.strip().replace("\n", "\n  "))
    if done.returncode not in (0, 5):
        say(done.stderr)
        failures.append(arguments[0])
    return done.stdout


def post(firn, count):
    """Forms, some of them twice, and some that are damaged."""
    maker = FormMaker(2026)
    forms = maker.forms(count)
    bodies = [encode(form) for form in forms]
    twice = [encode(sent_again(form)) for form in forms[:: max(1, count // 50)]]
    damaged = [body for _, body in damaged_bodies(maker)][:5]
    began = time.monotonic()
    firn.post_all(bodies + twice + damaged)
    say(f"\nposted {len(bodies)} forms, {len(twice)} of them twice, and {len(damaged)} damaged ones, in "
        f"{time.monotonic() - began:.1f} s")
    return forms, twice, damaged


def show_meter(before, after, forms):
    """What loading took; the live check before it has woken the warehouse."""

    def used(what):
        return after.get(what, 0) - before.get(what, 0)

    credits = used("snowpipe_credits") + used("warehouse_credits")
    say("\nwhat the account metered while it loaded")
    say(f"  Snowpipe                {used('snowpipe_bytes') / 1e6:9.2f} MB before compression")
    say(f"  warehouse               {used('warehouse_seconds'):9.0f} seconds")
    say(f"  credits                 {credits:9.6f}  = ${credits * DOLLARS_PER_CREDIT:.6f}")
    million = credits * DOLLARS_PER_CREDIT / len(forms) * 1e6
    say(f"  a million such forms    {'':9}  = ${million:.2f} in batches of this size")


def run(options, folder):
    s3 = S3Server("versitygw", folder / "s3").start()
    account = SnowflakeAccount(folder / "account", s3).start()
    firn = Firn(folder / "firn")
    try:
        say(f"an S3 server at {s3.endpoint}, a stand-in of a Snowflake account at {account.url}")
        settings = snowflake_settings(account, s3, folder, "demo", options.method)
        firn.settings = replace(settings, extra=f"{settings.extra}budget = 5\n")
        firn.write_config()
        command(firn, "setup", "snowflake", "--apply", "--connections", account.connections_file(), "--as", "admin",
                shows=False)
        say(f"  {len(account.sql('SHOW TABLES'))} tables and {len(account.sql('SHOW PIPES'))} pipes were made")
        said = command(firn, "check", "--live", shows=False)
        say("  " + said[said.index("connection ") :].strip().replace("\n", "\n  "))
        firn.start()
        before = account.control("meter")
        forms, twice, damaged = post(firn, options.forms)
        command(firn, "ingest", "forms", "--wait")
        status = firn.status()
        say("\ncounts")
        expect("forms accepted", status["received"], len(forms) + len(twice) + len(damaged))
        expect("duplicates absorbed", status["duplicates"], len(twice))
        expect("damaged ones in quarantine", status["quarantined"], len(damaged))
        rows = account.rows()
        expect(f"rows in {FULL_TABLE}", len(rows), len(forms))
        expect("different forms among them", len({row["FORM_ID"] for row in rows}), len(forms))
        show_meter(before, account.control("meter"), forms)
        command(firn, "costs")
        command(firn, "audit", "forms")
        command(firn, "stage", "list")
    finally:
        firn.kill()
        account.kill()
        s3.stop()
    say("\nall counts are right" if not failures else f"\nWRONG: {', '.join(failures)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--forms", type=int, default=2000)
    parser.add_argument("--method", choices=("snowpipe", "copy"), default="snowpipe")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="firn-demo-") as folder:
        run(options, Path(folder))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
