"""Runs the real daemon in a folder of its own, talks to it as CommCare HQ and an operator would, reads its table."""

import base64
import http.client
import json
import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from waiting import TookTooLong, wait_until

ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "hq", "correct horse battery staple"
REPEATER, TABLE = "forms", "forms"
# For Settings.extra: what the monitor needs.
MONITOR = '\n[monitor]\nlisten = "127.0.0.1:0"\n'
# Exit codes, as docs/cli.md tells them.
FAILED, USAGE, CONFIGURATION, UNREACHABLE, ATTENTION = 1, 2, 3, 4, 5


def program():
    """The daemon under test: $FIRN_BIN, or the one of the development build."""
    path = Path(os.environ.get("FIRN_BIN", ROOT / "build/dev/src/firn"))
    assert path.is_file(), f"there is no {path}; build it with `cmake --build --preset dev`"
    return str(path)


@dataclass
class Reply:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)


def basic(user, password):
    """The Authorization header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Client:
    """One kept connection to the intake. A connection that breaks raises OSError or http.client.HTTPException."""

    def __init__(self, port, user=USER, password=PASSWORD, timeout=30):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._headers = {"Authorization": basic(user, password)} if user is not None else {}

    def request(self, method, path, body=None, headers=None):
        self._connection.request(method, path, body=body, headers={**self._headers, **(headers or {})})
        answer = self._connection.getresponse()
        text = answer.read().decode("utf-8", errors="replace")
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)

    def post(self, body, domain="demo-health", repeater=REPEATER, headers=None, **parameters):
        """Forwards a form as HQ does."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        path = f"/in/{repeater}" + (f"/{domain}" if domain else "")
        path += "?" + urlencode(parameters) if parameters else ""
        return self.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    def close(self):
        self._connection.close()


@dataclass
class Settings:
    """What a test sets differently. Sizes are small and times short, so that every step runs within a test."""

    chunk_size: str = "10 MB"
    chunk_age: str = "1h"
    threshold: str = "10 GB"
    journal_quota: str = "1 GB"
    intake_floor: str = "64 MB"
    pack_floor: str = "32 MB"
    keep_staged: str = "30d"
    max_body: str = "64 MB"
    plain_credential: bool = True  # in firn.toml; else only those of `firn credential`
    listeners: str = ""  # sections [[intake.listener]]; else one on loopback
    extra: str = ""
    stage: str = "staging"  # the connection that the repeater's chunks go to
    destination: str = "warehouse"  # the connection that the rows go to
    connections: str = ""  # more sections [connection.NAME]
    folders: dict = field(default_factory=dict)  # "data" and "stage" may lie elsewhere


def toml_text(value):
    return json.dumps(str(value))


def plain_credential(folder):
    return f"""[[intake.credential]]
name = "hq"
username = {toml_text(USER)}
secret_file = {toml_text(folder / "password")}
"""


def directory_stage(path):
    return f"""[connection.staging]
type = "directory"
path = {toml_text(path)}
"""


def duckdb_warehouse(folder):
    return f"""[connection.warehouse]
type = "duckdb"
database = {toml_text(folder / "warehouse.duckdb")}
"""


def config_text(folder, settings):
    data = settings.folders.get("data", folder / "data")
    stage = settings.folders.get("stage", folder / "stage")
    return f"""
data_dir = {toml_text(data)}

[intake]
{'listen = "127.0.0.1:0"' if not settings.listeners else ""}
max_body = {toml_text(settings.max_body)}
in_flight = "128 MB"

{plain_credential(folder) if settings.plain_credential else ""}
{settings.listeners}
[disk]
intake_floor = {toml_text(settings.intake_floor)}
pack_floor = {toml_text(settings.pack_floor)}

{directory_stage(stage) if settings.stage == "staging" else ""}
{settings.connections}
{duckdb_warehouse(folder) if settings.destination == "warehouse" else ""}
[repeater.{REPEATER}]
kind = "form"
table = {toml_text(TABLE)}
stage = {toml_text(settings.stage)}
destination = {toml_text(settings.destination)}
chunk_size = {toml_text(settings.chunk_size)}
chunk_age = {toml_text(settings.chunk_age)}
threshold = {toml_text(settings.threshold)}
journal_quota = {toml_text(settings.journal_quota)}
keep_staged = {toml_text(settings.keep_staged)}
{settings.extra}
"""


def figures(repeater):
    """What the tests ask of a repeater in `firn status --json`, by short names."""
    decided = repeater["decided"]
    chunks = {total["state"]: total for total in repeater["chunks"]}
    rows = {state: total["rows"] for state, total in chunks.items()}
    return {
        "received": repeater["received"],
        "waiting": repeater["waiting"],
        "duplicates": decided["duplicates"],
        "conflicts": decided["conflicts"],
        "quarantined": repeater["quarantine_open"],
        "rows_made": decided["rows"],
        "rows_loaded": rows.get("loaded", 0) + rows.get("purged", 0),
        "chunks": {state: total["chunks"] for state, total in chunks.items() if total["chunks"]},
        "blocked": [step for step in repeater["steps"] if step["state"] == "blocked"],
        "retrying": [step for step in repeater["steps"] if step["state"] == "retrying"],
    }


