#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr PeekOrder kForms{Kind::kForm, 0xFF};
constexpr PeekOrder kCases{Kind::kCase, 0xFF};

DocumentPeek peek(std::string body, const PeekOrder& order = kForms) { return peek_document(body, order); }

std::string fact(const DocumentFacts& facts, FilterField field) {
  return facts[field].state() == FieldValue::State::kUnclear ? "?" : facts[field].text();
}

/// Of a form: what the quick look and the strict reading find, which must be the same.
std::string xmlns_of(const std::string& body) {
  const auto checked = check_document(body, kForms);
  EXPECT_TRUE(checked.understood) << body;
  const auto seen = peek(body);
  EXPECT_TRUE(seen.understood) << body;
  EXPECT_EQ(seen.damage, "");
  EXPECT_EQ(fact(seen.facts, FilterField::kXmlns), fact(checked.facts, FilterField::kXmlns)) << body;
  return fact(seen.facts, FilterField::kXmlns);
}

std::string form_of_user(const std::string& user) {
  return "<data xmlns='http://f'><q/><n:meta xmlns:n='http://openrosa.org/jr/xforms'>" + user + "</n:meta></data>";
}

std::string user_of(const std::string& user) { return fact(peek(form_of_user(user)).facts, FilterField::kUser); }

constexpr std::string_view kForm = R"(<?xml version='1.0' ?>
<!-- > a comment <data xmlns="no"> -->
<data xmlns:jrm="http://dev.commcarehq.org/jr/xforms" xmlns="http://openrosa.org/formdesigner/5F1B" name="a > b">
  <meta2><userID>no</userID><instanceID>no</instanceID></meta2>
  <text><![CDATA[</data><meta><userID>no</userID>]]></text>
  <group><meta><userID>no</userID></meta></group>
  <n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="1f0c" user_id="no"/>
  <n1:meta xmlns:n1="http://openrosa.org/jr/xforms">
    <n1:username>chw</n1:username><n1:userID> 9c2e
    </n1:userID><n1:instanceID>7b6c</n1:instanceID>
  </n1:meta>
</data>
)";

TEST(XmlPeek, FindsTheFactsOfAForm) {
  const auto found = peek(std::string(kForm));
  EXPECT_TRUE(found.understood);
  EXPECT_EQ(found.damage, "");
  EXPECT_EQ(found.id, "7b6c");
  EXPECT_EQ(fact(found.facts, FilterField::kXmlns), "http://openrosa.org/formdesigner/5F1B");
  EXPECT_EQ(fact(found.facts, FilterField::kUser), "9c2e");
  EXPECT_EQ(fact(found.facts, FilterField::kDomain), "");
  const auto checked = check_document(kForm, kForms);
  ASSERT_TRUE(checked.understood);
  EXPECT_EQ(fact(checked.facts, FilterField::kUser), "9c2e");
}

TEST(XmlPeek, FindsTheFactsOfACase) {
  const std::string body =
      "<case case_id=\"1f0c\" date_modified='2026' user_id = '9c2e' "
      "xmlns=\"http://commcarehq.org/case/transaction/v2\">"
      "<create><case_type>person</case_type></create><update><x/></update></case>";
  const auto found = peek(body, kCases);
  EXPECT_EQ(found.id, "1f0c");
  EXPECT_EQ(fact(found.facts, FilterField::kUser), "9c2e");
  EXPECT_EQ(fact(found.facts, FilterField::kCaseType), "person");
  const auto checked = check_document(body, kCases);
  ASSERT_TRUE(checked.understood);
  EXPECT_EQ(fact(checked.facts, FilterField::kUser), "9c2e");
  EXPECT_EQ(fact(checked.facts, FilterField::kCaseType), "person");
}

TEST(XmlPeek, FindsTheNamesThatEarlyClientsUsed) {
  const auto form = peek("<d><Meta><chw_id>u</chw_id><uid>i</uid></Meta></d>");
  EXPECT_EQ(form.id, "i");
  EXPECT_EQ(fact(form.facts, FilterField::kUser), "u");
  EXPECT_EQ(fact(peek("<d><Meta/><meta><userID>u</userID></meta></d>").facts, FilterField::kUser), "?");
  const auto of_case = peek("<case case_id='a'><create><case_type_id>t</case_type_id></create></case>", kCases);
  EXPECT_EQ(fact(of_case.facts, FilterField::kCaseType), "t");
}

TEST(XmlPeek, DoesNotGuessATypeThatAnUpdateChanges) {
  const auto both =
      peek("<case><create><case_type>a</case_type></create><update><case_type>b</case_type></update></case>", kCases);
  EXPECT_EQ(fact(both.facts, FilterField::kCaseType), "?");
  const auto one = peek("<case><create/><update><case_type>b</case_type></update></case>", kCases);
  EXPECT_EQ(fact(one.facts, FilterField::kCaseType), "b");
}

TEST(XmlPeek, FindsTheNamespaceOfTheRoot) {
  EXPECT_EQ(xmlns_of("<data xmlns='http://f'/>"), "http://f");
  EXPECT_EQ(xmlns_of("<a:data xmlns:b='no' xmlns='no' xmlns:a=\"http://f\"></a:data>"), "http://f");
  EXPECT_EQ(xmlns_of("\xEF\xBB\xBF<data\n\txmlns = 'http://f'\r\n></data >\n<!-- end --><?end?>"), "http://f");
  EXPECT_EQ(xmlns_of("<data xmlns='http://f?a=1&amp;b=&#50;'/>"), "http://f?a=1&b=2");
  EXPECT_EQ(xmlns_of("<data xmlns=''/>"), "");
  EXPECT_EQ(xmlns_of("<data x='xmlns=\"no\"'><a xmlns='no'/></data>"), "");
}

