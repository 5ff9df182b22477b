import hashlib

import pytest

from firn import Firn, Settings
from s3_servers import S3Server
from snowflake_account import SnowflakeAccount, snowflake_settings
from snowflake_caller import make_caller


@pytest.fixture
def make_firn(tmp_path):
    """Makes daemons that are killed when the test ends; the log is printed when it fails."""
    made = []

    def make(**settings):
        firn = Firn(tmp_path / f"firn{len(made)}", Settings(**settings))
        made.append(firn)
        return firn

    yield make
    for firn in made:
        firn.kill()
        print(f"--- log of {firn.folder.name}\n{firn.log_tail(100)}")


@pytest.fixture
def firn(make_firn):
    """A running daemon with the usual settings."""
    return make_firn().start()


@pytest.fixture(scope="session")
def versitygw(tmp_path_factory):
    """A strict S3 server, for all tests; each uses a prefix of its own."""
    server = S3Server("versitygw", tmp_path_factory.mktemp("versitygw")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def radosgw(tmp_path_factory):
    """An old S3 server that ignores checksums."""
    server = S3Server("radosgw", tmp_path_factory.mktemp("radosgw")).start()
    yield server
    server.stop()


@pytest.fixture
def account(tmp_path, versitygw):
    """The stand-in of a Snowflake account, which reads from the server."""
    made = SnowflakeAccount(tmp_path / "account", versitygw).start()
    yield made
    made.kill()
    print(f"--- log of the account\n{(made.folder / 'log').read_text()[-3000:]}")


@pytest.fixture
def caller(account):
    """A client of the account's own, which is not Firn."""
    return make_caller(account)


@pytest.fixture
def on_snowflake(account, versitygw, tmp_path, request, make_firn):
    """Makes a daemon, set up but not started, that loads into the account."""

    def make(method="copy", settings=None, **more):
        made = make_firn()
        prefix = hashlib.sha256(request.node.name.encode()).hexdigest()[:16] + "/firn"
        made.settings = snowflake_settings(account, versitygw, tmp_path, prefix, method, settings, **more)
        made.write_config()
        account.set_up(made)
        return made

    return make
