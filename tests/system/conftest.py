import pytest

from firn import Firn, Settings


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
