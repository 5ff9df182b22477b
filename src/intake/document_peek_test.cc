#include "intake/document_peek.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace firn {
namespace {

DocumentPeek peek(std::string body) { return peek_document(body); }

TEST(DocumentPeek, FindsTheId) {
  EXPECT_EQ(peek(R"({"id":"7b6c","form":{"id":"other"}})").id, "7b6c");
  EXPECT_EQ(peek(R"( {"form":{"id":"other","x":[1,{"id":2}]},"id":"a\"\u00e9"} )").id, "a\"\xC3\xA9");
  EXPECT_EQ(peek(R"({"id":"7b6c","form":{"id":"other"}})").damage, "");
}

TEST(DocumentPeek, FindsOnlyTheOutermostId) {
  const auto found = peek(R"({"form":{"id":"inner"}})");
  EXPECT_EQ(found.id, "");
  EXPECT_EQ(found.damage, "$.id: it is missing");
}

TEST(DocumentPeek, NamesThePlaceOfDamage) {
  EXPECT_EQ(peek(R"({"id":5})").damage, "$.id: it is not a text");
  EXPECT_EQ(peek(R"({"id":""})").damage, "$.id: it is empty");
  EXPECT_EQ(peek(R"([{"id":"a"}])").damage, "$: it is not an object");
  EXPECT_EQ(peek(R"("id")").damage, "$: it is not an object");
  EXPECT_EQ(peek(R"({"id":"a"} {"id":"b"})").damage, "$: something follows the document");
  EXPECT_EQ(peek("").damage, "$: the body is empty");
}

TEST(DocumentPeek, SeesWhatIsNotJson) {
  using namespace std::string_view_literals;
  for (const auto body : {"<?xml version='1.0'?><data/>"sv, "{"sv, R"({"id":"a","x":)"sv, R"({"id":"a","x":{"y":1})"sv,
                          R"({"id":"a","x":"unfinished)"sv, "{\"id\":\"\xFF\"}"sv, "\0\0\0\0"sv, "   "sv,
                          R"({"id" "a"})"sv, "{\"id\":\"a\nb\"}"sv}) {
    EXPECT_TRUE(peek(std::string(body)).damage.starts_with("$")) << body;
  }
}

TEST(DocumentPeek, TellsNothingOfTheContent) {
  EXPECT_EQ(peek(R"({"id":"a","name":"Asha Devi)").damage.find("Asha"), std::string::npos);
  EXPECT_EQ(peek(R"({"id":Asha})").damage.find("Asha"), std::string::npos);
}

TEST(DocumentPeek, LeavesOutALongId) {
  const auto found = peek(R"({"id":")" + std::string(256, 'x') + R"("})");
  EXPECT_EQ(found.id, "");
  EXPECT_EQ(found.damage, "");
}

TEST(DocumentPeek, DoesNotLookAtAHugeBody) {
  const auto found = peek(std::string((4U << 20U) + 1, '{'));
  EXPECT_EQ(found.damage, "");
}

TEST(DocumentPeek, LeavesTheBodyAsItIs) {
  const std::string original = R"({"id":"a\"\u00e9","form":{"x":"\t"}})";
  std::string body = original;
  peek_document(body);
  EXPECT_EQ(body, original);
}

TEST(DocumentPeek, BearsDeepNesting) {
  const std::string deep(100000, '[');
  EXPECT_NE(peek(R"({"id":"a","x":)" + deep).damage, "");
}

}  // namespace
}  // namespace firn
