"""Measures Firn against named baselines in the same run. See script/bench and docs/performance.md.

Everything talks to loopback, is bounded in time, and ends only the processes that it started.
"""

import argparse
import base64
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
from waiting import wait_until  # noqa: E402

CONNECTIONS = (1, 16, 64, 256)
SECRET = "bench-secret"
AUTHORIZATION = "Basic " + base64.b64encode(f"hq:{SECRET}".encode()).decode()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

OF_FORMS = "FROM chunks WHERE repeater = (SELECT id FROM repeaters WHERE name = 'forms')"

CONFIG = """
data_dir = "data"
[intake]
listen = "127.0.0.1:0"
[[intake.credential]]
name = "hq"
type = "basic"
username = "hq"
secret_file = "hq.secret"
[disk]
intake_floor = "200 MB"
pack_floor = "100 MB"
[log]
level = "warning"
[connection.stage]
type = "directory"
path = "stage"
[connection.warehouse]
type = "duckdb"
database = "warehouse.duckdb"
memory_limit = "1 GB"
[repeater.forms]
kind = "form"
table = "forms"
stage = "stage"
destination = "warehouse"
threshold = "{threshold}"
chunk_size = "64 MB"
chunk_age = "{chunk_age}"
keep_staged = "0s"
journal_quota = "40 GB"
"""


class Programs:
    """Where the programs of the release build are."""

    def __init__(self, build):
        self.firn = build / "src" / "firn"
        self.null_server = build / "bench" / "firn-bench-null"
        self.raw_append = build / "bench" / "firn-bench-raw"
        self.fill_catalog = build / "bench" / "firn-bench-fill"
        self.here = pathlib.Path(__file__).parent


class Server:
    """A server that writes its port to a file; ended by its process id."""

    def __init__(self, command, port_file):
        self.port_file = pathlib.Path(port_file)
        self.port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen([str(part) for part in command], stderr=subprocess.DEVNULL)
        self.port = wait_until(self._read_port, f"start of {command[0]}", 60, every=0.01)

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


class Firn(Server):
    def __init__(self, programs, directory, threshold="20 GB", chunk_age="1h"):
        self.programs = programs
        self.directory = pathlib.Path(directory)
        config = self.directory / "firn.toml"
        config.write_text(CONFIG.format(threshold=threshold, chunk_age=chunk_age))
        secret = self.directory / "hq.secret"
        secret.write_text(SECRET)
        secret.chmod(0o600)
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
        url = f"http://127.0.0.1:{self.port}/in/forms"
        request = urllib.request.Request(url, headers={"Authorization": AUTHORIZATION})
        try:
            with urllib.request.urlopen(request, timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def wrk(programs, port, connections, seconds, bodies, run):
    """One wrk run. Requests a second, p50 and p99 in ms, the number of requests."""
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(programs.here / "post_forms.lua"),
         f"http://127.0.0.1:{port}", "--", str(bodies), AUTHORIZATION, run],
        stdout=subprocess.PIPE, check=True, text=True, timeout=seconds + 60,
    ).stdout
    line = next(row for row in output.splitlines() if row.startswith("RESULT"))
    requests, microseconds, errors, p50, p99, longest = (float(word) for word in line.split()[1:])
    return {"per_second": requests / microseconds * 1e6, "p50_ms": p50 / 1e3, "p99_ms": p99 / 1e3,
            "longest_ms": longest / 1e3, "requests": int(requests), "errors": int(errors)}


def measure_baselines(programs, bodies, seconds):
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        port_file = pathlib.Path(directory) / "port"
        credentials = ["--username", "hq", "--password", SECRET]
        server = Server([programs.null_server, "--port-file", port_file, *credentials], port_file)
        null = {c: wrk(programs, server.port, c, seconds, bodies, f"null{c}") for c in CONNECTIONS}
        server.kill()
        raw = {}
        for group in (1, 16, 100):
            raw[group] = float(subprocess.run([str(programs.raw_append), directory, "4340", str(group), str(seconds)],
                                              stdout=subprocess.PIPE, check=True, timeout=60).stdout)
    return {"storing_nothing": null, "raw_append_by_group": raw}


def measure_accepts(programs, bodies, seconds):
    results = {}
    for connections in CONNECTIONS:
        with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
            firn = Firn(programs, directory)
            results[connections] = wrk(programs, firn.port, connections, seconds, bodies, f"acc{connections}")
            firn.kill()
    return results


def measure_way(programs, bodies, seconds):
    """From the first POST to the last sealed chunk, and to the last verified row."""
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        firn = Firn(programs, directory)
        start = time.time()
        sent = wrk(programs, firn.port, 256, seconds, bodies, "way")
        firn.command("ingest", "--wait", "--timeout", "600s")
        packed, loaded, rows = firn.query(f"SELECT max(packed_at), max(loaded_at), sum(rows) {OF_FORMS}")
        status = firn.repeater()
        cpu = firn.cpu_seconds()
        steps = {step["name"]: step.get("cpu_seconds") for step in status["steps"]}
        result = {
            "forms": rows, "accepts_per_second": sent["per_second"],
            "to_last_chunk_per_second": rows / (packed / 1e6 - start),
            "to_last_row_per_second": rows / (loaded / 1e6 - start),
            "cpu_seconds_per_million_forms": {name: value / rows * 1e6 for name, value in cpu.items()},
            "cpu_seconds_per_million_forms_by_step":
                {name: value / rows * 1e6 for name, value in steps.items() if value is not None},
            "peak_rss_mb": firn.peak_rss_mb(),
            "chunk_bytes": {"uncompressed": sum(c["bytes_uncompressed"] for c in status["chunks"]),
                            "compressed": sum(c["bytes_compressed"] for c in status["chunks"])},
        }
        firn.stop()
    return result


