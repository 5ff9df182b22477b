"""Finds the functions of a C++ file formatted by clang-format, with their length. No compiler, no build."""

import re
from dataclasses import dataclass

from tree import code_only

_CONTAINER = re.compile(
    r"^(?:inline\s+)?namespace\b"
    r"|^extern\s*\"\s*\"\s*$"
    r"|^(?:typedef\s+)?(?:template\s*<.*>\s*)?(?:enum\s+class|enum\s+struct|enum|class|struct|union)\b",
    re.DOTALL,
)
_PREPROCESSOR = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE | re.DOTALL)


@dataclass
class Function:
    name: str
    first_line: int
    last_line: int

    @property
    def lines(self):
        return self.last_line - self.first_line + 1


def _matching_brace(code, at):
    depth = 0
    for i in range(at, len(code)):
        if code[i] == "{":
            depth += 1
        elif code[i] == "}":
            depth -= 1
            if depth == 0:
                return i
    return len(code) - 1


def _is_value(code, at):
    """True when the brace at `at` begins a value (`a_{1}`, `= {`, `f({`) and not a block."""
    before = code[:at].rstrip()
    if not before or before[-1] in ";{}":
        return False
    if before[-1] in "=(,[<" or re.search(r"\breturn$", before):
        return True
    touches = at == len(before)
    return touches and (before[-1].isalnum() or before[-1] in "_>]")


def _name_of(header):
    match = re.search(r"(operator\s*[^\s(]+|~?[A-Za-z_][\w:~]*)\s*\(", header)
    name = match.group(1) if match else header.strip()
    arguments = re.match(r"\s*([^)]*)\)", header[match.end() :]) if match else None
    if arguments and re.fullmatch(r"(TYPED_)?TEST(_F|_P)?|RC_GTEST_\w+", name):
        return name + "(" + " ".join(arguments.group(1).split()) + ")"
    return name


def functions(text):
    """Every function with a body, lambdas counted with the function around them."""
    code = code_only(text)
    code = _PREPROCESSOR.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
    found, at, start = [], 0, 0
    while at < len(code):
        character = code[at]
        if character in ";}":
            start = at + 1
        elif character == ":" and re.search(r"\b(public|private|protected)\s*$", code[start:at]):
            start = at + 1
        elif character == "{":
            if _is_value(code, at):
                at = _matching_brace(code, at)
            else:
                header = code[start:at].strip()
                if not _CONTAINER.match(header):
                    end = _matching_brace(code, at)
                    if "(" in header:
                        first = start + len(code[start:at]) - len(code[start:at].lstrip())
                        found.append(
                            Function(_name_of(header), code.count("\n", 0, first) + 1, code.count("\n", 0, end) + 1)
                        )
                    at = end
                start = at + 1
        at += 1
    return found
