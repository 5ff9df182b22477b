"""The rules of the code base that a program can check (docs/development.md). Each has samples that it must find."""

import ast
import re

from functions import functions
from rule import find, rule
from tree import code_only, lines_matching, without_comments

MAX_LINES = {".cc": 500, ".h": 200}
MAX_FUNCTION_LINES = 70
MAX_ASIO_UNITS = 3

STEPS = ("intake", "journal", "pack", "stage", "load", "views", "forward", "verify", "purge", "catalog")
_PLAIN = {"base", "platform", "model"}
_BELOW_PIPELINE = _PLAIN | set(STEPS) | {"config", "observe"}
# What each folder of src/ may include besides itself (docs/architecture.md).
LAYERS = {
    "base": set(),
    "platform": {"base"},
    "model": {"base"},
    **{step: set(_PLAIN) for step in STEPS},
    "config": set(_PLAIN),
    "observe": set(_PLAIN),
    "pipeline": set(_BELOW_PIPELINE),
    "admin": _BELOW_PIPELINE | {"pipeline"},
    "cli": _BELOW_PIPELINE | {"pipeline", "admin"},
    "main.cc": _BELOW_PIPELINE | {"pipeline", "admin", "cli"},
}


def _includes(text):
    return [(line, m.group(1)) for line, m in lines_matching(r'^\s*#\s*include\s+"([^"]+)"', without_comments(text))]


@rule(
    bad=[
        {"src/pack/a.cc": '#include "stage/b.h"\n'},
        {"src/base/a.h": '#include "model/b.h"\n'},
        {"src/model/a.h": '#include "platform/b.h"\n'},
        {"src/config/a.h": '#include "journal/file/b.h"\n'},
        {"src/pipeline/a.cc": '#include "admin/b.h"\n'},
        {"src/unheard/a.cc": ""},
        {"src/pack/a.cc": '#include "tests/standins/b.h"\n'},
        {"src/pack/a_world.h": '#include "tests/standins/b.h"\n'},
        {"src/pack/a.cc": '#include "b.h"\n', "src/pack/b.h": ""},
    ],
    good=[
        {"src/pack/a_test.cc": '#include "tests/standins/b.h"\n#include "pack/a.h"\n#include "model/c.h"\n'},
        {"src/pack/a_fixture.h": '#include "tests/support/b.h"\n'},
        {"src/main.cc": '#include "cli/a.h"\n#include "pipeline/b.h"\n'},
        {"src/CMakeLists.txt": ""},
        {"src/load/duckdb/a.cc": '// #include "stage/b.h"\n#include <duckdb.h>\n#include "load/duckdb/b.h"\n'},
    ],
)
def include_direction(tree):
    """A folder includes only itself and what lies below it; steps never include each other. Tests and what they share
    (`*_fixture.h`) may also use tests/support."""
    problems = []
    for path, text in tree.cpp("src/"):
        folder = path.split("/")[1]
        if folder not in LAYERS:
            problems.append(f"{path}: src/{folder} has no place in LAYERS of tests/tidy/rules.py")
            continue
        allowed = LAYERS[folder] | {folder}
        if path.endswith(("_test.cc", "_fixture.h", "_fixture.cc")):
            allowed = allowed | {"tests"}
        for line, name in _includes(text):
            if name.split("/")[0] not in allowed:
                problems.append(f'{path}:{line}: "{name}": {folder} may include {", ".join(sorted(allowed))}')
    return problems


@rule(
    bad=[{"src/base/a.cc": "int a;\n" * 501}, {"src/base/a.h": "int a;\n" * 201}],
    good=[{"src/base/a.cc": "int a;\n" * 500, "src/base/a.h": "int a;\n" * 200}],
)
def file_size(tree):
    """Sources have at most 500 lines, headers 200."""
    problems = []
    for suffix, limit in MAX_LINES.items():
        for path, text in tree.of(suffix):
            if len(text.splitlines()) > limit:
                problems.append(f"{path}: {len(text.splitlines())} lines, more than {limit}")
    return problems


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


