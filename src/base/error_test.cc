#include "base/error.h"

#include <gtest/gtest.h>

#include <string>

#include "base/result.h"

namespace firn {
namespace {

Result<int> fails() {
  return fail(Error{ErrorKind::kNoSpace, "append to", "journal/forms", "the disk is full", "free some space"});
}

Result<int> passes_on() {
  FIRN_ASSIGN(const int value, fails());
  return value + 1;
}

Status passes_status_on() {
  FIRN_TRY(fails());
  return {};
}

TEST(Error, SaysWhatFailedOnWhatAndWhatToDo) {
  EXPECT_EQ(fails().error().message(), "append to journal/forms: the disk is full (free some space)");
  EXPECT_TRUE(fails().error().is_passing());
  EXPECT_EQ(to_string(fails().error().kind), "no_space");
}

TEST(Result, PassesErrorsOn) {
  EXPECT_EQ(passes_on().error().kind, ErrorKind::kNoSpace);
  EXPECT_EQ(passes_status_on().error().reason, "the disk is full");
}

}  // namespace
}  // namespace firn
