#include "platform/http_message.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/time.h"

namespace firn {
namespace {

TEST(HttpDate, IsReadInTheFormThatServersSend) {
  EXPECT_EQ(format_iso8601(*parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT")), "1994-11-06T08:49:37.000000Z");
  EXPECT_EQ(format_iso8601(*parse_http_date("Thu, 31 Dec 2026 23:59:59 GMT")), "2026-12-31T23:59:59.000000Z");
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, x6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace firn