@rule(
    bad=[
        {"src/base/a.cc": "void f() {\n" + "  g();\n" * 69 + "}\n"},
        {"src/base/a.h": "class A {\n  void f() {\n" + "    g();\n" * 69 + "  }\n};\n"},
        {"tests/a.py": "def f():\n" + "    g()\n" * 70},
    ],
    good=[
        {"src/base/a.cc": "namespace firn {\n" + "void f() {\n  g();\n}\n" * 40 + "}\n"},
        {"src/base/a.cc": "const int kTable[] = {\n" + "  1,\n" * 100 + "};\n"},
    ],
)
def function_size(tree):
    """Functions have at most 70 lines."""
    problems = []
    for path, text in tree.cpp():
        problems += [
            f"{path}:{f.first_line}: {f.name} has {f.lines} lines"
            for f in functions(text)
            if f.lines > MAX_FUNCTION_LINES
        ]
    for path, text in tree.of(".py"):
        problems += [
            f"{path}:{line}: {name} has {lines} lines"
            for name, line, lines in _python_functions(text)
            if lines > MAX_FUNCTION_LINES
        ]
    return problems


def _strip_cmake_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def _subdirectories(text):
    """The folders that a CMakeLists.txt adds, by name or in a `foreach(folder ...)`."""
    names = set(re.findall(r"add_subdirectory\(\s*([\w./-]+)", text))
    for variable, items, body in re.findall(r"foreach\(\s*(\w+)\s+([^)]*)\)(.*?)endforeach\(", text, re.DOTALL):
        if re.search(rf"add_subdirectory\(\s*\$\{{{variable}\}}", body):
            names.update(items.split())
    return names


@rule(
    bad=[
        {"src/base/a_test.cc": "", "src/base/CMakeLists.txt": "# a_test.cc\n"},
        {"src/base/a.cc": ""},
        {"src/base/a.cc": "", "src/base/CMakeLists.txt": "firn_library(x SOURCES aa.cc)"},
        {"src/base/a.cc": "", "src/base/CMakeLists.txt": "firn_library(x SOURCES a.cc)", "src/CMakeLists.txt": ""},
        {
            "src/base/a.cc": "",
            "src/base/CMakeLists.txt": "firn_library(x SOURCES a.cc)",
            "src/CMakeLists.txt": "foreach(folder model)\n  add_subdirectory(${folder})\nendforeach()",
            "CMakeLists.txt": "add_subdirectory(src)",
        },
    ],
    good=[
        {
            "src/load/duckdb/a_test.cc": "",
            "src/load/CMakeLists.txt": "firn_test(x SOURCES duckdb/a_test.cc)",
            "src/CMakeLists.txt": "add_subdirectory(load)",
            "CMakeLists.txt": "add_subdirectory(src)",
        },
        {
            "src/base/a.cc": "",
            "src/base/CMakeLists.txt": "firn_library(x SOURCES a.cc)",
            "src/CMakeLists.txt": "foreach(folder\n  base\n  model)\n  add_subdirectory(${folder})\nendforeach()",
            "CMakeLists.txt": "add_subdirectory(src)",
        },
    ],
)
def sources_are_built(tree):
    """Every source is named in the CMakeLists.txt of its folder or of one above it, and that one is reached."""
    problems = []
    lists = {path[: -len("CMakeLists.txt")]: _strip_cmake_comments(text) for path, text in tree.of("CMakeLists.txt")}

    def reached(folder):
        if folder == "":
            return "" in lists
        parent, name = folder[:-1].rpartition("/")[0], folder[:-1].rpartition("/")[2]
        above = parent + "/" if parent else ""
        return name in _subdirectories(lists.get(above, "")) and reached(above)

    for path, _ in tree.of(".cc"):
        parts = path.split("/")
        named = False
        for depth in range(len(parts)):
            folder = "".join(p + "/" for p in parts[:depth])
            rest = "/".join(parts[depth:])
            if re.search(rf"(?<![\w./-]){re.escape(rest)}(?![\w.])", lists.get(folder, "")) and reached(folder):
                named = True
        if not named:
            problems.append(f"{path}: no reached CMakeLists.txt builds it")
    return problems


