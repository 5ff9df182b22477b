"""Measures Firn against named baselines in the same run. See script/bench and docs/performance.md.

Everything talks to loopback, is bounded in time, and ends only the processes that it started.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

from intake_ways import measure_ways, print_ways
from s3_uploads import measure_s3, print_s3
from servers import SECRET, Firn, Programs, Server, plain_forms, wait_until, write_bodies, wrk

CONNECTIONS = (1, 16, 64, 256)
OF_FORMS = "FROM chunks WHERE repeater = (SELECT id FROM repeaters WHERE name = 'forms')"


def measure_baselines(programs, bodies, seconds):
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        port_file = pathlib.Path(directory) / "port"
        credentials = ["--username", "hq", "--password", SECRET]
        server = Server([programs.null_server, "--port-file", port_file, *credentials], port_file)
        null = {c: wrk(programs, server.url, c, seconds, plain_forms(bodies, f"null{c}")) for c in CONNECTIONS}
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
            forms = plain_forms(bodies, f"acc{connections}")
            results[connections] = wrk(programs, firn.url, connections, seconds, forms)
            firn.kill()
    return results


def measure_way(programs, bodies, seconds):
    """From the first POST to the last sealed chunk, and to the last verified row."""
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        firn = Firn(programs, directory)
        start = time.time()
        sent = wrk(programs, firn.url, 256, seconds, plain_forms(bodies, "way"))
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
            wrk(programs, firn.url, 256, 10, plain_forms(bodies, f"rec{run}"))
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
        wrk(programs, firn.url, 256, seconds, plain_forms(bodies, "known"))
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
    parser.add_argument("--only", help="some of accepts,way,recovery,known,ways,s3")
    options = parser.parse_args()
    programs = Programs(pathlib.Path(options.build).resolve())
    chosen = set((options.only or "accepts,way,recovery,known,ways,s3").split(","))
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        bodies = write_bodies("json", pathlib.Path(directory))
        results = {}
        if chosen - {"s3"}:
            results["baselines"] = measure_baselines(programs, bodies, options.seconds)
        if "accepts" in chosen:
            results["accepts"] = measure_accepts(programs, bodies, options.seconds)
            print_accepts(results)
        if "way" in chosen:
            results["way"] = measure_way(programs, bodies, options.seconds)
        if "recovery" in chosen:
            results["recovery"] = measure_recovery(programs, bodies, options.journal_forms)
        if "known" in chosen:
            results["known"] = measure_known(programs, bodies, options.known_documents, options.seconds)
        if "ways" in chosen:
            results["ways"] = measure_ways(programs, bodies, options.seconds)
            print_ways(results["ways"])
        if "s3" in chosen:
            results["s3"] = measure_s3(programs, bodies, options.seconds)
            print_s3(results["s3"])
    if "way" in results:
        print_rest(results)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