class Firn:
    """The daemon with its folder. Not started until start()."""

    def __init__(self, folder, settings=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.settings = settings or Settings()
        self.config = self.folder / "firn.toml"
        self.log = self.folder / "firn.log"
        self.warehouse = self.folder / "warehouse.duckdb"
        self.port_file = self.folder / "port"
        self.monitor_port_file = self.folder / "monitor-port"
        self.process = None
        self.port = None
        self.popen = {}  # more arguments of subprocess.Popen
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        self.write_config()

    @property
    def stage(self):
        return Path(self.settings.folders.get("stage", self.folder / "stage"))

    @property
    def data(self):
        return Path(self.settings.folders.get("data", self.folder / "data"))

    def write_config(self):
        self.config.write_text(config_text(self.folder, self.settings))

    # --- the process -------------------------------------------------------------------------------------------------

    def launch(self, *options):
        """Starts the daemon without waiting for it to accept."""
        assert self.process is None or self.process.poll() is not None
        self.port_file.unlink(missing_ok=True)
        files = ["--port-file", str(self.port_file), "--monitor-port-file", str(self.monitor_port_file)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [program(), "serve", "--config", str(self.config), *files, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=self.popen.get("stderr", log),
                **{key: value for key, value in self.popen.items() if key != "stderr"},
            )

    def ended(self):
        """True when the process has ended by itself or by others."""
        return self.process.poll() is not None

    def knows_port(self):
        """True when the daemon has said on which port it accepts."""
        if self.port_file.exists() and (text := self.port_file.read_text().strip()):
            self.ports = [int(line) for line in text.split()]
            self.port = self.ports[0]
            return True
        return False

    def accepting(self):
        """knows_port(); AssertionError when the daemon has ended instead."""
        if self.knows_port():
            return True
        if self.ended():
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log_tail()}")
        return False

    def start(self, *options, seconds=30):
        self.launch(*options)
        wait_until(self.accepting, lambda: f"no port file:\n{self.log_tail()}", seconds)
        return self

    def stop(self, seconds=30):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """SIGKILL, as the end of power would for the process."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def restart(self, *options):
        self.kill()
        return self.start(*options)

    def log_tail(self, lines=40):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    # --- forms in ----------------------------------------------------------------------------------------------------

    def client(self, **options):
        return Client(self.port, **options)

    def post(self, body, **options):
        client = self.client()
        try:
            return client.post(body, **options)
        finally:
            client.close()

    def post_all(self, bodies, **options):
        """Posts one after the other over one connection; every one must be accepted."""
        client, replies = self.client(), []
        try:
            for body in bodies:
                reply = client.post(body, **options)
                assert reply.status == 200, (reply.status, reply.text)
                replies.append(reply)
        finally:
            client.close()
        return replies

    # --- what watches it (settings: MONITOR) ---

    def monitor(self, path):
        """Reply of the monitor to a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.monitor_port_file.read_text()), timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)
        finally:
            connection.close()

    # --- the operator ------------------------------------------------------------------------------------------------

    def run(self, *arguments, seconds=120):
        """Runs a subcommand; CompletedProcess with text."""
        return subprocess.run(
            [program(), arguments[0], "--config", str(self.config), *arguments[1:]],
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )

    def ask(self, *arguments, seconds=120, code=0):
        """Runs a subcommand with --json; what it says."""
        done = self.run(*arguments, "--json", seconds=seconds)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def ingest(self, seconds=90):
        """Triggers the ingest and waits until the batch is loaded."""
        return self.ask("ingest", REPEATER, "--wait", seconds=seconds)

    def whole_status(self):
        """What `firn status` says. It ends with ATTENTION exactly when it shows something that needs a person."""
        done = self.run("status", "--json")
        said = json.loads(done.stdout) if done.stdout else {}
        blocked = [s for r in said.get("repeaters", []) for s in r["steps"] if s["state"] == "blocked"]
        expected = ATTENTION if said.get("alarms") or blocked else 0
        assert done.returncode == expected, (done.returncode, done.stdout, done.stderr)
        return said

    def status(self, repeater=REPEATER):
        """The figures of one repeater."""
        return figures(next(r for r in self.whole_status()["repeaters"] if r["name"] == repeater))

    def wait_for_status(self, condition, what, seconds=60):
        """Until condition(status of the repeater) holds."""
        seen = {}

        def holds():
            seen.update(self.status())
            return condition(seen)

        try:
            return wait_until(holds, what, seconds, every=0.1)
        except TookTooLong as late:
            raise TookTooLong(f"{late}\nlast status: {seen}\n{self.log_tail()}") from None

    def quarantined(self, state="open"):
        return self.ask("quarantine", "list", "--state", state)["records"]

    # --- what came out -----------------------------------------------------------------------------------------------

    def query(self, sql, *parameters):
        """Rows of a query on the destination, read by DuckDB itself."""
        with duckdb.connect(str(self.warehouse), read_only=True) as database:
            return database.execute(sql, parameters).fetchall()

    def rows(self, table=TABLE):
        """Every row as a dictionary, in the order of the journal."""
        with duckdb.connect(str(self.warehouse), read_only=True) as database:
            # Times with a zone are given as text: Python's DuckDB wants another package for them.
            cursor = database.execute(
                f'SELECT * REPLACE (CAST(_loaded_at AS VARCHAR) AS _loaded_at) FROM "{table}" ORDER BY _position'
            )
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]


def helper_of(firn):
    """Process id of the running load helper, or None."""
    children = Path(f"/proc/{firn.process.pid}/task").glob("*/children")
    try:
        for pid in " ".join(path.read_text() for path in children).split():
            if "firn-duckdb" in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None
