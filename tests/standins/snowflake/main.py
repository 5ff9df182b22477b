"""A strict stand-in of a Snowflake account, for tests on this machine. See README.md."""

import argparse
import asyncio
import base64
import os
import sys
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives import serialization

sys.path.insert(0, str(Path(__file__).parent))

from engine import Bucket, Engine  # noqa: E402
from faults import Faults  # noqa: E402
from login import Logins  # noqa: E402
from server import Server  # noqa: E402
from store import Store  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of all that it keeps")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", default="MYORG-FIRNTEST")
    parser.add_argument("--locator", default="XY12345")
    parser.add_argument("--region", default="AWS_EU_CENTRAL_1")
    parser.add_argument("--s3-endpoint", required=True)
    parser.add_argument("--admin-public-key", type=Path, help="PEM: lets ADMIN in, with ACCOUNTADMIN")
    return parser.parse_args()


def make_administrator(engine, path):
    key = serialization.load_pem_public_key(path.read_bytes())
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    spec = {"RSA_PUBLIC_KEY": base64.b64encode(der).decode(), "DEFAULT_ROLE": "ACCOUNTADMIN"}
    engine.objects.put("USER", "ADMIN", "ACCOUNTADMIN", spec)
    engine.store.run("DELETE FROM role_grants WHERE kind = 'USER' AND name = 'ADMIN'")
    engine.store.run("INSERT INTO role_grants VALUES ('ACCOUNTADMIN', 'USER', 'ADMIN')")


async def serve(server, port):
    runner = web.AppRunner(server.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(f"listening on http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


def main():
    options = arguments()
    options.state.mkdir(parents=True, exist_ok=True)
    bucket = Bucket(options.s3_endpoint, os.environ["STANDIN_S3_KEY"], os.environ["STANDIN_S3_SECRET"])
    store = Store(options.state)
    engine = Engine(store, Faults(), bucket, options.region)
    if options.admin_public_key:
        make_administrator(engine, options.admin_public_key)
    asyncio.run(serve(Server(engine, Logins(store, {options.account, options.locator})), options.port))


if __name__ == "__main__":
    main()
