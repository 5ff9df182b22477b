"""What a rule is: a check of the whole tree, with samples that it must find and some that it must leave alone."""

from dataclasses import dataclass
from typing import Callable

from tree import lines_matching


@dataclass
class Rule:
    name: str
    check: Callable
    bad: list
    good: list


RULES = []


def rule(bad, good=()):
    def register(check):
        RULES.append(Rule(check.__name__, check, list(bad), list(good)))
        return check

    return register


def find(files, pattern, why, of=lambda text: text):
    return [
        f"{path}:{line}: {why}: {match.group(0).strip()}"
        for path, text in files
        for line, match in lines_matching(pattern, of(text))
    ]