@rule(
    bad=[
        {"src/base/a_test.cc": "TEST(A, DISABLED_B) {}"},
        {"src/base/a_test.cc": "GTEST_SKIP();"},
        {"tests/test_a.py": "@pytest.mark.skipif(True)"},
        {"tests/test_a.py": 'pytest.skip("later")'},
        {"tests/test_a.py": "@pytest.mark.xfail"},
        {"tests/test_a.py": 'pytest.importorskip("a")'},
        {"src/base/CMakeLists.txt": "set_tests_properties(a PROPERTIES DISABLED ON)"},
    ],
    good=[{"src/base/a_test.cc": "TEST(A, SkipsBlanks) { skip(); }"}],
)
def no_test_is_off(tree):
    """A test runs everywhere or does not exist."""
    pattern = (
        r"\bDISABLED_\w*|\bGTEST_SKIP\b|\bpytest\.(mark\.)?(skip|skipif|xfail)\b|\bimportorskip\b"
        r"|\bunittest\.skip|PROPERTIES\s+DISABLED\b"
    )
    files = [f for f in tree.of(".cc", ".h", ".py", "CMakeLists.txt", ".cmake") if not f[0].startswith("tests/tidy/")]
    return find(files, pattern, "switched off")


_BANNED = (
    (r"\bsleep_for\b|\bsleep_until\b|\busleep\b|\bnanosleep\b|(?<![\w.>])sleep\s*\(", "a sleep; wait for the event"),
    (r"\bstd::rand\b|(?<!\w)s?rand\s*\(", "not seeded; use <random>"),
    (r"\bstrerror\s*\(", "not thread-safe; use std::system_category().message()"),
    (r"\b(v?sprintf|strcpy|strcat|gets|strtok|atoi|atol|atof)\s*\(", "unsafe C function"),
    (r"(?<![\w.>])(localtime|gmtime|asctime|ctime|tmpnam)\s*\(", "not thread-safe"),
    (r"\busing\s+namespace\s+std\s*;", "using namespace std"),
    (r"\.\s*detach\s*\(\s*\)", "a detached thread"),
)


@rule(
    bad=[
        {"src/pack/a.cc": text}
        for text in (
            "std::this_thread::sleep_for(1s);",
            "usleep(1);",
            "sleep(1);",
            "std::rand();",
            "strerror(errno);",
            "sprintf(a, b);",
            "using namespace std;",
            "atoi(text);",
            "gmtime(&t);",
            "thread.detach();",
            "std::chrono::system_clock::now();",
        )
    ]
    + [{"tests/test_a.py": "time.sleep(1)"}, {"tests/test_a.py": "from time import sleep"}],
    good=[
        {"src/platform/a.cc": "std::chrono::system_clock::now();"},
        {"src/pack/a.cc": "snprintf(a, 1, b);\nusing namespace std::chrono_literals;"},
        {"src/pack/a.cc": '// sleep_for\nlog("sleep(1)");\nclock.sleep(1);\noperand(1);'},
    ],
)
def banned_calls(tree):
    """No sleeps, no unseeded randomness, no unsafe C functions; wall time only through Clock."""
    cpp = tree.cpp()
    problems = [p for pattern, why in _BANNED for p in find(cpp, pattern, why, code_only)]
    outside = [f for f in cpp if not f[0].startswith("src/platform/")]
    problems += find(outside, r"\bsystem_clock::now\b", "use the Clock that was passed in", code_only)
    python = [f for f in tree.of(".py") if not f[0].startswith("tests/tidy/")]
    return problems + find(python, r"\btime\.sleep\b|\bfrom time import .*\bsleep\b", "use waiting.wait_until")


def _written_by_us(tree):
    # tests/tidy holds the words as samples; the lock file and data files are not written by hand.
    return [f for f in tree.files.items() if not f[0].startswith("tests/tidy/") and f[0] != "LICENSE"]


