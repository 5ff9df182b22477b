"""The files of the repository as the rules see them, and C++ without its comments and texts."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_CPP_TOKEN = re.compile(
    r"""
    (?P<comment> //(?:[^\n\\]|\\.|\\\n)* | /\*.*?\*/ )
  | (?P<raw>     R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)" )
  | (?P<text>    "(?:[^"\\\n]|\\.)*" )
  | (?P<digit>   (?<=[0-9a-fA-F])'(?=[0-9a-fA-F]) )
  | (?P<char>    '(?:[^'\\\n]|\\.)+' )
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(text):
    """The same number of lines and columns, with nothing on them."""
    return re.sub(r"[^\n]", " ", text)


@lru_cache(maxsize=4096)
def code_only(text):
    """C++ source whose comments are blank and whose texts are empty; every line keeps its number."""

    def replace(match):
        if match.group("raw") or match.group("text"):
            whole = match.group(0)
            return '"' + _blank(whole[1:-1]) + '"'
        return _blank(match.group(0))

    return _CPP_TOKEN.sub(replace, text)


@lru_cache(maxsize=4096)
def without_comments(text):
    """C++ source whose comments are blank; texts stay."""
    return _CPP_TOKEN.sub(lambda m: _blank(m.group(0)) if m.group("comment") else m.group(0), text)


class Tree:
    """Paths relative to the root, each with its text."""

    def __init__(self, files):
        self.files = dict(sorted(files.items()))

    def of(self, *suffixes, under=""):
        """(path, text) of the files with one of the endings in a folder."""
        return [(p, t) for p, t in self.files.items() if p.startswith(under) and p.endswith(suffixes)]

    def cpp(self, under=""):
        return self.of(".cc", ".h", under=under)


def read_repository():
    """Every text file that is in the repository or would be added to it."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    files = {}
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content:
                files[name] = content.decode("utf-8", errors="replace")
    return Tree(files)


def lines_matching(pattern, text):
    """(line number, match) of every match."""
    return [(text.count("\n", 0, m.start()) + 1, m) for m in re.finditer(pattern, text, re.MULTILINE)]
