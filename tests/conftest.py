"""Which real servers there are to test with. In CI each must be there; elsewhere its tests are left out, by name."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "system"))

from s3_servers import KINDS, missing  # noqa: E402


def _absent():
    return {kind: reason for kind in KINDS if (reason := missing(kind))}


def _needs(item):
    """The servers that a test names: as a fixture, as a parameter, or by the marker `server`."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    marked = [name for marker in item.iter_markers("server") for name in marker.args]
    return {*item.fixturenames, *(p for p in parameters if isinstance(p, str)), *marked}


def pytest_configure(config):
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("CI") and not is_worker and (absent := _absent()):
        raise pytest.UsageError("; ".join(absent.values()))


def pytest_report_header():
    lines = [f"without {kind}: {reason}" for kind, reason in _absent().items()]
    return lines or [f"with {' and '.join(KINDS)}"]


def pytest_collection_modifyitems(config, items):
    absent = _absent()
    left_out = [item for item in items if _needs(item) & absent.keys()]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
