#include "pack/document_reader.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/table.h"
#include "pack/json_fault.h"
#include "tests/support/csv_reader.h"

namespace firn {
namespace {

const Timestamp kReceived = timestamp_from_micros(1'772'444'467'118'204);

Record record(const std::string& body, const std::string& domain = "") {
  Record made;
  made.envelope.received_at = kReceived;
  made.envelope.domain = domain;
  made.body = body;
  return made;
}

/// A form with `members` as its last ones.
std::string form(const std::string& members = "") {
  return R"({"id":"f1","domain":"demo","form":{"@xmlns":"http://x/1","age":"31"})" +
         (members.empty() ? "" : "," + members) + "}";
}

/// The row of one document; keeps its reader, so that the views live.
struct Read {
  explicit Read(const Record& from) : record(from), row(reader.read(record)) {}
  explicit Read(const std::string& body) : Read(firn::record(body)) {}
  DocumentReader reader{Kind::kForm};
  Record record;
  std::expected<DocumentRow, Rejection> row;
};

/// `reason at place`, or "row".
std::string refusal(const Record& from) {
  const Read read(from);
  return read.row ? "row" : std::string(to_string(read.row.error().reason)) + " at " + read.row.error().detail;
}
std::string refusal(const std::string& body) { return refusal(record(body)); }

TEST(DocumentReader, TakesTheColumnsFromTheBody) {
  const Read read(form(R"("app_id":"a1","received_on":"2026-03-02T09:41:07.118204Z",)"
                       R"("server_modified_on":"2026-03-04T06:12:44.900113Z")"));
  ASSERT_TRUE(read.row);
  EXPECT_EQ(read.row->id, "f1");
  EXPECT_EQ(read.row->domain, "demo");
  EXPECT_EQ(read.row->texts.at(0), "http://x/1");
  EXPECT_EQ(read.row->texts.at(1), "a1");
  EXPECT_EQ(format_timestamp(read.row->received_on), "2026-03-02 09:41:07.118204");
  EXPECT_EQ(format_timestamp(*read.row->version), "2026-03-04 06:12:44.900113");
}

TEST(DocumentReader, TakesFromTheEnvelopeWhatTheBodyLacks) {
  Record from = record(R"({"id":"f1","domain":null,"app_id":null,"form":{}})", "demo");
  from.envelope.app_id = "a2";
  from.envelope.received_on = "2026-03-01T00:00:00Z";
  const Read read(from);
  EXPECT_EQ(read.row->domain, "demo");
  EXPECT_EQ(read.row->texts.at(1), "a2");
  EXPECT_EQ(format_timestamp(read.row->received_on), "2026-03-01 00:00:00.000000");
  EXPECT_EQ(read.row->version, std::nullopt);
  EXPECT_EQ(read.row->texts.at(0), std::nullopt);
}

TEST(DocumentReader, TakesTheTimeOfReceiptLast) { EXPECT_EQ(Read(form()).row->received_on, kReceived); }

TEST(DocumentReader, LetsTheBodyWinOverTheEnvelope) {
  Record from = record(form(R"("app_id":"a1","received_on":"2026-03-02T09:41:07Z")"), "demo");
  from.envelope.app_id = "a2";
  from.envelope.received_on = "not a time";
  const Read read(from);
  EXPECT_EQ(read.row->texts.at(1), "a1");
  EXPECT_EQ(format_timestamp(read.row->received_on), "2026-03-02 09:41:07.000000");
}

TEST(DocumentReader, HasNoValueForWhatAColumnCannotHold) {
  Record from = record(R"({"id":"f1","domain":"d","app_id":7,"form":{"@xmlns":"a\u0000b"}})");
  from.envelope.app_id = "\xFF";
  const Read read(from);
  EXPECT_EQ(read.row->texts.at(1), std::nullopt);
  EXPECT_EQ(read.row->texts.at(0), std::nullopt);
}

TEST(DocumentReader, DropsAByteOrderMark) {
  const Read read("\xEF\xBB\xBF" + form());
  EXPECT_EQ(read.row->json, form());
}

TEST(DocumentReader, RefusesWhatIsNotJson) {
  EXPECT_EQ(refusal("{\"id\":\n \"f1\" \"x\"}"),
            "not_json at line 2, column 7: a comma or the end of the list must stand here");
  EXPECT_EQ(refusal(""), "not_json at line 1, column 1: it ends too early");
  EXPECT_EQ(refusal("{\"a\":\"\xFF\"}"), "not_json at line 1, column 7: not UTF-8");
  EXPECT_EQ(refusal(R"({"a":"\ud800"})"), "not_json at line 1, column 7: an escape that is no character");
  EXPECT_EQ(refusal(form() + std::string(1, '\0')), "not_json at line 1, column 70: more follows after the document");
}

TEST(DocumentReader, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t levels) {
    return form(R"("deep":)" + std::string(levels, '[') + std::string(levels, ']'));
  };
  EXPECT_EQ(refusal(nested(255)), "row");
  EXPECT_EQ(refusal(nested(256)).substr(0, 25), "too_deep at $.deep[0][0][");
  EXPECT_EQ(refusal(nested(300)), "too_deep at line 1, column 332: nested deeper than 256");
}

TEST(DocumentReader, RefusesAKeyThatComesTwice) {
  EXPECT_EQ(refusal(form(R"("id":"f2")")), "duplicate_key at $.id");
  EXPECT_EQ(refusal(form(R"("m":[{"a":1},{"age":1,"b":2,"age":1}])")), "duplicate_key at $.m[1].age");
  EXPECT_EQ(refusal(form(R"("m":{"age":1,"\u0061ge":2})")), "duplicate_key at $.m.age");
  EXPECT_EQ(refusal(form(R"("m":[{"a":1},{"a":1}],"n":{"a":{"a":1}})")), "row");
}

TEST(DocumentReader, FindsOneKeyThatComesTwiceAmongThousands) {
  std::string members = R"("k0":0)";
  for (int i = 1; i < 3000; ++i) {
    members += ",\"k" + std::to_string(i) + "\":{\"k\":" + std::to_string(i) + "}";
  }
  EXPECT_EQ(refusal(form(members)), "row");
  EXPECT_EQ(refusal(form(members + R"(,"k1234":0)")), "duplicate_key at $.k1234");
}

TEST(DocumentReader, NeverShowsAKeyThatCannotBeShown) {
  EXPECT_EQ(refusal(form(R"("a\n":{"x":1,"x":1})")), "duplicate_key at $.?.x");
}

TEST(DocumentReader, RefusesNumbersThatNobodyCanHold) {
  EXPECT_EQ(refusal(form(R"("n":18446744073709551616)")),
            "number_range at line 1, column 74: a number that does not fit 64 bits");
  EXPECT_EQ(refusal(form(R"("n":1e400)")), "number_range at line 1, column 74: a number that does not fit 64 bits");
}

TEST(DocumentReader, RefusesWhatIsNotAForm) {
  EXPECT_EQ(refusal("[" + form() + "]"), "wrong_kind at $");
  EXPECT_EQ(refusal("5"), "wrong_kind at $");
  EXPECT_EQ(refusal(R"({"id":"x","domain":"d"})"), "wrong_kind at $.form");
  EXPECT_EQ(refusal(R"({"id":"x","domain":"d","form":"text"})"), "wrong_kind at $.form");
}

TEST(DocumentReader, RefusesAFormWithoutId) {
  EXPECT_EQ(refusal(R"({"id":null,"domain":"d","form":{}})"), "missing_id at $.id");
}

TEST(DocumentReader, RefusesIdsThatAreNone) {
  const auto with_id = [](const std::string& id) { return R"({"id":)" + id + R"(,"domain":"d","form":{}})"; };
  EXPECT_EQ(refusal(with_id('"' + std::string(255, 'x') + '"')), "row");
  for (const std::string& id : {std::string(R"("")"), '"' + std::string(256, 'x') + '"', std::string(R"("a\u0000")"),
                                std::string(R"("a\n")"), std::string("7")}) {
    EXPECT_EQ(refusal(with_id(id)), "invalid_id at $.id");
  }
}

TEST(DocumentReader, RefusesAFormWithoutGoodDomain) {
  EXPECT_EQ(refusal(R"({"id":"x","form":{}})"), "missing_domain at $.domain");
  EXPECT_EQ(refusal(R"({"id":"x","domain":"","form":{}})"), "missing_domain at $.domain");
  EXPECT_EQ(refusal(R"({"id":"x","domain":5,"form":{}})"), "invalid_id at $.domain");
  EXPECT_EQ(refusal(record(R"({"id":"x","form":{}})", "a\n")), "invalid_id at the domain in the request's path");
  EXPECT_EQ(refusal(record(form(), "other")), "domain_mismatch at $.domain");
}

TEST(DocumentReader, RefusesTimesThatAreNone) {
  EXPECT_EQ(refusal(form(R"("received_on":"yesterday")")), "invalid_timestamp at $.received_on");
  EXPECT_EQ(refusal(form(R"("received_on":5)")), "invalid_timestamp at $.received_on");
  EXPECT_EQ(refusal(form(R"("server_modified_on":"0000-01-01T00:00:00Z")")),
            "invalid_timestamp at $.server_modified_on");
  Record from = record(form());
  from.envelope.received_on = "soon";
  EXPECT_EQ(refusal(from), "invalid_timestamp at header received-on");
}

TEST(DocumentReader, TellsWhatItKnowsOfARefusedForm) {
  const Read damaged(record("{", "demo"));
  EXPECT_EQ(damaged.row.error().domain, "demo");
  const Read late(form(R"("received_on":5)"));
  EXPECT_EQ(late.row.error().domain, "demo");
  EXPECT_EQ(late.row.error().document_id, "f1");
}

TEST(DocumentReader, GoesOnAfterAHugeForm) {
  DocumentReader reader{Kind::kForm};
  const Record huge = record(form(R"("notes":")" + std::string(3'000'000, 'x') + '"'));
  EXPECT_EQ(reader.read(huge)->json.size(), huge.body.size());
  const Record small = record(form());
  EXPECT_EQ(reader.read(small)->json, form());
}

Digest128 digest(const std::string& body) { return Read(body).row.value().digest; }

TEST(DocumentDigest, LeavesOutWhatChangesAtEachSending) {
  const Digest128 plain = digest(form(R"("attachments":{"form.xml":{"length":1},"p.jpg":{}})"));
  const std::string attachments = R"("attachments":{"form.xml":{"url":"http://a","length":1},"p.jpg":{"url":"b"}})";
  EXPECT_EQ(digest(form(attachments)), plain);
  EXPECT_EQ(digest(form(R"("indexed_on":"2026-03-04T06:12:51Z",)" + attachments)), plain);
  EXPECT_EQ(digest(form(attachments + R"(,"indexed_on":"x\"y")")), plain);
  EXPECT_EQ(digest("{\"indexed_on\" : [1,{}] ," + form(attachments).substr(1)), plain);
}

TEST(DocumentDigest, DependsOnEverythingElse) {
  const Digest128 plain = digest(form());
  EXPECT_NE(digest(form(R"("url":"a")")), plain);
  EXPECT_NE(digest(form(R"("m":{"indexed_on":"a"})")), digest(form(R"("m":{"indexed_on":"b"})")));
  EXPECT_NE(digest(form(R"("m":{"a":{"url":"a"}})")), digest(form(R"("m":{"a":{"url":"b"}})")));
  EXPECT_NE(digest(form(R"("attachments":[{"url":"a"}])")), digest(form(R"("attachments":[{"url":"b"}])")));
}

TEST(DocumentLine, HasTheColumnsOfTheTable) {
  const Read read(form());
  std::string line;
  append_document_line(Kind::kForm, *read.row, Position(42), line);
  const auto rows = read_csv(line);
  ASSERT_EQ(rows.size(), 1U);
  const auto columns = table_of(Kind::kForm, TableName("forms")).columns;
  const auto in_file =
      std::count_if(columns.begin(), columns.end(), [](const Column& c) { return TableDefinition::in_file(c.type); });
  ASSERT_EQ(rows[0].size(), static_cast<std::size_t>(in_file));
  const CsvFields expected{"demo", "f1", "2026-03-02 09:41:07.118204", std::nullopt, "http://x/1", std::nullopt,
                           form(), "42"};
  EXPECT_EQ(rows[0], expected);
}

/// The parts of a JSON value; spaces may stand between any two.
class Tokens {
 public:
  std::vector<std::string> make() {
    add_value(0);
    return std::move(tokens_);
  }

 private:
  void add_value(int depth) {
    switch (*rc::gen::inRange(0, depth < 4 ? 5 : 3)) {
      case 0:
        tokens_.push_back(*rc::gen::element<std::string>("0", "-1", "1.50", "1E+2", "0.10000000000000000555", "true",
                                                         "false", "null", "18446744073709551615", "-0.0"));
        return;
      case 1:
      case 2:
        tokens_.push_back(text());
        return;
      case 3:
        return add_list(depth, "[", "]", false);
      default:
        return add_list(depth, "{", "}", true);
    }
  }

  void add_list(int depth, const char* open, const char* close, bool keys) {
    tokens_.emplace_back(open);
    const int size = *rc::gen::inRange(0, 4);
    for (int i = 0; i < size; ++i) {
      if (i > 0) {
        tokens_.emplace_back(",");
      }
      if (keys) {
        tokens_.push_back("\"" + std::to_string(i) + text().substr(1));
        tokens_.emplace_back(":");
      }
      add_value(depth + 1);
    }
    tokens_.emplace_back(close);
  }

  static std::string text() {
    std::string made = "\"";
    const int size = *rc::gen::inRange(0, 6);
    for (int i = 0; i < size; ++i) {
      made += *rc::gen::element<std::string>("a", " ", "\\\"", "\\\\", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "{",
                                             "]", ",", ":", "url");
    }
    return made + "\"";
  }

  std::vector<std::string> tokens_;
};

std::string join_with_spaces(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    text += *rc::gen::element<std::string>("", " ", "\n", "\t\r\n") + token;
  }
  return text;
}

std::string join_plainly(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) {
    text += token;
  }
  return text;
}

TEST(DocumentReader, KeepsEveryTextAndNumberAsItCame) {
  EXPECT_TRUE(rc::check([] {
    const auto tokens = Tokens().make();
    const Read spaced(form("\"v\": " + join_with_spaces(tokens) + " "));
    RC_ASSERT(spaced.row.has_value());
    RC_ASSERT(spaced.row->json == form("\"v\":" + join_plainly(tokens)));
    RC_ASSERT(spaced.row->digest == digest(form("\"v\":" + join_plainly(tokens))));
  }));
}

TEST(DocumentReader, AgreesWithTheSlowCheckerOnDamagedForms) {
  EXPECT_TRUE(rc::check([] {
    std::string body = form("\"v\":" + join_plainly(Tokens().make()));
    const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
    body[at] = *rc::gen::elementOf(std::string("{}[]:,\"\\ 01eE.-tfnu\x01\xC3\xA9", 22));
    const Read read(body);
    const bool well_formed = read.row || (read.row.error().reason != QuarantineReason::kNotJson &&
                                          read.row.error().reason != QuarantineReason::kNumberRange);
    RC_ASSERT(well_formed == !find_json_fault(body).has_value());
  }));
}

}  // namespace
}  // namespace firn
