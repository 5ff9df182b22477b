// What is particular to each kind: where its ids, version and columns stand, and what shows that a document is another.
#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/table.h"
#include "pack/document_reader.h"
#include "tests/support/csv_reader.h"

namespace firn {
namespace {

using Texts = std::vector<std::optional<std::string_view>>;

const Timestamp kReceived = timestamp_from_micros(1'772'444'467'118'204);

Record record(std::string body, std::string domain = "demo") {
  Record made;
  made.envelope.received_at = kReceived;
  made.envelope.domain = std::move(domain);
  made.body = std::move(body);
  return made;
}

/// The row of one document; keeps its reader, so that the views live.
struct Read {
  Read(Kind kind, const Record& from) : reader(kind), record(from), row(reader.read(record)) {}
  Read(Kind kind, const std::string& body) : Read(kind, firn::record(body)) {}
  DocumentReader reader;
  Record record;
  std::expected<DocumentRow, Rejection> row;
};

/// `reason at place`, or "row".
std::string refusal(Kind kind, const Record& from) {
  const Read read(kind, from);
  return read.row ? "row" : std::string(to_string(read.row.error().reason)) + " at " + read.row.error().detail;
}
std::string refusal(Kind kind, const std::string& body) { return refusal(kind, record(body)); }

std::string time_text(const std::optional<Timestamp>& time) { return time ? format_timestamp(*time) : "none"; }

const std::string kCase =
    R"({"domain":"demo","case_id":"c1","user_id":"u","closed":false,)"
    R"("server_date_modified":"2026-03-02T09:41:07.300000Z","properties":{"case_type":"person","owner_id":"o1"}})";
const std::string kUser = R"({"id":"u1","username":"chw_017@demo.commcarehq.org","first_name":"","user_data":{}})";
const std::string kLocation =
    R"({"_id":"l1","doc_type":"Location","domain":"demo","location_id":"l1","location_type":"village",)"
    R"("site_code":"rampur","last_modified":"2026-03-02T09:41:07.300000Z"})";
const std::string kDataSource = R"({"data_source_id":"s1","doc_id":"d1","data":[{"age":4}]})";
const std::string kStub = R"({"form_id":"f1","received_on":"2026-03-02T09:41:07.118204Z","case_ids":["c1"]})";
const std::string kForm = R"({"id":"f1","domain":"demo","form":{"@xmlns":"http://x/1"}})";

TEST(CaseDocument, HasItsColumns) {
  const Read read(Kind::kCase, kCase);
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->id, "c1");
  EXPECT_EQ(time_text(read.row->version), "2026-03-02 09:41:07.300000");
  EXPECT_EQ(read.row->texts, (Texts{"person", "o1"}));
  EXPECT_EQ(read.row->received_on, kReceived);
}

TEST(CaseDocument, WithoutVersionHasThatOfTheHeader) {
  Record from = record(R"({"case_id":"c1","server_date_modified":null})");
  EXPECT_EQ(time_text(Read(Kind::kCase, from).row->version), "none");
  from.envelope.server_modified_on = "2026-03-02T09:41:07.300000Z";
  EXPECT_EQ(time_text(Read(Kind::kCase, from).row->version), "2026-03-02 09:41:07.300000");
  from.envelope.server_modified_on = "yesterday";
  EXPECT_EQ(refusal(Kind::kCase, from), "invalid_timestamp at header server-modified-on");
}

TEST(CaseDocument, HasItsOwnVersionWhateverTheHeaderSays) {
  Record from = record(kCase);
  from.envelope.server_modified_on = "yesterday";
  EXPECT_EQ(time_text(Read(Kind::kCase, from).row->version), "2026-03-02 09:41:07.300000");
}

TEST(CaseDocument, IsReceivedWhenTheHeaderSays) {
  Record from = record(kCase);
  from.envelope.received_on = "2026-03-01T00:00:00Z";
  EXPECT_EQ(time_text(Read(Kind::kCase, from).row->received_on), "2026-03-01 00:00:00.000000");
}

TEST(CouchDocument, IsUnderstoodAsItsKind) {
  const Read of_form(Kind::kForm, R"({"_id":"f1","doc_type":"XFormArchived","domain":"demo","form":{"@xmlns":"x"},)"
                                  R"("external_blobs":{}})");
  EXPECT_EQ(of_form.row.value().id, "f1");
  const Read of_case(Kind::kCase, R"({"_id":"c1","doc_type":"CommCareCase","type":"person","owner_id":"o1",)"
                                  R"("server_modified_on":"2014-02-04T06:25:23Z","username":"a property"})");
  EXPECT_EQ(of_case.row.value().id, "c1");
  EXPECT_EQ(of_case.row->texts, (Texts{"person", "o1"}));
  EXPECT_EQ(time_text(of_case.row->version), "2014-02-04 06:25:23.000000");
  const Read of_user(Kind::kUser, R"({"_id":"u1","doc_type":"CommCareUser","username":"n","location_id":"l"})");
  EXPECT_EQ(of_user.row.value().id, "u1");
  const Read of_location(Kind::kLocation, R"({"_id":"l1","doc_type":"Location","name":"Rampur"})");
  EXPECT_EQ(of_location.row.value().id, "l1");
}

TEST(CouchDocument, OfAnyStateIsAForm) {
  for (const std::string state : {"XFormInstance", "XFormArchived", "XFormDeprecated", "XFormDuplicate", "XFormError",
                                  "SubmissionErrorLog", "HQSubmission", "XFormInstance-Deleted", "SomethingNew"}) {
    EXPECT_EQ(refusal(Kind::kForm, R"({"_id":"x","doc_type":")" + state + R"(","form":{}})"), "row") << state;
  }
}

TEST(CouchDocument, PrefersTheIdOfItsKind) {
  EXPECT_EQ(Read(Kind::kForm, R"({"_id":"couch","id":"own","form":{}})").row.value().id, "own");
  EXPECT_EQ(Read(Kind::kForm, R"({"_id":"couch","id":null,"form":{}})").row.value().id, "couch");
  EXPECT_EQ(refusal(Kind::kForm, R"({"_id":"","form":{}})"), "invalid_id at $._id");
}

TEST(UserDocument, HasItsColumns) {
  const Read read(Kind::kUser, kUser);
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->id, "u1");
  EXPECT_EQ(read.row->domain, "demo");
  EXPECT_EQ(read.row->version, std::nullopt);
  EXPECT_EQ(read.row->texts, Texts{"chw_017@demo.commcarehq.org"});
}

TEST(LocationDocument, HasItsColumns) {
  const Read read(Kind::kLocation, kLocation);
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->id, "l1");
  EXPECT_EQ(time_text(read.row->version), "2026-03-02 09:41:07.300000");
  EXPECT_EQ(read.row->texts, (Texts{"village", "rampur"}));
}

