#!/usr/bin/env python3
"""Breaks Firn on purpose, one rule at a time: each patch here must turn the test that it names red.

    run.py [--jobs 2] [name ...]

A patch begins with `# test: <ctest regex>`, may go on with `# target: <what to build>` and `# rule: <the rule>`, and is
applied to a copy of the work tree with `patch -p1`. The copy is built with the settings of the dev preset; ccache makes
that quick. Before the first patch every named test must be green. A patch that no longer applies or builds, or whose
test stays green or does not exist, is a failure."""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COPY = ROOT / "build/mutations/tree"
# The copy takes DuckDB from where script/install-duckdb left it.
os.environ.setdefault("FIRN_CACHE", str(ROOT / "build"))


def header(text, key):
    match = re.search(rf"^# {key}: (.+)$", text, re.MULTILINE)
    return match.group(1).strip() if match else None


def run(*command, **options):
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )


def refresh():
    """Makes the copy equal to the work tree; files that are equal keep their time, so that little is built again."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    listed.check_returncode()
    wanted = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for path in list(COPY.rglob("*")):
        name = str(path.relative_to(COPY))
        if path.is_file() and not name.startswith("build/") and name not in wanted and "third_party" not in name:
            path.unlink()


def build(texts, jobs):
    """Builds what these patches name; the last lines of the output when it fails."""
    if not (COPY / "build/dev/build.ninja").is_file():
        configured = run("cmake", "--preset", "dev", cwd=COPY)
        if configured.returncode != 0:
            return "cannot be configured: " + "\n".join(configured.stdout.strip().splitlines()[-5:])
    targets = sorted({target for text in texts for target in (header(text, "target") or "all").split()})
    built = run("cmake", "--build", "--preset", "dev", "--parallel", str(jobs), "--target", *targets, cwd=COPY)
    return None if built.returncode == 0 else "does not build: " + "\n".join(built.stdout.strip().splitlines()[-5:])


def tests(regex):
    return run("ctest", "--preset", "dev", "--no-tests=error", "--tests-regex", regex, cwd=COPY)


def unbroken(patches, jobs):
    """None when every named test is green in the copy as it is; else what is wrong. A red one would prove nothing."""
    refresh()
    texts = [patch.read_text() for patch in patches]
    wrong = build(texts, jobs)
    if wrong:
        return wrong
    tested = tests("|".join(sorted({header(text, "test") for text in texts})))
    return None if tested.returncode == 0 else "\n".join(tested.stdout.strip().splitlines()[-20:])


def verdict_of(patch, jobs):
    """None when the named test turned red; else what is wrong."""
    text = patch.read_text()
    refresh()
    applied = run("patch", "-p1", "--forward", "--fuzz=0", "--input", str(patch), cwd=COPY)
    if applied.returncode != 0:
        return "no longer applies: " + applied.stdout.strip().splitlines()[-1]
    wrong = build([text], jobs)
    if wrong:
        return wrong
    tested = tests(header(text, "test"))
    if "No tests were found" in tested.stdout:
        return f"there is no test {header(text, 'test')}"
    return None if tested.returncode != 0 else f"{header(text, 'test')} stays green"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    patches = [p for p in sorted(HERE.glob("*.patch")) if not options.names or p.stem in options.names]
    COPY.mkdir(parents=True, exist_ok=True)
    wrong = unbroken(patches, options.jobs) if patches else "there is no such patch"
    if wrong:
        sys.exit(f"without any patch: {wrong}")
    survived = 0
    for patch in patches:
        wrong = verdict_of(patch, options.jobs)
        survived += wrong is not None
        print(f"{patch.stem:44} {'red, as it must be' if wrong is None else 'WRONG: ' + wrong}", flush=True)
    print(f"{len(patches) - survived} of {len(patches)} mutations were found")
    sys.exit(1 if survived or not patches else 0)


if __name__ == "__main__":
    main()
