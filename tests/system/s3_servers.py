"""Real S3 servers, started and stopped by script/servers, and the settings of a daemon that uses them."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import boto3
import botocore.config
from firn import ROOT, Settings, toml_text

KINDS = ("versitygw", "radosgw")
KEY, SECRET, REGION, BUCKET = "firn", "firn-secret", "us-east-1", "firn"


class S3Server:
    """One server with a bucket, in a folder of its own. It keeps its port over a crash."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._port = None

    def _run(self, verb, *arguments):
        script = ROOT / "script/servers" / self.kind
        done = subprocess.run(
            [script, verb, self.folder, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, (self.kind, verb, done.stdout, done.stderr)

    def start(self):
        self._run("start", *([str(self._port)] if self._port else []))
        self._port = int((self.folder / "port").read_text())
        return self

    def stop(self):
        self._run("stop")

    def crash(self):
        self._run("crash")

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._port}"

    def client(self):
        """An independent reader."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name=REGION,
            config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def keys(self, prefix=""):
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def missing(kind):
    """Why the server cannot be started here; None when it can."""
    if kind == "versitygw":
        cache = Path(os.environ.get("FIRN_CACHE", Path.home() / ".cache/firn"))
        return None if list(cache.glob("versitygw-*")) else "versitygw is not built: script/servers/versitygw install"
    found = subprocess.run(["which", "radosgw", "ceph-mon", "ceph-osd"], capture_output=True).returncode == 0
    return None if found else "radosgw is not installed: script/bootstrap --ci"


def connection_text(server, prefix, secret_file, **settings):
    """The section of a connection to the server."""
    lines = {
        "type": "s3",
        "bucket": BUCKET,
        "prefix": prefix,
        "region": REGION,
        "endpoint": server.endpoint,
        "access_key_id": KEY,
        "secret_access_key_file": secret_file,
        **settings,
    }
    return "[connection.bucket]\n" + "".join(f"{key} = {toml_text(value)}\n" for key, value in lines.items())


def s3_settings(server, folder, prefix, settings=None, **more):
    """Settings of a daemon whose stage is the server's bucket."""
    secret = Path(folder) / "s3-secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    return replace(
        settings or Settings(), stage="bucket", connections=connection_text(server, prefix, secret, **more)
    )
