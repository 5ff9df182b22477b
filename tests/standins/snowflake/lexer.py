"""SQL text into tokens, by the rules of Snowflake: unquoted names become upper case, texts know backslashes."""

import re
from dataclasses import dataclass

from errors import syntax_error

_SPACE = re.compile(r"(?:\s+|--[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_POSITIONAL = re.compile(r"\$(\d+)")
_DOLLARS = re.compile(r"\$\$(.*?)\$\$", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_STAGE = re.compile(r"""@(?:[A-Za-z0-9_$.~%/=+:*-]|"(?:[^"]|"")*")+""")
_OPERATOR = re.compile(r"=>|->|::|\|\||<>|!=|<=|>=|[-+*/%=<>(),.;:\[\]{}?]")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
_ESCAPE = re.compile(r"u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """kind: name, quoted, text, number, positional, stage, op, end."""

    kind: str
    value: str
    start: int
    line: int
    column: int

    def is_name(self, *words):
        return self.kind == "name" and self.value in words

    def is_op(self, *operators):
        return self.kind == "op" and self.value in operators


def _text(sql, start):
    """The text literal that begins at start: its value and where it ends; None when it does not end."""
    out, i = [], start + 1
    while i < len(sql):
        c = sql[i]
        if c == "'":
            if sql[i + 1 : i + 2] != "'":
                return "".join(out), i + 1
            out.append("'")
            i += 2
        elif c == "\\" and i + 1 < len(sql):
            special = _ESCAPE.match(sql, i + 1)
            if special:
                out.append(chr(int(special.group(1) or special.group(2) or special.group(3), 8 if special[3] else 16)))
                i = special.end()
            else:
                out.append(_ESCAPES.get(sql[i + 1], sql[i + 1]))
                i += 2
        else:
            out.append(c)
            i += 1
    return None


def _scan(sql, i):
    """(kind, value, end) of the token at i; None when there is none."""
    if sql[i] == "'":
        found = _text(sql, i)
        return ("text", *found) if found else None
    for kind, pattern in (
        ("text", _DOLLARS),
        ("positional", _POSITIONAL),
        ("quoted", _QUOTED),
        ("stage", _STAGE),
        ("name", _NAME),
        ("number", _NUMBER),
        ("op", _OPERATOR),
    ):
        m = pattern.match(sql, i)
        if m:
            value = m.group(1) if m.re.groups else m.group(0)
            if kind == "name":
                value = value.upper()
            if kind == "quoted":
                value = value.replace('""', '"')
            return kind, value, m.end()
    return None


def tokens_of(sql):
    """All tokens, the last of kind `end`."""
    found, i = [], 0
    while True:
        space = _SPACE.match(sql, i)
        i = space.end() if space else i
        line = sql.count("\n", 0, i) + 1
        column = i - (sql.rfind("\n", 0, i) + 1)
        if i >= len(sql):
            return [*found, Token("end", "<EOF>", i, line, column)]
        scanned = _scan(sql, i)
        if scanned is None:
            raise syntax_error(line, column, sql[i])
        kind, value, end = scanned
        found.append(Token(kind, value, i, line, column))
        i = end
