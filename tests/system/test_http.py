"""What HQ and a wrong client are answered."""

import contextlib
import gzip
import socket

import pytest

from firn import PASSWORD, USER, basic
from forms import FormMaker, encode
from waiting import wait_until


def test_accepted_says_id_and_position(firn):
    form = FormMaker(31).form()
    first, second = firn.post_all([encode(form), encode(form)])
    assert first.json["id"] == form["id"]
    assert int(second.json["position"]) == int(first.json["position"]) + 1


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "path",
    [
        "/in/forms",
        "/in/forms/",
        "/in/forms/demo-health",
        "/in/forms/demo-health/",
        "/api/v1/in/forms",
        "/api/v1/in/forms/demo-health/",
    ],
)
def test_paths_that_take_forms(firn, method, path):
    assert firn.client().request(method, path, encode(FormMaker(32).form())).status == 200


@pytest.mark.parametrize("path", ["/in/forms", "/in/forms/", "/in/forms/demo-health", "/api/v1/in/forms/"])
def test_connection_test_of_hq_is_answered(firn, path):
    assert firn.client().request("GET", path).status == 200
    assert firn.client(user=None).request("GET", path).status == 401


@pytest.mark.parametrize(
    "user,password", [(None, None), ("hq", "wrong"), ("nobody", "correct horse battery staple"), ("", "")]
)
def test_wrong_credentials_are_refused_before_anything_else(firn, user, password):
    client = firn.client(user=user, password=password)
    reply = client.post(encode(FormMaker(33).form()))
    assert reply.status == 401 and reply.headers["www-authenticate"].startswith("Basic")
    assert firn.client(user=user, password=password).post(b"x", repeater="unknown").status == 401
    assert firn.status()["received"] == 0


def test_a_body_over_the_limit_is_413(make_firn):
    firn = make_firn(max_body="100 KB").start()
    assert firn.post(b"x" * 102401).status == 413
    assert firn.post(encode(FormMaker(34).form())).status == 200


def test_a_packed_body_is_taken_and_a_bomb_is_413(make_firn):
    firn = make_firn(max_body="100 KB").start()
    packed = {"Content-Encoding": "gzip"}
    form = FormMaker(35).form()
    accepted = firn.post(gzip.compress(encode(form)), headers=packed)
    assert accepted.status == 200 and accepted.json["id"] == form["id"]
    assert firn.post(gzip.compress(b" " * 50_000_000), headers=packed).status == 413
    assert firn.post(gzip.compress(encode(form))[:-1], headers=packed).status == 400
    assert firn.post(encode(form), headers={"Content-Encoding": "br"}).status == 415
    assert firn.post(encode(form)).status == 200


def test_an_unknown_repeater_is_503_because_it_may_be_configured_later(firn):
    reply = firn.post(encode(FormMaker(35).form()), repeater="visits")
    assert reply.status == 503 and int(reply.headers["retry-after"]) > 0
    assert ["visits"] == [alarm["object"] for alarm in firn.whole_status()["alarms"]]


def test_other_paths_are_404_and_other_methods_405(firn):
    assert firn.client().request("GET", "/").status == 404
    assert firn.client().request("GET", "/wp-login.php").status == 404
    assert firn.client().request("DELETE", "/in/forms").status == 405
    assert firn.client(user=None).request("OPTIONS", "/in/forms").status == 401


def test_head_and_options_are_answered_without_a_body(firn):
    client = firn.client()
    head = client.request("HEAD", "/in/forms")
    assert (head.status, head.text) == (200, "") and int(head.headers["content-length"]) > 0
    options = client.request("OPTIONS", "/in/forms")
    assert (options.status, options.text) == (200, "")
    assert options.headers["allow"] == "GET, HEAD, OPTIONS, POST, PUT"


def test_a_target_in_absolute_form_is_understood(firn):
    for prefix in ("http://forms.example.org", "HTTPS://forms.example.org:443"):
        assert firn.client().request("POST", f"{prefix}/in/forms", encode(FormMaker(37).form())).status == 200
        assert firn.client().request("GET", prefix).status == 404


def test_a_document_for_a_wrong_path_is_503_because_hq_would_give_it_up(firn):
    for path in ("/in/forms/demo-health/extra", "/forms", "/in"):
        reply = firn.client().request("POST", path, encode(FormMaker(38).form()))
        assert reply.status == 503 and int(reply.headers["retry-after"]) > 0, path
    (alarm,) = firn.whole_status()["alarms"]
    assert (alarm["name"], alarm["count"]) == ("intake.unknown_repeater", 3)


def test_a_full_quota_is_503_and_passes(make_firn):
    firn = make_firn(journal_quota="1 MB").start()
    client, maker = firn.client(), FormMaker(36)
    replies = wait_until(
        lambda: [r for r in [client.post(encode(maker.form(blob=noise(maker, 30000))))] if r.status != 200],
        "the quota is reached",
        60,
    )
    assert replies[0].status == 503 and int(replies[0].headers["retry-after"]) > 0
    firn.ingest()
    again = encode(maker.form(blob=noise(maker, 200_000)))
    wait_until(lambda: firn.post(again).status == 200, "the ingest frees the journal", 60)


def noise(maker, size):
    """Text that does not compress."""
    return "".join(chr(33 + maker.pick(90)) for _ in range(size))


def test_a_request_cut_short_leaves_nothing(firn):
    form = encode(FormMaker(37).form())
    with socket.create_connection(("127.0.0.1", firn.port)) as connection:
        head = f"POST /in/forms HTTP/1.1\r\nHost: a\r\nAuthorization: {basic(USER, PASSWORD)}\r\n"
        connection.sendall(f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form[:-1])
    firn.post_all([form])
    firn.ingest()
    assert firn.status()["received"] == 1 and len(firn.rows()) == 1


def test_large_bodies_that_come_slowly_leave_room_for_forms(firn):
    """The length that a client says takes no memory, and what large bodies take is bounded below what there is."""
    fields = f"Host: a\r\nAuthorization: {basic(USER, PASSWORD)}\r\nContent-Length: 60000000"
    with contextlib.ExitStack() as connections:
        for _ in range(6):
            slow = connections.enter_context(socket.create_connection(("127.0.0.1", firn.port), timeout=10))
            slow.sendall(f"POST /in/forms HTTP/1.1\r\n{fields}\r\n\r\n".encode())
            with contextlib.suppress(ConnectionError):  # the last ones are refused on the way
                slow.sendall(bytes(28_000_000))
        assert firn.post(encode(FormMaker(37).form())).status == 200
    assert [alarm["name"] for alarm in firn.whole_status()["alarms"]] == ["intake.over_budget"]
