// How fast XML becomes JSON, as a part of pack_bench.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "pack/xml_document.h"

namespace firn {
namespace {

constexpr std::size_t kXmlDocuments = 5000;

class XmlMaker {
 public:
  /// A form of about 4 KB as a phone writes it.
  std::string form() {
    std::string xml =
        fmt::format(R"(<?xml version='1.0' ?><data xmlns:jrm="http://dev.commcarehq.org/jr/xforms" )"
                    R"(xmlns="http://openrosa.org/formdesigner/{}" uiVersion="1" version="41" name="Home visit">)",
                    hex(32));
    for (int group = 0; group < 5; ++group) {
      xml += fmt::format("<group_{}>", group);
      for (int question = 0; question < 12; ++question) {
        xml += fmt::format("<question_{0}>{1}</question_{0}>", question, answer());
      }
      xml += fmt::format("</group_{}>", group);
    }
    for (int member = 0; member < 3; ++member) {
      xml += fmt::format("<members><name>{}</name><age>{}</age></members>", answer(), below(90));
    }
    xml += fmt::format(
        R"(<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="{0}" user_id="{1}" )"
        R"(date_modified="2026-03-02T15:10:55.201+05:30"><n0:update><n0:last_visit>2026-03-02</n0:last_visit>)"
        R"(</n0:update></n0:case><n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>cc_{0}</n1:deviceID>)"
        R"(<n1:timeStart>2026-03-02T15:02:10.000+05:30</n1:timeStart><n1:username>chw_017</n1:username>)"
        R"(<n1:userID>{1}</n1:userID><n1:instanceID>{2}</n1:instanceID><n2:appVersion )"
        R"(xmlns:n2="http://commcarehq.org/xforms">CommCare Android, version "2.55.1"(470123).</n2:appVersion>)"
        R"(</n1:meta></data>)",
        hex(32), hex(32), hex(32));
    return xml;
  }

  std::string of_case() {
    std::string xml =
        fmt::format(R"(<case case_id="{}" date_modified="2026-03-02T09:40:55.201000Z" user_id="{}" )"
                    R"(xmlns="http://commcarehq.org/case/transaction/v2"><create><case_type>person</case_type>)"
                    R"(<case_name>{}</case_name></create><update>)",
                    hex(32), hex(32), answer());
    for (int property = 0; property < 60; ++property) {
      xml += fmt::format("<a_property_{0}>{1}</a_property_{0}>", property, answer());
    }
    return xml + R"(</update><index><parent case_type="household">ab12</parent></index></case>)";
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::string hex(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
      text += "0123456789abcdef"[below(16)];
    }
    return text;
  }
  std::string answer() {
    static const std::vector<std::string> words = {"yes",    "no",    "fever",      "cough", "visit",   "household",
                                                   "mother", "child", "2026-03-02", "12.5",  "refused", "village"};
    std::string text = words[below(words.size())];
    for (std::uint64_t i = below(5); i > 0; --i) {
      text += " " + words[below(words.size())];
    }
    return text;
  }
  std::mt19937_64 random_{7};
};

void convert_xml(benchmark::State& state, Kind kind) {
  XmlMaker maker;
  std::vector<std::string> documents;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kXmlDocuments; ++i) {
    documents.push_back(kind == Kind::kForm ? maker.form() : maker.of_case());
    bytes += documents.back().size();
  }
  XmlReader reader;
  for (const auto& round : state) {
    (void)round;
    for (const std::string& document : documents) {
      const auto json = reader.to_json(document, "text/xml", kind);
      FIRN_CHECK(json.has_value(), "the document is good");
      benchmark::DoNotOptimize(json->data());
    }
  }
  const std::int64_t rounds = state.iterations();
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(kXmlDocuments));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
  state.SetLabel(fmt::format("{} bytes each", bytes / kXmlDocuments));
}

BENCHMARK_CAPTURE(convert_xml, form, Kind::kForm)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(convert_xml, case, Kind::kCase)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace firn