@rule(
    bad=[{"src/a.cc": "// TO" "DO: later"}, {"docs/a.md": "FIX" "ME"}, {"script/a": "# XX" "X"}],
    good=[{"docs/a.md": "A list of things to do"}, {"src/a.cc": "int XXXL;"}],
)
def no_notes_to_self(tree):
    """What is left to do is an issue, not a comment."""
    return find(_written_by_us(tree), r"\b(TODO|FIXME|XXX|HACK)\b", "a note to self")


@rule(
    bad=[{"docs/a.md": "see /work/x"}, {"script/a": "cd /root/firn"}, {"tests/a.py": '"/home/someone/x"'}],
    good=[{"docs/a.md": "src/work/x and ../shared"}],
)
def no_machine_paths(tree):
    """Nothing names a folder of one machine."""
    return find(_written_by_us(tree), r"(?<![\w.])/(work|root|home)/", "a path of one machine")


@rule(
    bad=[
        {"package-lock.json": "https://registry.npm" "js.org/x"},
        {"script/a": "pypi" ".org"},
        {"docs/a.md": "deb.deb" "ian.org"},
    ],
    good=[{"docs/a.md": "npm, PyPI and Debian"}],
)
def no_registry_hosts(tree):
    """Registries are reached through their clients, as each machine has set them up."""
    pattern = (
        r"registry\.npmjs\.\w+|registry\.yarnpkg\.\w+|\bpypi\.(org|python\.org)|files\.pythonhosted\.org"
        r"|\b(deb|security|ftp)\.debian\.org|proxy\.golang\.org|crates\.io|repo1?\.maven\.\w+"
    )
    return find(_written_by_us(tree), pattern, "a registry's host")


@rule(
    bad=[{"src/pack/a.h": "#pragma once\n"}], good=[{"src/pack/a.h": "#pragma once\n", "src/pack/README.md": "Packs."}]
)
def folders_have_readme(tree):
    """Every folder in src/ says what it is for, what always holds in it, and what does not belong there."""
    folders = {"/".join(p.split("/")[:2]) for p in tree.files if p.startswith("src/") and p.count("/") >= 2}
    return [
        f"{folder}: has no README.md"
        for folder in sorted(folders)
        if not tree.files.get(f"{folder}/README.md", "").strip()
    ]


@rule(
    bad=[
        {f"src/platform/{n}.cc": "#include <boost/asio.hpp>\n" for n in "abcd"},
        {
            "src/platform/x.h": "#include <boost/beast/core.hpp>\n",
            **{f"src/platform/{n}.cc": '#include "platform/x.h"\n' for n in "abcd"},
        },
    ],
    good=[{f"src/platform/{n}.cc": "#include <boost/asio.hpp>\n" for n in "abc"}],
)
def few_units_see_asio(tree):
    """Beast and Asio cost 20 s of compile time each time they are seen: at most three sources see them."""
    heavy = {p for p, t in tree.cpp() if re.search(r"^\s*#\s*include\s+<boost/(beast|asio)", t, re.MULTILINE)}
    includes = {p: [("src/" + n if "src/" + n in tree.files else n) for _, n in _includes(t)] for p, t in tree.cpp()}

    def sees(path, seen):
        if path in heavy:
            return True
        return any(n not in seen and sees(n, seen | {n}) for n in includes.get(path, []))

    units = [p for p, _ in tree.of(".cc") if sees(p, {p})]
    return units if len(units) > MAX_ASIO_UNITS else []


@rule(
    bad=[
        {"src/base/a.cc": "f();  // NOLINT"},
        {"src/base/a.cc": "f();  // NOLINT(check-name)"},
        {"src/base/a.cc": "// NOLINTNEXTLINE: a reason\nf();"},
    ],
    good=[
        {"src/base/a.cc": "f();  // NOLINT(check-name): the library asks for it"},
        {"src/base/a.cc": "// NOLINTBEGIN(a-b,c-d): generated\n// NOLINTEND(a-b,c-d)\n"},
    ],
)
def lint_exceptions_have_reasons(tree):
    """NOLINT names the check and says why: `NOLINT(check-name): reason`."""
    pattern = r"NOLINT(NEXTLINE|BEGIN)?\b(?!(NEXTLINE|BEGIN)?\([\w.,\s-]+\): \S)(?!END)[^\n]*"
    return find(tree.cpp(), pattern, "without check or reason")


