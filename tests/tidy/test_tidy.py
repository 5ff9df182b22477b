"""The rules hold for every file of the repository, and each rule finds what it is there for."""

import document_rules  # noqa: F401 - registers its rules
import pytest
import rules  # noqa: F401 - registers its rules

from functions import functions
from rule import RULES
from tree import Tree, read_repository


@pytest.fixture(scope="session")
def repository():
    return read_repository()


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_repository_keeps_rule(rule, repository):
    problems = rule.check(repository)
    assert not problems, rule.check.__doc__ + "\n" + "\n".join(problems)


@pytest.mark.parametrize("rule,sample", [(r, s) for r in RULES for s in r.bad], ids=lambda v: getattr(v, "name", None))
def test_rule_finds_bad_sample(rule, sample):
    assert rule.check(Tree(sample)), f"{rule.name} says nothing against {sample}"


@pytest.mark.parametrize("rule,sample", [(r, s) for r in RULES for s in r.good], ids=lambda v: getattr(v, "name", None))
def test_rule_leaves_good_sample(rule, sample):
    assert rule.check(Tree(sample)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_rule_has_bad_sample(rule):
    assert rule.bad


SOURCE = """
#define BLOCK(x) \\
  do { x } while (0)
namespace firn {
namespace {
const char* const kText = "{ not code {";
constexpr int kTable[] = {1, 2};
const std::map<int, int> kMap = {
  {1, 2},
};
}  // namespace
// void in_a_comment() {
struct FIRN_CAPABILITY("mutex") Plain {
  int value{3};
  int one() const { return value; }
  enum class Mode { kA, kB };
};
template <typename T>
class Holder : public Plain {
 public:
  explicit Holder(T value = {})
      : a_{value},
        b_(2) {
    if (a_) {
      run([&] { return 1; });
    }
  }
};
std::vector<int> many(
    int number) {
  return {number, 1'000'000};
}
TEST(Thing, Works) {
  EXPECT_EQ(R"({"a": "}"})", text({1, 2}));
}
bool operator==(const A& a, const A& b) { return true; }
}  // namespace firn
"""


def test_functions_are_found_with_their_lines():
    lines = SOURCE.split("\n")
    found = {f.name: (lines[f.first_line - 1].strip(), f.lines) for f in functions(SOURCE)}
    assert found == {
        "one": ("int one() const { return value; }", 1),
        "Holder": ("explicit Holder(T value = {})", 7),
        "many": ("std::vector<int> many(", 4),
        "TEST(Thing, Works)": ("TEST(Thing, Works) {", 3),
        "operator==": ("bool operator==(const A& a, const A& b) { return true; }", 1),
    }
