"""The daemon that is killed: small sizes and short times, its own copy of the programs, and a port nobody mistakes."""

import json
import secrets
import shutil
import signal
import stat
import subprocess
import time
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from clients import POISON
from firn import REPEATER, TABLE, USER, Client, Firn, directory_stage, program, toml_text
from s3_servers import SECRET, connection_text
from snowflake_account import connection_text as snowflake_text
from snowflake_account import make_key
from waiting import wait_until

NEEDS_ATTENTION = 5  # exit code: done, and something waits for a person
HELPER_POINT = "load.helper_committed"

# Starts the real helper; once it is told so by a file, one that dies behind a commit.
WRAPPER = """#!/bin/sh
here=$(dirname "$0")
if rm "$here/die-once" 2>/dev/null; then
  exec "$here/real/firn-duckdb" --crash-at {point}
fi
exec "$here/real/firn-duckdb"
"""


def as_duckdb_has_it(row):
    """A row of the account with the names and types of a row of DuckDB."""
    row = {name.lower(): value for name, value in row.items()}
    row["_position"] = int(row["_position"])
    for name in ("received_on", "server_modified_on"):
        if row[name] is not None:
            seconds = Decimal(row[name])
            row[name] = datetime(1970, 1, 1) + timedelta(microseconds=int(seconds * 1_000_000))
    return row


class Away(ConnectionError):
    """There is no daemon now."""


class Victim(Firn):
    """A Firn whose data, stage and table lie on `disk`; its configuration, log and port file lie beside."""

    def __init__(self, folder, disk, quota, s3=None, account=None, method=None):
        """`s3`: the S3Server that its chunks go to, else a folder on the disk. `account`: the SnowflakeAccount that
        loads them by the method, else DuckDB."""
        self._disk, self._quota, self.s3 = Path(disk), quota, s3
        self.account, self.method = account, method
        # Another daemon that got the port of a dead one must not acknowledge our forms.
        self.password = secrets.token_hex(16)
        super().__init__(folder)
        self.warehouse = self._disk / "warehouse.duckdb"
        (self.folder / "secret").write_text(self.password + "\n")
        (self.folder / "secret").chmod(0o600)
        self._copy_programs()
        if account:
            account.set_up(self)
            account.control("settings", {"refuses_rows_with": POISON})
        self.starts, self.deaths = [], 0
        self.port = None

    @property
    def stage(self):
        return self._disk / "stage"

    @property
    def data(self):
        return self._disk / "data"

    def _copy_programs(self):
        """A campaign goes on with the programs that it began with, even when they are built anew."""
        built, folder = Path(program()).resolve(), self.folder / "bin"
        (folder / "real").mkdir(parents=True)
        shutil.copy2(built, folder / "firn")
        shutil.copy2(built.parent / "firn-duckdb", folder / "real")
        wrapper = folder / "firn-duckdb"
        wrapper.write_text(WRAPPER.format(point=HELPER_POINT))
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
        self._program = str(folder / "firn")

    def _stage_text(self):
        if self.s3 is None:
            return directory_stage(self.stage)
        secret = self.folder / "s3-secret"
        secret.write_text(SECRET + "\n")
        secret.chmod(0o600)
        return connection_text(self.s3, "crash", secret)

    def _destination_text(self):
        if self.account:
            key = self.folder / "firn.p8"
            if not key.exists():
                make_key(self.folder, key.name, "FIRN")
            return snowflake_text(self.account, key)
        return f"""[connection.warehouse]
type = "duckdb"
database = {toml_text(self._disk / "warehouse.duckdb")}
"""

    def write_config(self):
        # The sizes are so small that every step runs every second.
        self.config.write_text(f"""
data_dir = {toml_text(self.data)}
[intake]
listen = "127.0.0.1:0"
[[intake.credential]]
name = "hq"
username = {toml_text(USER)}
secret_file = {toml_text(self.folder / "secret")}
[disk]
intake_floor = "2 MB"
pack_floor = "1 MB"
{self._stage_text()}
{self._destination_text()}
[repeater.{REPEATER}]
kind = "form"
table = {toml_text(TABLE)}
stage = {toml_text("bucket" if self.s3 else "staging")}
destination = {toml_text("snow" if self.account else "warehouse")}
{f'method = "{self.method}"' if self.account else ""}
chunk_size = "64 KB"
chunk_age = "1s"
threshold = "1 KB"
journal_quota = {toml_text(self._quota)}
keep_staged = "0s"
""")

    # --- the process -------------------------------------------------------------------------------------------------

    def launch(self, *options):
        assert self.process is None or self.ended()
        self.port = None
        self.port_file.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            log.write(f"--- launch {' '.join(options)}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                [self._program, "serve", "--config", str(self.config), "--port-file", str(self.port_file), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def ended(self):
        ended = super().ended()
        if ended:
            self.port = None
        return ended

    def kill(self):
        self.port = None
        self.deaths += self.process is not None and not self.ended()
        super().kill()

    def accept(self):
        """Starts it and waits until it accepts; every repeater must be open."""
        began = time.monotonic()
        self.start(seconds=60)
        self.starts.append(time.monotonic() - began)

    def die_at(self, point, count, seconds):
        """Starts it with a crash point. True when it died there, False (and dead too) when it was not reached in time;
        AssertionError when it ended in another way."""
        self.launch("--crash-at", f"{point}:{count}")
        try:
            wait_until(lambda: (self.knows_port(), self.ended())[1], point, seconds, every=0.01)
        except AssertionError:
            self.kill()
            return False
        code = self.process.returncode
        assert code == -signal.SIGKILL, f"ended with {code} instead of at {point}\n{self.log_tail()}"
        self.deaths += 1
        return True

    def helper_dies_once(self):
        """The next helper dies right behind its next commit."""
        (self.folder / "bin" / "die-once").touch()

    def helper_has_died(self):
        return not (self.folder / "bin" / "die-once").exists()

    def connect(self):
        port = self.port
        if port is None:
            raise Away
        return Client(port, password=self.password, timeout=10)

    # --- the operator ------------------------------------------------------------------------------------------------

    def run(self, *arguments, seconds=120):
        return subprocess.run(
            [self._program, arguments[0], "--config", str(self.config), *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )

    def ask(self, *arguments, seconds=120):
        done = self.run(*arguments, "--json", seconds=seconds)
        assert done.returncode in (0, NEEDS_ATTENTION), (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def whole_status(self):
        return self.ask("status")

    def status(self, repeater=REPEATER):
        return next(r for r in self.whole_status()["repeaters"] if r["name"] == repeater)

    def quarantine(self):
        return self.ask("quarantine", "list")

    def rows(self, table=TABLE):
        """Every row as a dictionary; the time of loading, which is of no matter here, is a text."""
        if self.account:
            return [as_duckdb_has_it(row) for row in self.account.rows()]
        with duckdb.connect(str(self.warehouse), read_only=True) as database:
            cursor = database.execute(f'SELECT * REPLACE (CAST(_loaded_at AS VARCHAR) AS _loaded_at) FROM "{table}"')
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def left_over(self):
        """Files that should have gone once everything is loaded and purged."""
        folders = [self.stage / REPEATER, self.data / "chunks", self.data / "fetched", self.data / "marks"]
        files = [str(p.relative_to(self._disk)) for f in folders for p in f.rglob("*") if p.is_file()]
        return files + (self.s3.keys(f"crash/{REPEATER}/") if self.s3 else [])
