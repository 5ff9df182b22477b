"""Who may send: every way in which HQ can authenticate, used by clients that nobody here wrote."""

import base64
import subprocess
import threading

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from requests_oauthlib import OAuth2Session

from firn import ATTENTION, CONFIGURATION, FAILED, USAGE
from forms import FormMaker, encode
from waiting import wait_until

TYPES = ["basic", "digest", "api_key", "bearer", "oauth2"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def closed(make_firn):
    """A daemon that knows only the credentials of `firn credential`."""
    return make_firn(plain_credential=False)


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def add(firn, name, kind, *options):
    return firn.ask("credential", "add", name, "--type", kind, *options)


def url(firn, path="/api/v1/in/forms/demo-health"):
    return f"http://127.0.0.1:{firn.port}{path}"


class TokenOfHq(AuthBase):
    """What HQ's bearer authentication does with each request."""

    def __init__(self, firn, user, password):
        self._token_url, self._user, self._password = url(firn, "/api/v1/token"), user, password

    def __call__(self, request):
        form = {"grant_type": "password", "username": self._user, "password": self._password}
        answer = requests.post(self._token_url, data=form, timeout=30)
        request.headers["Authorization"] = "Bearer " + answer.json()["access_token"]
        return request


class FixedHeader(AuthBase):
    """HQ's API key."""

    def __init__(self, name, value):
        self._name, self._value = name, value

    def __call__(self, request):
        request.headers[self._name] = self._value
        return request


def oauth_session(firn, client_id, secret, in_header=True):
    session = OAuth2Session(client=BackendApplicationClient(client_id=client_id))
    where = {"auth": HTTPBasicAuth(client_id, secret)} if in_header else {"client_secret": secret}
    session.fetch_token(url(firn, "/api/v1/token"), include_client_id=not in_header, **where)
    return session


def session_for(firn, credential):
    """A client as HQ would set it up for the credential."""
    kind, user, secret = credential["type"], credential["user"], credential["secret"]
    if kind == "oauth2":
        return oauth_session(firn, user, secret)
    session = requests.Session()
    session.auth = {
        "basic": lambda: HTTPBasicAuth(user, secret),
        "digest": lambda: HTTPDigestAuth(user, secret),
        "api_key": lambda: FixedHeader(user, secret),
        "bearer": lambda: TokenOfHq(firn, user, secret),
    }[kind]()
    return session


def post(session, firn, maker=None, path="/api/v1/in/forms/demo-health"):
    body = encode((maker or FormMaker(80)).form())
    return session.post(url(firn, path), data=body, headers=JSON, params={"app_id": "app 1"}, timeout=60).status_code


def status_of(firn, user, secret):
    """Of one form sent with HTTP Basic."""
    return firn.post(encode(FormMaker(81).form()), headers={"Authorization": basic(user, secret)}).status


def basic(user, secret):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@pytest.mark.parametrize("kind", TYPES)
def test_hq_is_let_in_by(closed, kind):
    credential = add(closed, "hq", kind)
    closed.start()
    session, maker = session_for(closed, credential), FormMaker(82)
    assert [post(session, closed, maker) for _ in range(5)] == [200] * 5
    assert session.get(url(closed), timeout=60).status_code == 200
    assert closed.status()["received"] == 5
    assert closed.whole_status()["alarms"] == []
    assert requests.post(url(closed), data=b"x", timeout=60).status_code == 401


@pytest.mark.parametrize("in_header", [True, False])
def test_oauth_client_names_itself_in_header_or_body(closed, in_header):
    credential = add(closed, "client", "oauth2")
    closed.start()
    assert post(oauth_session(closed, credential["user"], credential["secret"], in_header), closed) == 200
    with pytest.raises(InvalidClientError):
        oauth_session(closed, credential["user"], credential["secret"] + "x", in_header)


def test_oauth_password_grant_needs_user_and_client(closed):
    user, client = add(closed, "user", "bearer"), add(closed, "client", "oauth2")
    closed.start()

    def fetch(password, secret):
        session = OAuth2Session(client=LegacyApplicationClient(client_id=client["user"]))
        session.fetch_token(
            url(closed, "/api/v1/token"),
            username=user["user"],
            password=password,
            client_id=client["user"],
            client_secret=secret,
        )
        return session

    assert post(fetch(user["secret"], client["secret"]), closed) == 200
    with pytest.raises(InvalidGrantError):
        fetch(user["secret"] + "x", client["secret"])
    with pytest.raises(InvalidClientError):
        fetch(user["secret"], client["secret"] + "x")


def test_tokens_outlive_a_restart(closed):
    credential = add(closed, "client", "oauth2")
    closed.start()
    session = oauth_session(closed, credential["user"], credential["secret"])
    assert post(session, closed) == 200
    closed.restart()
    assert post(session, closed) == 200


@pytest.mark.parametrize("kind,option", [("basic", "--basic"), ("digest", "--digest"), ("digest", "--anyauth")])
def test_curl_is_let_in(closed, kind, option):
    credential = add(closed, "hq", kind)
    closed.start()
    assert curl(closed, option, "--user", f"hq:{credential['secret']}") == "200"
    assert curl(closed, option, "--user", f"hq:{credential['secret']}x") == "401"


def test_curl_is_let_in_with_a_token(closed):
    credential = add(closed, "hq", "bearer")
    closed.start()
    form = {"grant_type": "password", "username": "hq", "password": credential["secret"]}
    answer = requests.post(url(closed, "/api/v1/token"), data=form, timeout=60)
    assert answer.json()["token_type"] == "Bearer" and answer.json()["expires_in"] == 3600
    assert answer.headers["Cache-Control"] == "no-store"
    assert curl(closed, "--oauth2-bearer", answer.json()["access_token"]) == "200"
    assert curl(closed, "--oauth2-bearer", answer.json()["access_token"][:-1] + "x") == "401"


def curl(firn, *options):
    """The status that curl sees at last. The body is large enough that it asks with `Expect: 100-continue` first."""
    body = encode(FormMaker(83).form(blob="x" * 2000000))
    done = subprocess.run(
        ["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--data-binary", "@-", *options]
        + ["--header", "Content-Type: application/json", url(firn)],
        input=body,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_wrong_credentials_of_each_kind_are_401_with_each_scheme_that_is_offered(closed):
    for kind in TYPES:
        add(closed, kind, kind, "--user", "X-Key" if kind == "api_key" else "hq")
    closed.start()
    for headers in [
        {"Authorization": basic("hq", "wrong")},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Digest wrong"},
        {"X-Key": "wrong"},
    ]:
        answer = requests.post(url(closed), data=b"x", headers=headers, timeout=60)
        assert answer.status_code == 401
        offered = answer.headers["WWW-Authenticate"]
        assert all(scheme in offered for scheme in ("Basic ", "Digest ", "Bearer ", "ApiKey ")), offered
    assert [alarm["name"] for alarm in closed.whole_status()["alarms"]] == ["intake.credentials_refused"]
    assert closed.status()["received"] == 0


OTHER = """
[repeater.cases]
kind = "form"
table = "cases"
stage = "staging"
destination = "warehouse"
"""


@pytest.mark.parametrize("kind", TYPES)
def test_a_credential_of_one_repeater_is_401_at_another(make_firn, kind):
    firn = make_firn(plain_credential=False, extra=OTHER)
    everywhere = add(firn, "everywhere", kind, "--user", "X-All" if kind == "api_key" else "all")
    credential = add(firn, "hq", kind, "--repeater", "forms")
    firn.start()
    assert post(session_for(firn, credential), firn) == 200
    assert post(session_for(firn, credential), firn, path="/api/v1/in/cases/demo-health") == 401
    assert post(session_for(firn, everywhere), firn, path="/api/v1/in/cases/demo-health") == 200
    assert firn.run("credential", "add", "x", "--repeater", "form").returncode == USAGE


def test_a_running_daemon_takes_changes(closed):
    first = add(closed, "first", "basic", "--user", "hq")
    client = add(closed, "client", "oauth2")
    closed.start()
    session = oauth_session(closed, client["user"], client["secret"])
    assert status_of(closed, "hq", first["secret"]) == 200 and post(session, closed) == 200
    second = add(closed, "second", "basic", "--user", "hq")
    wait_until(lambda: status_of(closed, "hq", second["secret"]) == 200, "the second is let in", 10)
    assert status_of(closed, "hq", first["secret"]) == 200
    closed.ask("credential", "retire", "first")
    closed.ask("credential", "retire", "client")
    wait_until(lambda: status_of(closed, "hq", first["secret"]) == 401, "the first is not", 10)
    assert status_of(closed, "hq", second["secret"]) == 200
    assert post(session, closed) == 401, "its token neither"


def test_rotation_under_load_refuses_nothing(closed):
    """Eight connections change from the old secret to the new one while they send."""
    old = add(closed, "old", "basic", "--user", "hq")
    closed.start()
    secrets, stop, statuses = [old["secret"]], threading.Event(), []

    def send(number):
        client, maker = closed.client(user=None), FormMaker(840 + number)
        while not stop.is_set():
            headers = {"Authorization": basic("hq", secrets[-1])}
            statuses.append(client.post(encode(maker.form()), headers=headers).status)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(statuses) > 100, "forms come in", 60)
        for number in range(3):
            new = add(closed, f"new-{number}", "basic", "--user", "hq")
            # HQ's administrator learns the secret from that command; the daemon takes a second.
            wait_until(lambda: status_of(closed, "hq", new["secret"]) == 200, "the new secret is known", 10)
            secrets.append(new["secret"])
            before = len(statuses)
            wait_until(lambda: len(statuses) > before + 100, "forms come in with the new secret", 60)
            closed.ask("credential", "retire", "old" if number == 0 else f"new-{number - 1}")
            gone = secrets[-2]
            wait_until(lambda: status_of(closed, "hq", gone) == 401, "the old secret is not", 10)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}


