"""Every patch of tests/mutations/ applies to the sources as they are; `script/campaign mutations` runs them."""

import subprocess

import pytest

from tree import ROOT

PATCHES = sorted((ROOT / "tests/mutations").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: path.stem)
def test_a_mutation_still_applies(patch):
    applied = subprocess.run(
        ["patch", "-p1", "--dry-run", "--forward", "--fuzz=0", "--input", str(patch)],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert applied.returncode == 0, f"make {patch.name} anew:\n{applied.stdout}"
