#!/usr/bin/env python3
"""Fails when a test file of the repository was not compiled: `built.py build/dev`."""

import json
import sys
from pathlib import Path

from tree import ROOT, read_repository


def missing(build):
    compiled = {
        str(Path(entry["file"]).resolve()) for entry in json.loads((build / "compile_commands.json").read_text())
    }
    return [path for path, _ in read_repository().of("_test.cc") if str(ROOT / path) not in compiled]


def main():
    build = Path(sys.argv[1])
    left_out = missing(build)
    for path in left_out:
        print(f"{path}: is not built in {build}", file=sys.stderr)
    sys.exit(1 if left_out else 0)


if __name__ == "__main__":
    main()