def test_the_first_forms_after_a_restart_are_not_refused(closed):
    """Many connections show a secret that was not hashed yet."""
    secret = add(closed, "hq", "basic")["secret"]
    closed.start()
    statuses = []

    def send(number):
        client = closed.client(user="hq", password=secret)
        statuses.append(client.post(encode(FormMaker(860 + number).form())).status)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100


def test_a_wrong_client_does_not_slow_its_neighbour(closed):
    """Both come from one address. The order of the answers tells: the wrong ones wait, the right ones do not."""
    secret = add(closed, "hq", "basic")["secret"]
    closed.start()
    assert status_of(closed, "hq", secret) == 200
    finished, begun = [], threading.Semaphore(0)

    def wrong():
        client = closed.client(user="other", password="wrong")
        for _ in range(4):
            begun.release()
            finished.append(client.post(b"{}").status)

    threads = [threading.Thread(target=wrong) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        begun.acquire()
    client, maker = closed.client(user="hq", password=secret), FormMaker(85)
    for _ in range(20):
        finished.append(client.post(encode(maker.form())).status)
    right_done = len(finished)
    for thread in threads:
        thread.join()
    assert finished.count(200) == 20 and finished.count(401) == 16
    assert right_done < 36, "the right ones did not wait for all of the wrong ones"
    assert set(finished[right_done:]) == {401}


def test_secrets_are_in_no_file_and_no_log(closed):
    credentials = [add(closed, kind, kind, "--user", "X-Key" if kind == "api_key" else "hq") for kind in TYPES]
    closed.start()
    for credential in credentials:
        assert post(session_for(closed, credential), closed) == 200
    status_of(closed, "hq", "a wrong secret that nobody may see")
    token = oauth_session(closed, "hq", credentials[-1]["secret"]).token["access_token"]
    closed.ingest()
    shown = closed.run("credential", "list").stdout + closed.run("credential", "list", "--json").stdout
    shown += closed.run("check").stdout + closed.run("status").stdout
    closed.stop()
    hidden = [c["secret"] for c in credentials] + [token, "a wrong secret that nobody may see"]
    hidden += [basic("hq", c["secret"])[6:] for c in credentials]
    for path in closed.folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert not [secret for secret in hidden if secret.encode() in content], path
    assert not [secret for secret in hidden if secret in shown]
    assert (closed.data / "credentials").stat().st_mode & 0o777 == 0o600
    assert (closed.data / "token.key").stat().st_mode & 0o777 == 0o600


def test_a_secret_can_be_given_but_not_as_an_argument(closed):
    secret = "a secret of somebody else"
    (closed.folder / "given").write_text(secret + "\n")
    added = closed.run("credential", "add", "hq", "--secret-file", str(closed.folder / "given"))
    assert added.returncode == 0 and secret in added.stdout
    closed.start()
    assert status_of(closed, "hq", secret) == 200
    (closed.folder / "given").write_text("short\n")
    assert closed.run("credential", "add", "b", "--secret-file", str(closed.folder / "given")).returncode == FAILED
    assert closed.run("credential", "add", "b", "--secret", secret).returncode == USAGE


def test_list_tells_what_there_is(closed):
    add(closed, "a", "basic", "--user", "hq", "--repeater", "forms")
    secret = add(closed, "b", "digest")["secret"]
    closed.ask("credential", "retire", "a")
    closed.start()
    session = requests.Session()
    session.auth = HTTPDigestAuth("b", secret)
    assert post(session, closed) == 200
    closed.stop()
    first, second = closed.ask("credential", "list")["credentials"]
    assert (first["name"], first["type"], first["user"], first["repeaters"]) == ("a", "basic", "hq", ["forms"])
    assert first["retired_at"] and not first["last_used_at"]
    assert not second["retired_at"] and second["last_used_at"][:19] >= second["created_at"][:19]
    assert closed.run("credential", "retire", "a").returncode == FAILED
    assert closed.run("credential", "retire", "nobody").returncode == FAILED


def test_a_damaged_file_raises_an_alarm_and_refuses_nobody(closed):
    secret = add(closed, "hq", "basic")["secret"]
    closed.start()
    file = closed.data / "credentials"
    content = file.read_text()
    file.write_text("damaged")
    wait_until(lambda: closed.whole_status()["alarms"], "the alarm", 10)
    assert [alarm["name"] for alarm in closed.whole_status()["alarms"]] == ["intake.credentials_file"]
    assert status_of(closed, "hq", secret) == 200
    assert closed.run("status").returncode == ATTENTION
    file.write_text(content)
    wait_until(lambda: not closed.whole_status()["alarms"], "it goes", 10)


def test_a_public_listener_needs_a_credential(closed):
    closed.config.write_text(closed.config.read_text().replace("127.0.0.1:0", "0.0.0.0:0"))
    without_tls = closed.run("check")
    assert without_tls.returncode == CONFIGURATION and "without TLS" in without_tls.stderr
    listen = 'listen = "0.0.0.0:0"'
    proxy = 'trusted_proxies = ["192.0.2.7"]'
    closed.config.write_text(closed.config.read_text().replace(listen, f"{listen}\n{proxy}"))
    refused = closed.run("check")
    assert refused.returncode == CONFIGURATION and "firn credential add" in refused.stderr
    add(closed, "hq", "basic")
    assert closed.run("check").returncode == 0


def test_check_names_the_command_that_keeps_a_hash(make_firn):
    warned = make_firn().run("check")
    assert warned.returncode == 0
    assert "kept in plain" in warned.stderr and "firn credential add hq-new --type basic --user hq" in warned.stderr
