"""The other ways into Firn, each beside plain JSON with HTTP Basic over HTTP in the same run."""

import contextlib
import gzip
import hashlib
import http.client
import itertools
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import Callable

from servers import AUTHORIZATION, INTAKE, PLAIN, SECRET, TLS, Firn, plain_forms, write_bodies, wrk

CONNECTIONS = 256
SLOW_CLIENTS = 1000
PAIRS = 3
PACKED_BODIES = 50_000
# Half of the counts that may come in any order, so that none is too late (src/intake/auth/digest_nonces.h).
COUNTS_OF_A_NONCE = 32
MOST_PER_SECOND = 30_000
BASIC = INTAKE.format(listener=PLAIN, credential="basic")


@dataclass
class Way:
    title: str
    given: Callable  # (firn, run) -> what post_forms.lua takes
    intake: str = BASIC
    beside: Callable = lambda firn: contextlib.nullcontext()


def write_packed(bodies, path):
    """Forms with ids of their own as gzip bodies: PACKED_BODIES of them, then they come again as duplicates."""
    templates = bodies.read_bytes().splitlines()
    with path.open("wb") as out:
        for number, template in zip(range(PACKED_BODIES), itertools.cycle(templates)):
            body = gzip.compress(template.replace(b"@ID@", b"packed-%09d" % number), compresslevel=1)
            out.write(b"%d\n%s" % (len(body), body))
    return path


def digest_nonces(firn, count):
    connection = http.client.HTTPConnection("127.0.0.1", firn.port)
    for _ in range(count):
        connection.request("GET", "/in/forms")
        answer = connection.getresponse()
        answer.read()
        offered = answer.headers.get_all("WWW-Authenticate")
        yield next(re.search('nonce="([^"]+)"', line)[1] for line in offered if "SHA-256" in line)


def write_authorizations(firn, count):
    """Headers of HTTP Digest (RFC 7616), each good for one request."""

    def hashed(text):
        return hashlib.sha256(text.encode()).hexdigest()

    uri = "/in/forms?app_id=02bf"
    of_user, of_request = hashed(f"hq:firn:{SECRET}"), hashed(f"POST:{uri}")
    path = firn.directory / "authorizations"
    with path.open("w") as out:
        for nonce in digest_nonces(firn, count // COUNTS_OF_A_NONCE):
            for number in range(1, COUNTS_OF_A_NONCE + 1):
                response = hashed(f"{of_user}:{nonce}:{number:08x}:c:auth:{of_request}")
                out.write(f'Digest username="hq", realm="firn", nonce="{nonce}", uri="{uri}", algorithm=SHA-256, '
                          f'qop=auth, nc={number:08x}, cnonce="c", response="{response}"\n')
    return path


@contextlib.contextmanager
def slow_clients(firn):
    command = [sys.executable, str(pathlib.Path(__file__).with_name("slow_clients.py")), str(firn.port),
               str(SLOW_CLIENTS), AUTHORIZATION]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        if process.stdout.readline() != b"connected\n":
            raise SystemExit("bench: the slow clients could not connect")
        yield
    finally:
        process.kill()
        process.wait()


def ways(bodies, directory, seconds):
    xml = write_bodies("xml", directory)
    packed = write_packed(bodies, directory / "packed")

    def digest_forms(firn, run):
        headers = write_authorizations(firn, seconds * MOST_PER_SECOND)
        return {"bodies": bodies, "type": "application/json", "authorizations": headers, "run": run}

    def packed_forms(firn, run):
        return {"packed": packed, "type": "application/json", "encoding": "gzip", "authorization": AUTHORIZATION}

    def json_forms(firn, run):
        return plain_forms(bodies, run)

    def xml_forms(firn, run):
        return {**plain_forms(xml, run), "type": "text/xml"}

    return json_forms, [
        Way("XML", xml_forms),
        Way("gzip bodies", packed_forms),
        Way("TLS", json_forms, intake=INTAKE.format(listener=TLS, credential="basic")),
        Way("HTTP Digest", digest_forms, intake=INTAKE.format(listener=PLAIN, credential="digest")),
        Way(f"beside {SLOW_CLIENTS:,} slow clients", json_forms, beside=slow_clients),
    ]


def measure_once(programs, way, seconds, run):
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        firn = Firn(programs, directory, way.intake)
        given = way.given(firn, run)
        before = sum(firn.cpu_seconds().values())
        with way.beside(firn):
            url = firn.url.replace("http:", "https:") if TLS in way.intake else firn.url
            result = wrk(programs, url, CONNECTIONS, seconds, given)
        used = sum(firn.cpu_seconds().values()) - before
        firn.kill()
    return {**result, "cpu_us_per_form": used / result["requests"] * 1e6}


def measure_ways(programs, bodies, seconds):
    """Each way in pairs with plain JSON, one directly after the other: the median of the pairs."""
    with tempfile.TemporaryDirectory(prefix="firn-bench.") as directory:
        json_forms, chosen = ways(bodies, pathlib.Path(directory), seconds)
        plain = Way("plain JSON", json_forms)
        return [measure_pairs(programs, plain, way, seconds) for way in chosen]


def measure_pairs(programs, plain, way, seconds):
    pairs = [(measure_once(programs, plain, seconds, f"p{pair}"), measure_once(programs, way, seconds, f"w{pair}"))
             for pair in range(PAIRS)]

    def median(of_pair):
        return statistics.median(of_pair(*pair) for pair in pairs)

    return {
        "way": way.title, "pairs": pairs,
        "ratio": median(lambda base, own: own["per_second"] / base["per_second"]),
        "per_second": median(lambda base, own: own["per_second"]),
        "plain_per_second": median(lambda base, own: base["per_second"]),
        "cpu_us_per_form": median(lambda base, own: own["cpu_us_per_form"]),
        "plain_cpu_us_per_form": median(lambda base, own: base["cpu_us_per_form"]),
        "errors": sum(each["errors"] for pair in pairs for each in pair),
    }


def print_ways(results):
    print(f"\nOther ways in at {CONNECTIONS} connections, each beside plain JSON (medians of {PAIRS} pairs)")
    print(f"{'way':<26}{'forms/s':>10}{'plain':>10}{'ratio':>8}{'CPU us/form':>14}{'plain':>8}{'errors':>8}")
    for each in results:
        print(f"{each['way']:<26}{each['per_second']:>10,.0f}{each['plain_per_second']:>10,.0f}{each['ratio']:>8.2f}"
              f"{each['cpu_us_per_form']:>14.1f}{each['plain_cpu_us_per_form']:>8.1f}{each['errors']:>8}")
