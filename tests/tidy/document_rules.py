"""The rules that hold documents against the source: guarantees, changes, log events, alarms."""

import ast
import re

from rule import rule
from tree import lines_matching, without_comments


def known_tests(tree):
    """Every test there is: `Suite.Name` of GoogleTest and rapidcheck, `file.py::test_name` of pytest."""
    names = set()
    for _, text in tree.of(".cc", ".h"):
        for _, m in lines_matching(
            r"^\s*(?:TYPED_)?(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)"
            r"\(\s*(\w+)\s*,\s*(\w+)\s*[,)]",
            without_comments(text),
        ):
            names.add(f"{m.group(1)}.{m.group(2)}")
    for path, text in tree.of(".py", under="tests/"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names.add(f"{path.rpartition('/')[2]}::{node.name}")
    return names

SNOWFLAKE = "docs/formats/snowflake_api.md"
SNOWFLAKE_CODES = "src/load/snowflake/snowflake_error.cc"


def _named_tests(text):
    return lines_matching(r"`(\w+\.py::test_\w+|[A-Z]\w*\.[A-Z]\w*)`", text)


@rule(
    bad=[{"docs/guarantees.md": "| 1 | `Journal.Forgets` |"}, {"docs/guarantees.md": "| 1 | `test_a.py::test_b` |"}],
    good=[
        {
            "docs/guarantees.md": "| 1 | `Journal.Keeps`, `Seam.Holds`, `test_a.py::test_b` |",
            "src/a_test.cc": "TEST_F(Journal, Keeps) {}\nRC_GTEST_PROP(Seam, Holds, ()) {}\n",
            "tests/system/test_a.py": "def test_b():\n    pass\n",
        }
    ],
)
def documents_name_real_tests(tree):
    """Each test that docs/guarantees.md or docs/formats/snowflake_api.md names exists."""
    names = known_tests(tree)
    return [
        f"{path}:{line}: there is no test {m.group(1)}"
        for path in ("docs/guarantees.md", SNOWFLAKE)
        for line, m in _named_tests(tree.files.get(path, ""))
        if m.group(1) not in names
    ]


@rule(
    bad=[{SNOWFLAKE: "| 422 | 000606 | no |", SNOWFLAKE_CODES: '{"000606", kX}, {"000607", kX}'}],
    good=[{SNOWFLAKE: "| 422 | 000606 | no |", SNOWFLAKE_CODES: '{"000606", kX}'}],
)
def snowflake_codes_are_documented(tree):
    """docs/formats/snowflake_api.md has each code of Snowflake that the source knows."""
    text = tree.files.get(SNOWFLAKE, "")
    codes = re.findall(r'"(\d{6})"', tree.files.get(SNOWFLAKE_CODES, ""))
    return [f"{SNOWFLAKE}: does not name {code}" for code in codes if f"| {code} |" not in text]


@rule(
    bad=[
        {"docs/guarantees.md": "", "tests/mutations/a-b.patch": ""},
        {"docs/guarantees.md": "| 1 | `A.B` | `a-b`, `c-d` |", "tests/mutations/a-b.patch": ""},
    ],
    good=[{"docs/guarantees.md": "| 1 | `A.B` | `a-b` |\nonly `indexed_on`", "tests/mutations/a-b.patch": ""}],
)
def guarantees_name_every_mutation(tree):
    """docs/guarantees.md names each patch of tests/mutations/ beside the rule that it breaks, and no other."""
    text = tree.files.get("docs/guarantees.md", "")
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", text))
    there = {path.rpartition("/")[2][: -len(".patch")] for path, _ in tree.of(".patch", under="tests/mutations/")}
    missing = [f"docs/guarantees.md: does not name tests/mutations/{name}.patch" for name in sorted(there - named)]
    return missing + [f"docs/guarantees.md: there is no tests/mutations/{name}.patch" for name in sorted(named - there)]


@rule(
    bad=[{"docs/changes/readme_later.md": "# Nothing\n"}, {"docs/changes/3.feature.md": ""}],
    good=[{"docs/changes/3.added.md": "Firn exists.", "docs/changes/README.md": "x"}],
)
def changes_are_fragments(tree):
    """docs/changes/ holds fragments `<issue>.<added|changed|fixed|removed|breaking>.md` and its README."""
    return [
        path
        for path, text in tree.of("", under="docs/changes/")
        if path != "docs/changes/README.md"
        and not (re.fullmatch(r"docs/changes/\d+\.(added|changed|fixed|removed|breaking)\.md", path) and text.strip())
    ]


def _table_names(text, title):
    """The names in the first column of the table whose first column has this title."""
    rows = re.search(rf"^\| {title} \|.*\n\|[-|]+\n((?:\|.*\n?)*)", text, re.MULTILINE)
    return set(re.findall(r"^\| `([\w.]+)`", rows.group(1), re.MULTILINE)) if rows else set()


def _compare(document, listed, used, what):
    return [f"{document}: {what} {name} is missing" for name in sorted(used - listed)] + [
        f"{document}: there is no {what} {name}" for name in sorted(listed - used)
    ]


_EVENT_TABLE = "| event | level |\n|---|---|\n"


@rule(
    bad=[
        {"src/cli/a.cc": 'log.write(LogLevel::kInfo, "a.b", {});', "docs/log_events.md": _EVENT_TABLE},
        {"src/cli/a.cc": "", "docs/log_events.md": _EVENT_TABLE + "| `a.b` | info |\n"},
        {"src/cli/a.cc": "log.write(LogLevel::kInfo, name, {});", "docs/log_events.md": _EVENT_TABLE},
    ],
    good=[
        {
            "src/cli/a.cc": 'log.write(LogLevel::kInfo,\n "a.b", {});\nput_line(f(LogLevel::kError, "c.d", {}))',
            "src/cli/a_test.cc": 'log.write(LogLevel::kInfo, "x.y", {});',
            "docs/log_events.md": _EVENT_TABLE + "| `a.b` | info |\n| `c.d` | error |\n",
        }
    ],
)
def log_events_are_listed(tree):
    """docs/log_events.md lists the events that the sources write, no more and no less."""
    used = set()
    problems = []
    for path, text in tree.cpp("src/"):
        if path.endswith("_test.cc"):
            continue
        for line, m in lines_matching(r"LogLevel::k\w+,\s*([^,]+?)\s*,\s*\{", without_comments(text)):
            if not m.group(1).startswith('"'):
                problems.append(f"{path}:{line}: the name of an event must be a literal: {m.group(1)}")
            else:
                used.add(m.group(1).strip('"'))
    listed = _table_names(tree.files.get("docs/log_events.md", ""), "event")
    return problems + _compare("docs/log_events.md", listed, used, "event")


_GUIDE = 'constexpr std::array kGuides = std::to_array<AlarmGuide>({\n    {"a.b", "do it"},\n});\n'
_ALARM_TABLE = "| alarm | object |\n|---|---|\n"


@rule(
    bad=[
        {"src/observe/alarm_guide.cc": _GUIDE, "docs/failure_modes.md": _ALARM_TABLE},
        {"src/observe/alarm_guide.cc": "", "docs/failure_modes.md": _ALARM_TABLE + "| `a.b` | x |\n"},
        {
            "src/observe/alarm_guide.cc": _GUIDE,
            "src/cli/a.cc": 'alarms.raise("c.d", x, y);',
            "docs/failure_modes.md": _ALARM_TABLE + "| `a.b` | x |\n",
        },
        {
            "src/observe/alarm_guide.cc": _GUIDE,
            "src/cli/a.cc": 'constexpr const char* kOdd = "c.d";\nalarms.raise(kOdd, x, y);',
            "docs/failure_modes.md": _ALARM_TABLE + "| `a.b` | x |\n",
        },
        {
            "src/observe/alarm_guide.cc": _GUIDE,
            "src/intake/a.h": 'static constexpr std::string_view kOddAlarm = "odd";',
            "docs/failure_modes.md": _ALARM_TABLE + "| `a.b` | x |\n",
        },
    ],
    good=[
        {
            "src/observe/alarm_guide.cc": _GUIDE,
            "src/cli/a.cc": 'alarms.raise_event("a.b", x, y);',
            "docs/failure_modes.md": _ALARM_TABLE + "| `a.b` | x |\n",
        }
    ],
)
def alarms_are_listed(tree):
    """Each alarm has its line in src/observe/alarm_guide.cc and in docs/failure_modes.md."""
    source = tree.files.get("src/observe/alarm_guide.cc", "")
    guide = set(re.findall(r'^\s*\{"([a-z_]+\.[a-z_]+)",', source, re.MULTILINE))
    raised = set()
    for path, text in tree.cpp("src/"):
        if not path.endswith("_test.cc"):
            raised |= set(re.findall(r'\braise(?:_event)?\(\s*"([\w.]+)"\s*,', text))
            if re.search(r"\braise(_event)?\(", text):
                raised |= set(re.findall(r'const char\* k\w+ = "([a-z_]+\.[a-z_]+)"', text))
            raised |= {f"intake.{n}" for n in re.findall(r'string_view k\w+Alarm = "(\w+)"', text)}
    listed = _table_names(tree.files.get("docs/failure_modes.md", ""), "alarm")
    return _compare("docs/failure_modes.md", listed, guide, "alarm") + [
        f"src/observe/alarm_guide.cc: alarm {name} is missing" for name in sorted(raised - guide)
    ]
