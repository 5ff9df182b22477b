#include "pack/json_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace firn {
namespace {

std::string decoded(std::string_view quoted) {
  std::string buffer;
  return std::string(decode_json_text(quoted, buffer));
}

TEST(JsonText, FindsTheEndOfEachSortOfValue) {
  const std::string_view json = R"({"a":"x\"]}","b":[1,{"c":"\\"}],"d":-1.5e3,"e":null})";
  EXPECT_EQ(json_value_end(json, 0), json.size());
  EXPECT_EQ(json.substr(5, json_value_end(json, 5) - 5), R"("x\"]}")");
  const std::size_t list = json.find('[', 13);
  EXPECT_EQ(json.substr(list, json_value_end(json, list) - list), R"([1,{"c":"\\"}])");
  const std::size_t number = json.find("-1.5");
  EXPECT_EQ(json.substr(number, json_value_end(json, number) - number), "-1.5e3");
  EXPECT_EQ(json_value_end("12", 0), 2U);
}

TEST(JsonText, DecodesEscapes) {
  EXPECT_EQ(decoded(R"("plain")"), "plain");
  EXPECT_EQ(decoded(R"("a\"\\\/\b\f\n\r\tz")"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(decoded(R"("\u0041\u00e9\u0939\ud83d\ude00")"), "Aéह😀");
}

}  // namespace
}  // namespace firn
