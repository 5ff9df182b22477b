#include "intake/document_peek.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "intake/document_facts.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr FilterFields kAll = 0xFF;

DocumentPeek peek(std::string body, Kind kind = Kind::kForm, FilterFields fields = 0) {
  return peek_document(body, {kind, fields});
}

TEST(DocumentPeek, FindsTheId) {
  EXPECT_EQ(peek(R"({"id":"7b6c","form":{"id":"other"}})").id, "7b6c");
  EXPECT_EQ(peek(R"( {"form":{"id":"other","x":[1,{"id":2}]},"id":"a\"\u00e9"} )").id, "a\"\xC3\xA9");
  EXPECT_EQ(peek(R"({"id":"7b6c","form":{"id":"other"}})").damage, "");
}

TEST(DocumentPeek, FindsOnlyTheOutermostId) {
  const auto found = peek(R"({"form":{"id":"inner"}})");
  EXPECT_EQ(found.id, "");
  EXPECT_EQ(found.damage, "$.id: it is missing or empty");
}

TEST(DocumentPeek, FindsTheIdOfEachKind) {
  EXPECT_EQ(peek(R"({"case_id":"1f0c","user_id":"9c2e"})", Kind::kCase).id, "1f0c");
  EXPECT_EQ(peek(R"({"id":"u"})", Kind::kUser).id, "u");
  EXPECT_EQ(peek(R"({"location_id":"l"})", Kind::kLocation).id, "l");
  EXPECT_EQ(peek(R"({"data_source_id":"s","doc_id":"d","data":[]})", Kind::kDataSource).id, "d");
  EXPECT_EQ(peek(R"({"form_id":"f","case_ids":[]})", Kind::kFormStub).id, "f");
  EXPECT_EQ(peek("02bf50ab803a89ea4963799362874f0c\n", Kind::kAppChange).id, "02bf50ab803a89ea4963799362874f0c");
}

TEST(DocumentPeek, FindsTheIdOfCouchShapedDocuments) {
  EXPECT_EQ(peek(R"({"_id":"a","doc_type":"XFormInstance","form":{}})").id, "a");
  EXPECT_EQ(peek(R"({"_id":"a","doc_type":"XFormInstance","form":{}})").damage, "");
  EXPECT_EQ(peek(R"({"_id":"a","id":"b"})").id, "b");
}

std::string fact(const DocumentPeek& found, FilterField field) {
  const FieldValue& value = found.facts[field];
  return value.state() == FieldValue::State::kUnclear ? "?" : value.text();
}

TEST(DocumentPeek, FindsWhatFiltersAskFor) {
  const auto form = peek(R"({"id":"a","metadata":{"userID":"other"},"domain":"demo","app_id":"02bf","form":{"x":[1],
    "@xmlns":"http://f","case":{"@xmlns":"no"},"meta":{"x":{},"userID":"9c2e","y":1}},"z":{"userID":"no"}})",
                         Kind::kForm, kAll);
  EXPECT_TRUE(form.understood);
  EXPECT_EQ(fact(form, FilterField::kDomain), "demo");
  EXPECT_EQ(fact(form, FilterField::kXmlns), "http://f");
  EXPECT_EQ(fact(form, FilterField::kAppId), "02bf");
  EXPECT_EQ(fact(form, FilterField::kUser), "9c2e");
  const auto of_case = peek(
      R"({"case_id":"a","user_id":"u","properties":{"a":{"case_type":"no"},"case_type":"person"}})", Kind::kCase, kAll);
  EXPECT_EQ(fact(of_case, FilterField::kUser), "u");
  EXPECT_EQ(fact(of_case, FilterField::kCaseType), "person");
  EXPECT_EQ(
      fact(peek(R"({"_id":"a","type":"person","doc_type":"CommCareCase"})", Kind::kCase, kAll), FilterField::kCaseType),
      "person");
  EXPECT_EQ(fact(peek(R"({"id":"a form","type":"data"})", Kind::kCase, kAll), FilterField::kCaseType), "");
  EXPECT_EQ(
      fact(peek(R"({"id":"a","form":{"meta":{}},"metadata":{"userID":"m"}})", Kind::kForm, kAll), FilterField::kUser),
      "m");
}

TEST(DocumentPeek, FindsTheUserInTheMetadataWhenTheFormNamesNone) {
  for (const char* body : {R"({"id":"a","form":{"meta":{}},"metadata":{"userID":"m"}})",
                           R"({"metadata":{"userID":"m"},"form":{"meta":{"userID":null}},"id":"a"})"}) {
    EXPECT_EQ(fact(peek(body, Kind::kForm, bit_of(FilterField::kUser)), FilterField::kUser), "m") << body;
  }
}

