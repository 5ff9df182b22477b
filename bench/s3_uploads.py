"""Uploads to a real S3 server, beside boto3's transfer of the same files; and the whole way to the last object."""

import concurrent.futures
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from servers import Firn, plain_forms, wrk

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/system"))
from s3_servers import BUCKET, S3Server, connection_text  # noqa: E402

FILES, FILE_BYTES, SIDE_BY_SIDE, ROUNDS = 8, 64_000_000, 4, 3
OF_FORMS = "FROM chunks WHERE repeater = (SELECT id FROM repeaters WHERE name = 'forms')"


def upload_with_boto3(endpoint, prefix, paths):
    """What `aws s3 cp` does, too: boto3's managed transfer, as it comes. Prints wall and processor seconds."""
    server = S3Server("versitygw", pathlib.Path(paths[0]).parent / "none")
    server._port = int(endpoint.rsplit(":", 1)[1])
    client = server.client()
    client.list_objects_v2(Bucket=BUCKET, MaxKeys=1)  # what is loaded at the first call is not the transfer's
    used = os.times()
    begin = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        jobs = [pool.submit(client.upload_file, path, BUCKET, f"{prefix}/{i}") for i, path in enumerate(paths)]
        for job in jobs:
            job.result()
    wall = time.perf_counter() - begin
    after = os.times()
    print(wall, after.user + after.system - used.user - used.system)


def seconds_of(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=True, timeout=300)
    wall, cpu = map(float, done.stdout.split())
    return {"wall": wall, "cpu": cpu}


def measure_uploads(programs, server, directory):
    paths = []
    for i in range(FILES):
        path = pathlib.Path(directory) / f"chunk{i}"
        path.write_bytes(os.urandom(FILE_BYTES))
        paths.append(path)
    ours, theirs = [], []
    for number in range(ROUNDS):  # in turn, so that both meet the same neighbours
        ours.append(seconds_of([programs.put_files, server.endpoint, f"ours{number}", SIDE_BY_SIDE, *paths]))
        theirs.append(seconds_of([sys.executable, __file__, server.endpoint, f"theirs{number}", *paths]))
    megabytes = FILES * FILE_BYTES / 1e6

    def figures(runs):
        return {"mb_per_second": megabytes / statistics.median(run["wall"] for run in runs),
                "cpu_seconds_per_gb": statistics.median(run["cpu"] for run in runs) / (megabytes / 1000)}

    return {"firn": figures(ours), "boto3": figures(theirs)}


def measure_way_to_s3(programs, bodies, seconds, server, directory):
    """From the first POST to the last object on S3."""
    secret = pathlib.Path(directory) / "s3-secret"
    secret.write_text("firn-secret")
    secret.chmod(0o600)
    stage = connection_text(server, "way", secret).replace("[connection.bucket]", "[connection.stage]")
    firn = Firn(programs, directory, stage=stage)
    start = time.time()
    sent = wrk(programs, firn.url, 256, seconds, plain_forms(bodies, "s3"))
    firn.command("ingest", "--wait", "--timeout", "600s")
    packed, staged, rows = firn.query(f"SELECT max(packed_at), max(staged_at), sum(rows) {OF_FORMS}")
    rss = firn.peak_rss_mb()
    firn.stop()
    return {"forms": rows, "accepts_per_second": sent["per_second"], "peak_rss_mb": rss,
            "to_last_chunk_per_second": rows / (packed / 1e6 - start),
            "to_last_object_per_second": rows / (staged / 1e6 - start)}


def measure_s3(programs, bodies, seconds):
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        server = S3Server("versitygw", pathlib.Path(directory) / "s3").start()
        try:
            results = measure_uploads(programs, server, directory)
            results["way"] = measure_way_to_s3(programs, bodies, seconds, server, directory)
        finally:
            server.stop()
    return results


def print_s3(results):
    firn, boto3, way = results["firn"], results["boto3"], results["way"]
    print(f"\nUploads of {FILES} files of {FILE_BYTES / 1e6:.0f} MB to versitygw on this machine, "
          f"{SIDE_BY_SIDE} side by side")
    print(f"{'':<14}{'MB/s':>10}{'CPU s/GB':>12}")
    for name, figures in (("Firn", firn), ("boto3", boto3)):
        print(f"{name:<14}{figures['mb_per_second']:>10,.0f}{figures['cpu_seconds_per_gb']:>12.2f}")
    print(f"Firn is {firn['mb_per_second'] / boto3['mb_per_second']:.2f} times as fast as boto3's transfer")
    print(f"Forms to the last object on S3: {way['to_last_object_per_second']:,.0f}/s "
          f"(to the last sealed chunk {way['to_last_chunk_per_second']:,.0f}/s), {way['forms']:,} forms, "
          f"peak RSS {way['peak_rss_mb']:.0f} MB")


if __name__ == "__main__":
    upload_with_boto3(sys.argv[1], sys.argv[2], sys.argv[3:])
