"""A Snowflake account on this machine: the stand-in as a process, and the settings of a daemon that loads into it."""

import json
import os
import subprocess
import sys
import tomllib
import urllib.request
from dataclasses import replace
from pathlib import Path

from firn import ROOT, Settings, program, toml_text
from s3_servers import KEY, SECRET, s3_settings
from waiting import wait_until

ACCOUNT = "MYORG-FIRNTEST"
DATABASE, SCHEMA, TABLE = "COMMCARE", "RAW", "FORMS"
FULL_TABLE = f"{DATABASE}.{SCHEMA}.{TABLE}"


def make_key(folder, name, user):
    """`firn keygen`: the key's file, with its passphrase beside it."""
    path = Path(folder) / name
    done = subprocess.run(
        [program(), "keygen", path, "--user", user, "--json"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return path, json.loads(done.stdout)


def public_pem(key):
    """The public half, by the openssl program."""
    passphrase = f"file:{key}.passphrase"
    done = subprocess.run(["openssl", "pkey", "-in", key, "-passin", passphrase, "-pubout"], capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


class SnowflakeAccount:
    """The stand-in with an administrator. It keeps its port and all that it knows over a crash."""

    def __init__(self, folder, s3):
        self.folder, self._s3, self._port, self.process = Path(folder), s3, 0, None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.admin_key, _ = make_key(self.folder, "admin.p8", "ADMIN")
        (self.folder / "admin.pem").write_bytes(public_pem(self.admin_key))

    def start(self):
        command = [sys.executable, ROOT / "tests/standins/snowflake/main.py", "--state", self.folder / "state"]
        command += ["--port", str(self._port), "--account", ACCOUNT, "--s3-endpoint", self._s3.endpoint]
        command += ["--admin-public-key", self.folder / "admin.pem"]
        environment = {**os.environ, "STANDIN_S3_KEY": KEY, "STANDIN_S3_SECRET": SECRET}
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), (self.folder / "log").read_text()
        self._port = int(line.rsplit(":", 1)[1])
        return self

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._port}"

    # --- what a test does to it --------------------------------------------------------------------------------------

    def control(self, what, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_standin/{what}", data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def fault(self, call, kind, **more):
        self.control("faults", {"call": call, "kind": kind, **more})

    def clear_faults(self):
        self.control("faults", method="DELETE")

    def advance(self, seconds):
        self.control("clock", {"advance_seconds": seconds})

    def sql(self, text):
        """Runs a statement as the administrator."""
        return self.control("sql", {"sql": text})["rows"]

    def rows(self, table=FULL_TABLE):
        """Every row as a dictionary, in the order of the journal."""
        told = self.control("rows", {"sql": f'SELECT * FROM "{table}" ORDER BY "_POSITION"'})
        return [dict(zip(told["columns"], row)) for row in told["rows"]]

    def calls(self, name):
        return [each for each in self.control("requests") if each["call"] == name]

    # --- what an administrator does ----------------------------------------------------------------------------------

    def connections_file(self):
        """A connections.toml as Snowflake's own tools have it."""
        path = self.folder / "connections.toml"
        passphrase = Path(f"{self.admin_key}.passphrase").read_text().strip()
        path.write_text(
            f'[admin]\naccount = "{ACCOUNT}"\nhost = "{self.url}"\nuser = "ADMIN"\nrole = "ACCOUNTADMIN"\n'
            f'authenticator = "SNOWFLAKE_JWT"\nprivate_key_file = {toml_text(self.admin_key)}\n'
            f"private_key_file_pwd = {toml_text(passphrase)}\n"
        )
        path.chmod(0o600)
        return path

    def apply_set_up(self, firn):
        """`firn setup snowflake --apply`, whatever becomes of it."""
        return firn.run("setup", "snowflake", "--apply", "--connections", self.connections_file(), "--as", "admin")

    def set_up(self, firn, code=0):
        """`firn setup snowflake --apply`; what it prints."""
        done = self.apply_set_up(firn)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


def connection_text(account, key, **settings):
    lines = {
        "type": "snowflake",
        "account": ACCOUNT,
        "host": account.url,
        "user": "FIRN",
        "private_key_file": key,
        "private_key_passphrase_file": f"{key}.passphrase",
        "database": DATABASE,
        "schema": SCHEMA,
        "warehouse": "FIRN_WH",
        "aws_role": "arn:aws:iam::123456789012:role/firn-snowflake",
        **settings,
    }
    given = {name: value for name, value in lines.items() if value is not None}
    body = (f"{name} = {'true' if value is True else toml_text(value)}\n" for name, value in given.items())
    return "[connection.snow]\n" + "".join(body)


def snowflake_settings(account, s3, folder, prefix, method="copy", settings=None, **more):
    """Settings of a daemon that loads from the server's bucket into the account."""
    key, _ = make_key(folder, "firn.p8", "FIRN")
    on_s3 = s3_settings(s3, folder, prefix, settings or Settings())
    connections = on_s3.connections + connection_text(account, key, **more)
    return replace(on_s3, destination="snow", connections=connections, extra=f'{on_s3.extra}\nmethod = "{method}"\n')


def prefix_of(firn):
    """Of the bucket that the daemon stages in."""
    return tomllib.loads(firn.config.read_text())["connection"]["bucket"]["prefix"]


def live(firn, code):
    """Findings of `firn check --live` about the account, by what they are about."""
    said = firn.ask("check", "--live", code=code)["connections"]
    return {each["what"]: each for each in next(c for c in said if c["connection"] == "snow")["findings"]}


def wait_until_loaded(firn, rows, seconds=60):
    return firn.wait_for_status(lambda status: status["rows_loaded"] == rows, f"{rows} rows loaded", seconds)


__all__ = ["SnowflakeAccount", "snowflake_settings", "wait_until_loaded", "wait_until"]