TEST(XmlPeek, ReadsPlainValuesOnly) {
  EXPECT_EQ(user_of("<n:userID>a&lt;b</n:userID>"), "a<b");
  EXPECT_EQ(user_of("<n:userID>\xC3\xA9</n:userID>"), "\xC3\xA9");
  EXPECT_EQ(user_of("<n:userID/>"), "");
  EXPECT_EQ(user_of(""), "");
  for (const char* unclear :
       {"<n:userID>a<!-- -->b</n:userID>", "<n:userID><![CDATA[a]]></n:userID>", "<n:userID>a<?x?></n:userID>",
        "<n:userID x='1'>a</n:userID>", "<n:userID><b>a</b></n:userID>", "<n:userID>a</n:userID><n:userID>a</n:userID>",
        "<n:userID/><userID>a</userID>", "<n:userID>a&x;</n:userID>", "<n:userID>a&#233;</n:userID>",
        "<n:userID>a\nb</n:userID>"}) {
    EXPECT_EQ(user_of(unclear), "?") << unclear;
  }
  EXPECT_EQ(fact(peek("<d><meta><userID>a</userID></meta><meta/></d>").facts, FilterField::kUser), "?");
}

TEST(XmlPeek, ReadsEncodingsThatContainAscii) {
  const std::string user = form_of_user("<n:userID>9c2e</n:userID><n:username>\xE9\x80</n:username>");
  for (const char* name : {"windows-1252", "ISO-8859-1", "Latin1"}) {
    const std::string body = "<?xml version='1.0' encoding='" + std::string(name) + "'?>" + user;
    EXPECT_EQ(fact(peek(body).facts, FilterField::kUser), "9c2e") << name;
    EXPECT_TRUE(check_document(body, kForms).understood) << name;
  }
  const std::string beyond =
      "<?xml version='1.0' encoding='windows-1252'?>" + form_of_user("<n:userID>\xE9</n:userID>");
  EXPECT_EQ(fact(peek(beyond).facts, FilterField::kUser), "?");
}

TEST(XmlPeek, KeepsTheSpacesOfWhatAColumnHolds) {
  const std::string form = "<d xmlns='x'><meta><instanceID> i 1 </instanceID></meta></d>";
  EXPECT_EQ(peek(form).id, " i 1 ");
  EXPECT_EQ(check_document(form, kForms).id, " i 1 ");
}

TEST(XmlPeek, DoesNotUnderstandBytesThatAreNoCharacterOfTheEncoding) {
  const auto understood = [](const std::string& encoding, const std::string& text) {
    const std::string body = "<?xml version='1.0' encoding='" + encoding + "'?>" + form_of_user("<a>" + text + "</a>");
    return check_document(body, kForms).understood;
  };
  EXPECT_TRUE(understood("us-ascii", "a"));
  EXPECT_FALSE(understood("us-ascii", "\xE9"));
  EXPECT_FALSE(understood("windows-1252", "\x81"));
  EXPECT_FALSE(understood("windows-1251", "a")) << "pack knows no such encoding";
  EXPECT_FALSE(understood("utf8", "a"));
  EXPECT_FALSE(check_document("<?xmlx encoding='windows-1252'?>" + form_of_user("<a>\x80</a>"), kForms).understood)
      << "an instruction of another name declares nothing";
}

TEST(XmlPeek, DoesNotLookAtOtherEncodings) {
  using namespace std::string_view_literals;
  for (const auto body :
       {"\xFF\xFE<\0d\0/\0>\0"sv, "\xFE\xFF\0<\0d\0/\0>"sv, "<\0d\0/\0>\0"sv, "\0<\0d\0/\0>"sv,
        "<?xml version='1.0' encoding='utf-7'?><data/>"sv, "<?xml version='1.0' encoding='UTF-16'?><data/>"sv}) {
    const auto found = peek(std::string(body));
    EXPECT_FALSE(found.understood);
    EXPECT_EQ(found.damage, "");
    EXPECT_FALSE(check_document(body, kForms).understood);
  }
}

TEST(XmlPeek, GivesUpOnWhatItDoesNotKnow) {
  for (const char* body :
       {"<!DOCTYPE data><data xmlns='a'/>", "<data xmlns='a'>", "<data xmlns='a'></data></data>",
        "<data xmlns='a'/><data/>", "<data xmlns='a'/>x", "<data xmlns='a", "<", "<data", "<data xmlns='a' x/>",
        "<data xmlns='a'/", "<b:data xmlns='a'/>", "<data xmlns='a'><!x></data>", "<data xmlns='&x;'/>", "<!-- ",
        "<?xml", "<data xmlns='a'><![CDATA[</data>"}) {
    EXPECT_FALSE(peek(body).understood) << body;
    EXPECT_FALSE(check_document(body, kForms).understood) << body;
  }
}

TEST(XmlPeek, BearsDeepNesting) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "<a>";
  }
  EXPECT_FALSE(peek(deep).understood);
  EXPECT_FALSE(check_document(deep, kForms).understood);
}

/// The strict reading sees what the quick look does not.
TEST(XmlCheck, RefusesWhatIsNotWellFormed) {
  for (const char* body :
       {"<data xmlns='a'><b></c></data>", "<data xmlns='a'>&x;</data>", "<data xmlns='a'><b x='<'/></data>",
        "<data xmlns='a'><b x='1' x='2'/></data>", "<data xmlns='a'>\x01</data>", "<data xmlns='a'>\xFF</data>",
        "<data xmlns='a'><n:b/></data>", "<data xmlns='a'>]]></data>"}) {
    EXPECT_TRUE(peek(body).understood) << body;
    EXPECT_FALSE(check_document(body, kForms).understood) << body;
  }
}

}  // namespace
}  // namespace firn