def measure_recovery(programs, bodies, forms):
    """From the start after a crash to the first 200, with a journal of a million forms."""
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        firn = Firn(programs, directory)
        run = 0
        while firn.repeater()["received"] < forms:
            wrk(programs, firn.port, 256, 10, bodies, f"rec{run}")
            run += 1
        received = firn.repeater()["received"]
        firn.kill()
        start = time.monotonic()
        firn = Firn(programs, directory)
        wait_until(firn.accepts, "accepting again", 60, every=0.01)
        seconds = time.monotonic() - start
        journal_bytes = firn.repeater()["journal_bytes"]
        firn.kill()
    return {"forms": received, "seconds_to_accepting": seconds, "journal_bytes": journal_bytes}


def measure_known(programs, bodies, documents, seconds):
    """Packing speed when the catalog knows ten million documents already."""
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        data = pathlib.Path(directory) / "data"
        data.mkdir(mode=0o700)
        fill = [str(programs.fill_catalog), str(data / "catalog.sqlite"), "history", str(documents)]
        subprocess.run(fill, check=True, timeout=1200)
        firn = Firn(programs, directory)
        start = time.time()
        wrk(programs, firn.port, 256, seconds, bodies, "known")
        firn.command("ingest", "--wait", "--timeout", "600s")
        packed, rows = firn.query(f"SELECT max(packed_at), sum(rows) {OF_FORMS}")
        rss = firn.peak_rss_mb()
        firn.stop()
    return {"documents_known": documents, "forms": rows, "to_last_chunk_per_second": rows / (packed / 1e6 - start),
            "peak_rss_mb": rss}


def row(name, value, against=""):
    print(f"{name:<52}{value:>16}  {against}")


def print_accepts(results):
    null = results["baselines"]["storing_nothing"]
    raw = results["baselines"]["raw_append_by_group"]
    print("\nDurable accepts, one 4.3 KB form in each POST, the load on the same machine")
    head = f"{'connections':<14}{'forms/s':>12}{'p50 ms':>10}{'p99 ms':>10}"
    print(f"{head}{'storing nothing':>18}{'ratio':>8}{'errors':>8}")
    for connections in CONNECTIONS:
        firn, base = results["accepts"][connections], null[connections]
        print(f"{connections:<14}{firn['per_second']:>12,.0f}{firn['p50_ms']:>10.2f}{firn['p99_ms']:>10.2f}"
              f"{base['per_second']:>18,.0f}{firn['per_second'] / base['per_second']:>8.2f}{firn['errors']:>8}")
    print("Raw append + fdatasync of the same bytes: " +
          ", ".join(f"{group} a sync: {value:,.0f} forms/s" for group, value in raw.items()))


def print_rest(results):
    print()
    way = results["way"]
    null = results["baselines"]["storing_nothing"][256]["per_second"]
    row("Forms to the last sealed chunk, forms/s", f"{way['to_last_chunk_per_second']:,.0f}",
        f"{way['to_last_chunk_per_second'] / null:.2f} of the server that stores nothing")
    row("Forms to the last verified row, forms/s", f"{way['to_last_row_per_second']:,.0f}", f"{way['forms']:,} forms")
    row("Peak RSS of the daemon, MB", f"{way['peak_rss_mb']:,.0f}")
    for name, value in sorted(way["cpu_seconds_per_million_forms"].items()):
        row(f"CPU seconds for a million forms, thread {name}", f"{value:.1f}")
    for name, value in sorted(way["cpu_seconds_per_million_forms_by_step"].items()):
        row(f"CPU seconds for a million forms, step {name}", f"{value:.1f}")
    if "recovery" in results:
        recovery = results["recovery"]
        row("Accepting again after kill -9, s", f"{recovery['seconds_to_accepting']:.2f}",
            f"journal of {recovery['forms']:,} forms, {recovery['journal_bytes'] / 1e9:.1f} GB")
    if "known" in results:
        known = results["known"]
        row("To the last chunk, many documents known, forms/s", f"{known['to_last_chunk_per_second']:,.0f}",
            f"{known['documents_known']:,} known, peak RSS {known['peak_rss_mb']:.0f} MB")


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there as JSON too")
    parser.add_argument("--build", default="build/release", help="the release build")
    parser.add_argument("--seconds", type=int, default=10, help="length of each load")
    parser.add_argument("--journal-forms", type=int, default=1_000_000)
    parser.add_argument("--known-documents", type=int, default=10_000_000)
    parser.add_argument("--only", help="some of accepts,way,recovery,known; the baselines are always measured")
    options = parser.parse_args()
    programs = Programs(pathlib.Path(options.build).resolve())
    chosen = set((options.only or "accepts,way,recovery,known").split(","))
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        bodies = pathlib.Path(directory) / "bodies.jsonl"
        with bodies.open("w") as out:
            subprocess.run([sys.executable, str(programs.here / "make_bodies.py"), "2000", "1"], stdout=out, check=True)
        results = {"baselines": measure_baselines(programs, bodies, options.seconds)}
        if "accepts" in chosen:
            results["accepts"] = measure_accepts(programs, bodies, options.seconds)
            print_accepts(results)
        if "way" in chosen:
            results["way"] = measure_way(programs, bodies, options.seconds)
        if "recovery" in chosen:
            results["recovery"] = measure_recovery(programs, bodies, options.journal_forms)
        if "known" in chosen:
            results["known"] = measure_known(programs, bodies, options.known_documents, options.seconds)
    if "way" in results:
        print_rest(results)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