TEST(DataSourceDocument, IsNamedBySourceAndDocumentTogether) {
  const Read read(Kind::kDataSource, kDataSource);
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->ids, (std::vector<std::string_view>{"s1", "d1"}));
  EXPECT_EQ(read.row->id, "s1/d1");
  EXPECT_EQ(read.row->version, std::nullopt);
  EXPECT_TRUE(read.row->texts.empty());
}

TEST(DataSourceDocument, ThatIsGoneIsARowToo) {
  EXPECT_EQ(refusal(Kind::kDataSource, R"({"data_source_id":"s1","doc_id":"d1","data":[]})"), "row");
}

TEST(DataSourceDocument, NeverSharesItsNameWithAnother) {
  EXPECT_EQ(refusal(Kind::kDataSource, R"({"data_source_id":"s1/a","doc_id":"b","data":[]})"),
            "invalid_id at $.data_source_id");
  EXPECT_EQ(Read(Kind::kDataSource, R"({"data_source_id":"s1","doc_id":"a/b","data":[]})").row.value().id, "s1/a/b");
}

TEST(FormStub, NamesTheFormToFetch) {
  Record from = record(kStub);
  from.envelope.received_on = "not a time";
  const Read read(Kind::kFormStub, from);
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->id, "f1");
  EXPECT_EQ(read.row->domain, "demo");
  EXPECT_EQ(time_text(read.row->received_on), "2026-03-02 09:41:07.118204");
  EXPECT_EQ(refusal(Kind::kFormStub, R"({"form_id":"f1","received_on":"0000-01-01T00:00:00Z"})"),
            "invalid_timestamp at $.received_on");
}

