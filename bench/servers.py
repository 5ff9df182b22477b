"""The programs that the benchmark starts, and the load on them."""

import base64
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
from waiting import wait_until  # noqa: E402

SECRET = "bench-secret"
AUTHORIZATION = "Basic " + base64.b64encode(f"hq:{SECRET}".encode()).decode()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

CONFIG = """
data_dir = "data"
{intake}
[disk]
intake_floor = "200 MB"
pack_floor = "100 MB"
[log]
level = "warning"
{stage}
[connection.warehouse]
type = "duckdb"
database = "warehouse.duckdb"
memory_limit = "1 GB"
[repeater.forms]
kind = "form"
table = "forms"
stage = "stage"
destination = "warehouse"
threshold = "20 GB"
chunk_size = "64 MB"
chunk_age = "1h"
keep_staged = "0s"
journal_quota = "40 GB"
"""

STAGE = """[connection.stage]
type = "directory"
path = "stage"
"""

PLAIN = 'listen = "127.0.0.1:0"'
TLS = """
[[intake.listener]]
listen = "127.0.0.1:0"
certificate_file = "tls.pem"
private_key_file = "tls.key"
"""

INTAKE = """
[intake]
{listener}
[[intake.credential]]
name = "hq"
type = "{credential}"
username = "hq"
secret_file = "hq.secret"
"""


class Programs:
    """Where the programs of the release build are."""

    def __init__(self, build):
        self.firn = build / "src" / "firn"
        self.null_server = build / "bench" / "firn-bench-null"
        self.raw_append = build / "bench" / "firn-bench-raw"
        self.fill_catalog = build / "bench" / "firn-bench-fill"
        self.put_files = build / "bench" / "firn-bench-put"
        self.here = pathlib.Path(__file__).parent


class Server:
    """A server that writes its port to a file; ended by its process id."""

    def __init__(self, command, port_file):
        self.port_file = pathlib.Path(port_file)
        self.port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
        self.port = wait_until(self._read_port, f"start of {command[0]}", 60, every=0.01)
        self.url = f"http://127.0.0.1:{self.port}"

    def _read_port(self):
        if self.process.poll() is not None:
            raise SystemExit(f"bench: the server ended at once with {self.process.returncode}")
        text = self.port_file.read_text() if self.port_file.exists() else ""
        return int(text) if text.strip() else None

    def cpu_seconds(self):
        """CPU seconds of each thread name."""
        sums = {}
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            stat = (task / "stat").read_text()
            name = stat[stat.index("(") + 1 : stat.rindex(")")]
            fields = stat[stat.rindex(")") + 2 :].split()
            sums[name] = sums.get(name, 0) + (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
        return sums

    def peak_rss_mb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def make_certificate(directory):
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-subj", "/CN=localhost", "-keyout", directory / "tls.key", "-out", directory / "tls.pem"],
        check=True, stderr=subprocess.DEVNULL,
    )
    (directory / "tls.key").chmod(0o600)


class Firn(Server):
    def __init__(self, programs, directory, intake=INTAKE.format(listener=PLAIN, credential="basic"), stage=STAGE):
        self.programs = programs
        self.directory = pathlib.Path(directory)
        config = self.directory / "firn.toml"
        config.write_text(CONFIG.format(intake=intake, stage=stage))
        secret = self.directory / "hq.secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
        if TLS in intake:
            make_certificate(self.directory)
        port_file = self.directory / "port"
        super().__init__([programs.firn, "serve", "--config", config, "--port-file", port_file], port_file)

    def command(self, *arguments):
        output = subprocess.run(
            [str(self.programs.firn), "--config", str(self.directory / "firn.toml"), "--json", *arguments],
            stdout=subprocess.PIPE, check=True, timeout=600,
        ).stdout
        return json.loads(output)

    def repeater(self):
        return self.command("status")["repeaters"][0]

    def query(self, sql):
        with sqlite3.connect(f"file:{self.directory}/data/catalog.sqlite?mode=ro", uri=True) as catalog:
            return catalog.execute(sql).fetchone()

    def accepts(self):
        request = urllib.request.Request(f"{self.url}/in/forms", headers={"Authorization": AUTHORIZATION})
        try:
            with urllib.request.urlopen(request, timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def write_bodies(shape, directory):
    """A file of 2,000 bodies in JSON or XML, as make_bodies.py writes them."""
    path = pathlib.Path(directory) / f"bodies.{shape}"
    with path.open("w") as out:
        maker = pathlib.Path(__file__).parent / "make_bodies.py"
        subprocess.run([sys.executable, str(maker), shape, "2000", "1"], stdout=out, check=True)
    return path


def plain_forms(bodies, run):
    """What post_forms.lua takes to send JSON with HTTP Basic."""
    return {"bodies": bodies, "type": "application/json", "authorization": AUTHORIZATION, "run": run}


def wrk(programs, url, connections, seconds, given):
    """One wrk run; `given` as post_forms.lua takes it. Requests a second, latencies, the number of requests."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(programs.here / "post_forms.lua"),
         url, "--", *(f"{name}={value}" for name, value in given.items())],
        stdout=subprocess.PIPE, check=True, text=True, timeout=seconds + 60,
    ).stdout
    line = next(row for row in output.splitlines() if row.startswith("RESULT"))
    requests, microseconds, errors, p50, p99, longest = (float(word) for word in line.split()[1:])
    return {"per_second": requests / microseconds * 1e6, "p50_ms": p50 / 1e3, "p99_ms": p99 / 1e3,
            "longest_ms": longest / 1e3, "requests": int(requests), "errors": int(errors)}
