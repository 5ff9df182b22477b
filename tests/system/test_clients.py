"""Load, slow clients and malformed requests, made by programs that nobody here wrote: h2load, slowhttptest, h11."""

import random
import shutil
import socket
import subprocess

import h11
import pytest

from firn import PASSWORD, USER, basic
from forms import FormMaker, encode

AUTHORIZATION = basic(USER, PASSWORD)
SEED = 20261125


def tool(name):
    found = shutil.which(name)
    assert found, f"{name} is missing; script/bootstrap --tests installs it"
    return found


def test_h2load_is_served_over_http_1(firn, tmp_path):
    body = tmp_path / "form.json"
    body.write_bytes(encode(FormMaker(81).form()))
    shown = subprocess.run(
        [tool("h2load"), "--h1", "-n", "2000", "-c", "20", "-d", body, "-H", "Content-Type: application/json",
         "-H", f"Authorization: {AUTHORIZATION}", f"http://127.0.0.1:{firn.port}/in/forms"],
        capture_output=True, text=True, timeout=120,
    ).stdout
    assert "status codes: 2000 2xx, 0 3xx, 0 4xx, 0 5xx" in shown, shown
    firn.ingest()
    assert firn.status()["duplicates"] == 1999 and len(firn.rows()) == 1


# Slow heads, slow bodies, and answers that are read slowly.
ATTACKS = {
    "head": ["-H", "-i", "5"],
    "body": ["-B", "-i", "5", "-s", "8192"],
    "read": ["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"],
}


def test_slow_clients_are_cut_off_and_harm_nobody(firn):
    url = f"http://127.0.0.1:{firn.port}/in/forms"
    attacks = {
        name: subprocess.Popen(
            [tool("slowhttptest"), "-c", "200", "-r", "200", "-l", "40", "-p", "3", "-u", url, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
        )
        for name, options in ATTACKS.items()
    }
    maker, sent = FormMaker(82), 0
    try:
        while any(attack.poll() is None for attack in attacks.values()):
            assert firn.post(encode(maker.form())).status == 200
            sent += 1
    finally:
        for attack in attacks.values():
            attack.kill()
    assert sent > 100 and firn.status()["received"] == sent
    shown = attacks["head"].communicate()[0]
    assert "No open connections left" in shown, f"no head may take more than 30 s:\n{shown[-2000:]}"


# --- what h11 refuses, Firn refuses ---------------------------------------------------------------------------------

METHODS = ["POST", "PUT", "P OST", "PO(ST", "", "post"]
TARGETS = ["/in/forms", "/in/forms\t", "/in/ forms", "/in/\x01forms", "/in/forms\x7f", "", "*"]
VERSIONS = ["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/11", "HTP/1.1", "http/1.1", "HTTP/1.1 ", ""]
LINE_ENDS = ["\r\n", "\n", "\r", "\r\r\n"]
HOSTS = ["Host: a", "", "Host: a\r\nHost: b", "Host : a", "Host:", "Host: a b", " Host: a"]
EXTRAS = [
    "", "X-A: 1", "X-A:\t1 ", "X A: 1", "X-A : 1", ": 1", "X-A", "X-A: \x001", "X-A: a\rb", "X-A: \x0b",
    "X-A: 1\r\n folded", "X(A): 1", "X-\xe9: 1", "X-A: \xe9", "\tX-A: 1", "X-A: 1\n\nGET / HTTP/1.1",
    "Connection: close", "Expect: 100-continue", "Upgrade: websocket", "Content-Encoding: identity",
]
LENGTHS = [
    "{n}", "+{n}", "-{n}", "0x{x}", "{n} ", " {n}", "{n}, {n}", "{n},{m}", "{n}.0", "", "abc",
    "{n}\r\nContent-Length: {n}", "{n}\r\nContent-Length: {m}", "99999999999999999999", "{n}e0", "\t{n}", "{n}\x00",
]
CODINGS = [
    "chunked", "Chunked", "chunked, chunked", "gzip, chunked", "identity", "chunked, identity",
    "xchunked", " chunked", "chunked\r\nTransfer-Encoding: chunked", "\x0bchunked", "chunked;q=1", "",
    "chunked\r\nContent-Length: 5",
]
CHUNKS = [
    "{x}\r\n{b}\r\n0\r\n\r\n", "{x};a=b\r\n{b}\r\n0\r\n\r\n", "0x{x}\r\n{b}\r\n0\r\n\r\n",
    "{x} \r\n{b}\r\n0\r\n\r\n", " {x}\r\n{b}\r\n0\r\n\r\n", "-{x}\r\n{b}\r\n0\r\n\r\n", "+{x}\r\n{b}\r\n0\r\n\r\n",
    "{x}\n{b}\n0\n\n", "{x}\r\n{b}0\r\n\r\n", "{x}\r\n{b}\r\n0\r\n", "{x}\r\n{b}\r\n0\r\nX: 1\r\n\r\n",
    "{x}\r\n{b}xx\r\n0\r\n\r\n", "g\r\n{b}\r\n0\r\n\r\n", "fffffffffffffffff\r\n{b}\r\n0\r\n\r\n",
    "\r\n{b}\r\n0\r\n\r\n",
    "{x}\r\n{b}\r\n0\r\nX : 1\r\n\r\n", "{x};\x00\r\n{b}\r\n0\r\n\r\n",
]


PARTS = [METHODS, TARGETS, VERSIONS, LINE_ENDS, HOSTS, EXTRAS, LENGTHS, CODINGS, CHUNKS]


def make_request(rng, body):
    """A request with one to three parts that may be wrong, as bytes."""
    parts = [part[0] for part in PARTS]
    for place in rng.sample(range(len(PARTS)), rng.choice((1, 1, 2, 3))):
        parts[place] = rng.choice(PARTS[place])
    method, target, version, end, host, extra, length, coding, chunks = parts
    values = {"n": len(body), "m": len(body) - 1, "x": f"{len(body):x}", "b": "{b}"}
    lines = [f"{method} {target} {version}", host, extra, f"Authorization: {AUTHORIZATION}"]
    if rng.random() < 0.5:
        lines.append("Content-Length: " + length.format(**values))
        rest = "{b}"
    else:
        lines.append("Transfer-Encoding: " + coding.format(**values))
        rest = chunks.format(**values)
    head = end.join(line for line in lines if line) + end + end
    return head.encode("latin-1") + rest.encode("latin-1").replace(b"{b}", body)


def h11_takes(request):
    """True when h11 reads a whole request with its body."""
    connection = h11.Connection(h11.SERVER)
    try:
        connection.receive_data(request)
        connection.receive_data(b"")
        while True:
            event = connection.next_event()
            if isinstance(event, h11.EndOfMessage):
                return True
            if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return False
    except h11.RemoteProtocolError:
        return False


def firn_takes(port, request):
    """True when Firn stores the first thing that it is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return b'"status":"stored"' in answer


@pytest.mark.parametrize("part", range(4))
def test_what_h11_refuses_firn_refuses(firn, part):
    rng, maker, taken, refused = random.Random(SEED + part), FormMaker(83 + part), 0, 0
    for _ in range(1500):
        request = make_request(rng, encode(maker.form()))
        ours, theirs = firn_takes(firn.port, request), h11_takes(request)
        assert theirs or not ours, request[:600]
        taken, refused = taken + ours, refused + (not theirs)
    assert taken > 200 and refused > 200
    assert firn.status()["received"] == taken
