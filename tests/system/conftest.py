import pytest

from firn import Firn, Settings
from s3_servers import S3Server


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