@rule(bad=[{"src/base/a.h": "int a;\n"}], good=[{"src/base/a.h": "#pragma once\nint a;\n"}])
def headers_are_guarded(tree):
    """Every header begins with #pragma once."""
    return [path for path, text in tree.of(".h") if "#pragma once" not in text]


@rule(
    bad=[{"src/base/a.h": "#pragma once\n", "src/base/a.cc": '#include <vector>\n\n#include "base/a.h"\n'}],
    good=[{"src/base/a.h": "#pragma once\n", "src/base/a.cc": '#include "base/a.h"\n\n#include <vector>\n'}],
)
def own_header_comes_first(tree):
    """A source includes its own header before all others, so that the header stands on its own."""
    problems = []
    for path, text in tree.of(".cc", under="src/"):
        own = path[len("src/") : -len(".cc")] + ".h"
        if "src/" + own in tree.files:
            first = re.search(r"^\s*#\s*include\s+(\S+)", without_comments(text), re.MULTILINE)
            if not first or first.group(1) != f'"{own}"':
                problems.append(f'{path}: "{own}" must be included first')
    return problems


@rule(
    bad=[
        {"src/pack/a.cc": 'crash_point("pack");'},
        {"src/pack/a.cc": "crash_point(name);"},
        {"src/pack/a.cc": 'crash_point("pack.a");', "src/stage/b.cc": 'crash_point("pack.a");'},
    ],
    good=[
        {
            "src/pack/a.cc": 'crash_point("pack.before_commit");',
            "src/base/crash_point.cc": "void crash_point(const char* name) {",
        }
    ],
)
def crash_points_have_names(tree):
    """Each crash point is a text `step.place`, used once: the crash test collects them from the sources."""
    problems, seen = [], {}
    for path, text in tree.of(".cc", under="src/"):
        if path.startswith("src/base/crash_point") or path.endswith("_test.cc"):
            continue
        for line, m in lines_matching(r"(?<!arm_)\bcrash_point\(([^)]*)\)", without_comments(text)):
            name = re.fullmatch(r'"([a-z_]+\.[a-z0-9_]+)"', m.group(1).strip())
            if not name:
                problems.append(f'{path}:{line}: {m.group(0)} is not a text like "step.place"')
            elif name.group(1) in seen:
                problems.append(f"{path}:{line}: {m.group(0)} is also in {seen[name.group(1)]}")
            else:
                seen[name.group(1)] = path
    return problems


@rule(
    bad=[{"tests/mutations/a.patch": "--- a/x\n+++ b/x\n"}, {"tests/mutations/a.patch": "# test: Suite.Name\n"}],
    good=[{"tests/mutations/a.patch": "# test: Suite.Name\n--- a/x\n+++ b/x\n"}],
)
def mutations_name_a_test(tree):
    """Each patch in tests/mutations/ begins with `# test: <ctest regex>` and changes something."""
    return [
        f"{path}: needs a first line `# test: <ctest regex>` and a change"
        for path, text in tree.of(".patch", under="tests/mutations/")
        if not re.match(r"# test: \S+", text) or "\n+++ " not in text
    ]


@rule(bad=[{"script/a": "x" * 121}], good=[{"tests/a.py": "x" * 120}, {"docs/a.md": "x" * 121}, {"a.json": "x" * 121}])
def line_width(tree):
    """Code and scripts have at most 120 columns, like the C++ sources."""

    def measured(path):
        return path.endswith((".py", ".cc", ".h", ".ci/run")) or path.startswith("script/")

    return [
        f"{path}:{number}: {len(line)} columns"
        for path, text in tree.files.items()
        if measured(path)
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > 120
    ]