TEST(DocumentPeek, FindsOnlyWhatIsAskedFor) {
  const auto found =
      peek(R"({"id":"a","domain":"demo","form":{"@xmlns":"http://f"}})", Kind::kForm, bit_of(FilterField::kXmlns));
  EXPECT_EQ(fact(found, FilterField::kDomain), "");
  EXPECT_EQ(fact(found, FilterField::kXmlns), "http://f");
}

TEST(DocumentPeek, TellsMissingFromUnclear) {
  for (const char* missing : {R"({"id":"a"})", R"({"id":"a","form":{}})", R"({"id":"a","form":[]})",
                              R"({"id":"a","form":{"@xmlns":null}})", R"({"id":"a","form":{"@xmlns":""}})"}) {
    const auto found = peek(missing, Kind::kForm, kAll);
    EXPECT_TRUE(found.understood) << missing;
    EXPECT_EQ(found.facts[FilterField::kXmlns].state(), FieldValue::State::kMissing) << missing;
  }
  for (const char* unclear : {R"({"id":"a","form":{"@xmlns":5}})", R"({"id":"a","form":{"@xmlns":["http://f"]}})"}) {
    EXPECT_EQ(fact(peek(unclear, Kind::kForm, kAll), FilterField::kXmlns), "?") << unclear;
  }
}

TEST(DocumentPeek, ReadsAnIdWhoseKeyHasEscapes) {
  const auto found = peek(R"({"\u0069d":"a","\u0064omain":"demo"})", Kind::kForm, kAll);
  EXPECT_EQ(found.id, "a");
  EXPECT_EQ(found.damage, "");
  EXPECT_EQ(fact(found, FilterField::kDomain), "demo");
}

TEST(DocumentPeek, PassesOverAByteOrderMark) {
  const auto found = peek("\xEF\xBB\xBF{\"id\":\"a\"}");
  EXPECT_EQ(found.id, "a");
  EXPECT_EQ(found.damage, "");
  EXPECT_TRUE(check_document("\xEF\xBB\xBF{\"id\":\"a\"}", {Kind::kForm, kAll}).understood);
}

TEST(DocumentPeek, UnderstandsDocumentsWithoutId) {
  const auto found = peek(R"({"form":{"@xmlns":"http://f"}})", Kind::kForm, kAll);
  EXPECT_TRUE(found.understood);
  EXPECT_EQ(fact(found, FilterField::kXmlns), "http://f");
}

TEST(DocumentPeek, DoesNotUnderstandDamage) {
  for (const char* body :
       {"{", R"({"id":"a","form":{"@xmlns":"http://f"})", R"({"form":{"@xmlns":"a"}} {})", "[]", ""}) {
    EXPECT_FALSE(peek(body, Kind::kForm, kAll).understood) << body;
  }
}

TEST(DocumentPeek, NamesThePlaceOfDamage) {
  EXPECT_EQ(peek(R"({"id":5})").damage, "$.id: it is not one text");
  EXPECT_EQ(peek(R"({"id":""})").damage, "$.id: it is missing or empty");
  EXPECT_EQ(peek(R"({"case_id":null})", Kind::kCase).damage, "$.case_id: it is missing or empty");
  EXPECT_EQ(peek(R"([{"id":"a"}])").damage, "$: it is not an object");
  EXPECT_EQ(peek(R"("id")").damage, "$: it is not an object");
  EXPECT_EQ(peek(R"({"id":"a"} {"id":"b"})").damage, "$: something follows the document");
  EXPECT_EQ(peek("").damage, "$: the body is empty");
}

TEST(DocumentPeek, SeesWhatIsNotJson) {
  using namespace std::string_view_literals;
  for (const auto body :
       {"{"sv, "7b6c"sv, R"({"id":"a","x":)"sv, R"({"id":"a","x":{"y":1})"sv, R"({"id":"a","x":"unfinished)"sv,
        "{\"id\":\"\xFF\"}"sv, "\0\0\0\0"sv, "   "sv, R"({"id" "a"})"sv, "{\"id\":\"a\nb\"}"sv}) {
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
  peek_document(body, {Kind::kForm, kAll});
  EXPECT_EQ(body, original);
}

TEST(DocumentPeek, BearsDeepNesting) {
  const std::string deep(100000, '[');
  EXPECT_NE(peek(R"({"id":"a","x":)" + deep).damage, "");
}

}  // namespace
}  // namespace firn