TEST(AppChange, IsABareId) {
  const std::string id = "02bf50ab803a89ea4963799362874f0c";
  for (const std::string& body : {id, id + "\n", " \t" + id + "\r\n "}) {
    const Read read(Kind::kAppChange, body);
    EXPECT_EQ(read.row.value().id, id);
    EXPECT_EQ(read.row->received_on, kReceived);
  }
}

TEST(AppChange, IsRefusedWhenItIsNot) {
  EXPECT_EQ(refusal(Kind::kAppChange, ""), "missing_id at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, " \n"), "missing_id at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, kForm), "wrong_kind at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, "<data/>"), "wrong_kind at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, std::string(10'000, 'a')), "invalid_id at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, "02bf50ab803a89ea4963799362874f0"), "invalid_id at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, std::string("02bf50ab803a89ea4963799362874f0\0", 32)), "invalid_id at the body");
  EXPECT_EQ(refusal(Kind::kAppChange, record("02bf50ab803a89ea4963799362874f0c", "")), "missing_domain at $.domain");
}

const std::string kFormXml = R"(<?xml version='1.0' ?><data xmlns="http://x/1" name="Visit"><age>31</age>)"
                             R"(<meta xmlns="http://openrosa.org/jr/xforms"><instanceID>f1</instanceID></meta></data>)";
const std::string kCaseXml = R"(<case case_id="c1" date_modified="2026-03-02T09:40:55.201000Z" )"
                             R"(xmlns="http://commcarehq.org/case/transaction/v2">)"
                             R"(<create><case_type>person</case_type><owner_id>o1</owner_id></create></case>)";

Record xml_record(const std::string& body) {
  Record made = record(body);
  made.envelope.content_type = "text/xml";
  return made;
}

TEST(XmlDocument, OfAFormIsARowWithoutVersion) {
  Record from = xml_record(kFormXml);
  from.envelope.app_id = "a1";
  from.envelope.received_on = "2026-03-02T09:41:07.118204Z";
  const Read read(Kind::kForm, from);
  ASSERT_TRUE(read.row) << read.row.error().detail;
  EXPECT_EQ(read.row->id, "f1");
  EXPECT_EQ(read.row->domain, "demo");
  EXPECT_EQ(read.row->version, std::nullopt);
  EXPECT_EQ(read.row->texts, (Texts{"http://x/1", "a1"}));
  EXPECT_EQ(time_text(read.row->received_on), "2026-03-02 09:41:07.118204");
  EXPECT_TRUE(read.row->json.starts_with(R"({"id":"f1","form":{"#type":"data","@name":"Visit")")) << read.row->json;
}

TEST(XmlDocument, OfACaseHasTheVersionOfTheHeader) {
  Record from = xml_record(kCaseXml);
  from.envelope.server_modified_on = "2026-03-02T09:41:07.300000Z";
  const Read read(Kind::kCase, from);
  ASSERT_TRUE(read.row) << read.row.error().detail;
  EXPECT_EQ(read.row->id, "c1");
  EXPECT_EQ(time_text(read.row->version), "2026-03-02 09:41:07.300000");
  EXPECT_EQ(read.row->texts, (Texts{"person", "o1"}));
  from.envelope.server_modified_on = "soon";
  EXPECT_EQ(refusal(Kind::kCase, from), "invalid_timestamp at header server-modified-on");
}

TEST(XmlDocument, HasTheDigestOfItsBytes) {
  EXPECT_EQ(Read(Kind::kForm, xml_record(kFormXml)).row.value().digest, digest128(kFormXml));
  const std::string spaced = kFormXml + "\n";
  EXPECT_NE(Read(Kind::kForm, xml_record(spaced)).row.value().digest, digest128(kFormXml));
}

TEST(XmlDocument, IsToldFromJsonByItsContentWhateverItsTypeSays) {
  Record as_json = record(kFormXml);
  as_json.envelope.content_type = "application/json";
  EXPECT_EQ(refusal(Kind::kForm, as_json), "row");
  EXPECT_EQ(refusal(Kind::kForm, xml_record(kForm)), "row");
  EXPECT_TRUE(refusal(Kind::kForm, xml_record("no document")).starts_with("not_xml at "));
  EXPECT_TRUE(refusal(Kind::kForm, record("no document")).starts_with("not_json at "));
}

TEST(XmlDocument, IsAFormOrACaseAndNothingElse) {
  for (const Kind kind : {Kind::kCase, Kind::kUser, Kind::kLocation, Kind::kDataSource, Kind::kFormStub}) {
    EXPECT_TRUE(refusal(kind, xml_record(kFormXml)).starts_with("wrong_kind at ")) << to_string(kind);
  }
  for (const Kind kind : {Kind::kForm, Kind::kUser, Kind::kLocation, Kind::kDataSource, Kind::kFormStub}) {
    EXPECT_TRUE(refusal(kind, xml_record(kCaseXml)).starts_with("wrong_kind at ")) << to_string(kind);
  }
}

TEST(XmlDocument, WithoutDomainIsRefusedAndKnown) {
  Record from = xml_record(kFormXml);
  from.envelope.domain.clear();
  const Read read(Kind::kForm, from);
  EXPECT_EQ(refusal(Kind::kForm, from), "missing_domain at $.domain");
  EXPECT_EQ(read.row.error().document_id, "f1");
}

TEST(DocumentKind, OfAnotherRepeaterIsShownByItsPlace) {
  const std::vector<std::pair<Kind, std::string>> documents{{Kind::kForm, kForm},
                                                            {Kind::kCase, kCase},
                                                            {Kind::kUser, kUser},
                                                            {Kind::kLocation, kLocation},
                                                            {Kind::kDataSource, kDataSource},
                                                            {Kind::kFormStub, kStub}};
  const std::vector<std::string> places{"form", "case_id", "username", "doc_type", "data_source_id", "form_id"};
  for (const auto& [kind, own] : documents) {
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const auto& [other, body] = documents[i];
      EXPECT_EQ(refusal(kind, body), other == kind ? "row" : "wrong_kind at $." + places[i])
          << to_string(kind) << " " << to_string(other);
    }
  }
}

TEST(DocumentKind, OfNobodyIsShownByWhatIsMissing) {
  const std::vector<std::pair<Kind, std::string>> marks{{Kind::kForm, "form"},
                                                        {Kind::kCase, "case_id"},
                                                        {Kind::kUser, "username"},
                                                        {Kind::kLocation, "location_id"},
                                                        {Kind::kDataSource, "data_source_id"},
                                                        {Kind::kFormStub, "form_id"}};
  for (const auto& [kind, mark] : marks) {
    EXPECT_EQ(refusal(kind, R"({"id":"x","domain":"demo","name":"n"})"), "wrong_kind at $." + mark);
    EXPECT_EQ(refusal(kind, "[]"), "wrong_kind at $");
  }
  EXPECT_EQ(refusal(Kind::kForm, R"({"_id":"x","doc_type":"XFormInstance"})"), "wrong_kind at $.form");
  EXPECT_EQ(refusal(Kind::kCase, R"({"_id":"x","doc_type":"XFormInstance","form":{}})"), "wrong_kind at $.doc_type");
  EXPECT_EQ(refusal(Kind::kForm, R"({"_id":"x","doc_type":"CommCareCase-Deleted"})"), "wrong_kind at $.doc_type");
  EXPECT_EQ(refusal(Kind::kDataSource, R"({"data_source_id":"s","doc_id":"d","data":{}})"), "wrong_kind at $.data");
}

class DamagedDocument : public testing::TestWithParam<std::pair<Kind, const std::string*>> {};

TEST_P(DamagedDocument, HasTheSameOutcomeWhateverItsKind) {
  using namespace std::string_view_literals;
  const auto& [kind, good] = GetParam();
  const auto reason = [of = kind](const std::string& body) {
    const std::string text = refusal(of, body);
    return text.substr(0, text.find(' '));
  };
  const auto with = [body = *good](const std::string& members) {
    return body.substr(0, body.size() - 1) + "," + members + "}";
  };
  EXPECT_EQ(reason(""), "not_json");
  EXPECT_EQ(reason(good->substr(0, good->size() - 1)), "not_json");
  EXPECT_EQ(reason(std::string("\x7F\x45LF\0\1\2\xFF"sv)), "not_json");
  EXPECT_EQ(reason(*good + std::string(1, '\0')), "not_json");
  EXPECT_EQ(reason(with("\"x\":\"\xC3\"")), "not_json");
  EXPECT_EQ(reason(with(R"("x":{"a":1,"a":1})")), "duplicate_key");
  EXPECT_EQ(reason(with(R"("x":18446744073709551616)")), "number_range");
  EXPECT_EQ(reason(with("\"x\":" + std::string(300, '[') + std::string(300, ']'))), "too_deep");
  EXPECT_EQ(reason("[" + *good + "]"), "wrong_kind");
  EXPECT_EQ(reason(with(R"("x":"\u0000")")), "row") << "NUL is a character of JSON, and stays in the document";
}

INSTANTIATE_TEST_SUITE_P(Kinds, DamagedDocument,
                         testing::Values(std::pair{Kind::kForm, &kForm}, std::pair{Kind::kCase, &kCase},
                                         std::pair{Kind::kUser, &kUser}, std::pair{Kind::kLocation, &kLocation},
                                         std::pair{Kind::kDataSource, &kDataSource},
                                         std::pair{Kind::kFormStub, &kStub}));

/// A document of a kind with one of its ids replaced.
struct BadId {
  Kind kind;
  std::string before;
  std::string after;
  std::string place;
};

class IdOfKind : public testing::TestWithParam<BadId> {};

TEST_P(IdOfKind, IsATextOfBoundedSize) {
  const auto with = [](const std::string& id) { return GetParam().before + id + GetParam().after; };
  const auto text = [](std::size_t size) { return '"' + std::string(size, 'x') + '"'; };
  EXPECT_EQ(refusal(GetParam().kind, with(text(255))), "row");
  for (const std::string& id : {text(256), text(10'000), std::string(R"("")"), std::string(R"("a\u0000")"),
                                std::string(R"("a\nb")"), std::string("7"), std::string("{}")}) {
    EXPECT_EQ(refusal(GetParam().kind, with(id)), "invalid_id at " + GetParam().place) << id.substr(0, 10);
  }
  EXPECT_EQ(refusal(GetParam().kind, with("null")), "missing_id at " + GetParam().place);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, IdOfKind,
    testing::Values(BadId{Kind::kForm, R"({"form":{},"id":)", "}", "$.id"},
                    BadId{Kind::kCase, R"({"doc_type":"CommCareCase","case_id":)", "}", "$.case_id"},
                    BadId{Kind::kUser, R"({"username":"n","id":)", "}", "$.id"},
                    BadId{Kind::kLocation, R"({"site_code":"s","location_id":)", "}", "$.location_id"},
                    BadId{Kind::kDataSource, R"({"data_source_id":"s","data":[],"doc_id":)", "}", "$.doc_id"}));

/// A document of a kind with a time of its own.
struct OwnTime {
  Kind kind;
  std::string before;
  std::string place;
};

class TimeOfKind : public testing::TestWithParam<OwnTime> {};

TEST_P(TimeOfKind, LiesInTheYears1To9999) {
  const auto with = [](const std::string& time) { return GetParam().before + time + "}"; };
  EXPECT_EQ(refusal(GetParam().kind, with("null")), "row");
  EXPECT_EQ(refusal(GetParam().kind, with(R"("0001-01-01T00:00:00Z")")), "row");
  EXPECT_EQ(refusal(GetParam().kind, with(R"("9999-12-31T23:59:59.999999Z")")), "row");
  for (const std::string time : {R"("0000-12-31T23:59:59Z")", R"("292277-01-09T04:00:54Z")", R"("soon")", "5", R"("")",
                                 R"("2026-02-30T00:00:00Z")"}) {
    EXPECT_EQ(refusal(GetParam().kind, with(time)), "invalid_timestamp at " + GetParam().place) << time;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, TimeOfKind,
    testing::Values(OwnTime{Kind::kForm, R"({"id":"x","form":{},"server_modified_on":)", "$.server_modified_on"},
                    OwnTime{Kind::kForm, R"({"id":"x","form":{},"received_on":)", "$.received_on"},
                    OwnTime{Kind::kCase, R"({"case_id":"x","server_date_modified":)", "$.server_date_modified"},
                    OwnTime{Kind::kCase, R"({"case_id":"x","server_modified_on":)", "$.server_modified_on"},
                    OwnTime{Kind::kLocation, R"({"location_id":"x","last_modified":)", "$.last_modified"},
                    OwnTime{Kind::kFormStub, R"({"form_id":"x","received_on":)", "$.received_on"}));

TEST(DocumentKind, RefusesDomainsAsForForms) {
  EXPECT_EQ(refusal(Kind::kDataSource, record(kDataSource, "")), "missing_domain at $.domain");
  EXPECT_EQ(refusal(Kind::kCase, record(kCase, "other")), "domain_mismatch at $.domain");
  EXPECT_EQ(refusal(Kind::kUser, R"({"id":"u1","username":"n","domain":5})"), "invalid_id at $.domain");
}

TEST(DocumentKind, TellsWhatItKnowsOfARefusedDocument) {
  const Read late(Kind::kLocation, R"({"location_id":"l1","last_modified":5})");
  EXPECT_EQ(late.row.error().document_id, "l1");
  EXPECT_EQ(late.row.error().domain, "demo");
  EXPECT_EQ(Read(Kind::kDataSource, record(kDataSource, "")).row.error().document_id, "s1/d1");
}

TEST(DocumentLine, OfEveryKindHasTheColumnsOfItsTable) {
  for (const auto& [kind, body] : std::vector<std::pair<Kind, std::string>>{{Kind::kForm, kForm},
                                                                            {Kind::kCase, kCase},
                                                                            {Kind::kUser, kUser},
                                                                            {Kind::kLocation, kLocation},
                                                                            {Kind::kDataSource, kDataSource}}) {
    const Read read(kind, body);
    ASSERT_TRUE(read.row);
    std::string line;
    append_document_line(kind, *read.row, Position(42), line);
    const auto rows = read_csv(line);
    ASSERT_EQ(rows.size(), 1U);
    std::vector<std::string> names;
    for (const Column& column : table_of(kind, TableName("t")).columns) {
      if (TableDefinition::in_file(column.type)) {
        names.push_back(column.name);
      }
    }
    ASSERT_EQ(rows[0].size(), names.size()) << to_string(kind);
    EXPECT_EQ(rows[0][0], "demo");
    EXPECT_EQ(rows[0][1], read.row->ids[0]);
    EXPECT_EQ(rows[0][names.size() - 2], body);
    EXPECT_EQ(rows[0].back(), "42");
    const auto receipt = std::find(names.begin(), names.end(), "received_on") - names.begin();
    EXPECT_EQ(rows[0][static_cast<std::size_t>(receipt)], "2026-03-02 09:41:07.118204");
  }
}

}  // namespace
}  // namespace firn
