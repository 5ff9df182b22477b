// What the look at a body costs, with and without filters; the figures of docs/decisions/0010-filters.md
// (cmake --build --preset release --target document_peek_bench).

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "intake/document_filter.h"
#include "intake/document_peek.h"
#include "model/filter.h"
#include "model/record.h"
#include "model/table.h"

namespace firn {
namespace {

constexpr int kGroups = 6;
constexpr int kQuestions = 14;

std::string answer(int question) {
  return std::string("an answer of some words").substr(0, 6 + static_cast<std::size_t>(question));
}

/// 4.3 KB in the shape in which HQ forwards forms, with spaces as Python writes them.
std::string json_form() {
  std::string text =
      R"({"id": "7b6cf1de-0a51-4c3e-8b7b-5ad4a4e0c111", "domain": "demo-health", "version": "41", "archived": false, )"
      R"("app_id": "02bf50ab803a89ea4963799362874f0c", "received_on": "2026-03-02T09:41:07.118204Z", )"
      R"("form": {"#type": "data", "@name": "Home visit", "@uiVersion": "1", "@version": "41", )"
      R"("@xmlns": "http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA")";
  for (int group = 0; group < kGroups; ++group) {
    text += fmt::format(R"(, "group_{}": {{"#type": "group")", group);
    for (int question = 0; question < kQuestions; ++question) {
      text += fmt::format(R"(, "question_{}_{}": "{}")", group, question, answer(question));
    }
    text += "}";
  }
  return text +
         R"(, "meta": {"instanceID": "7b6cf1de", "username": "chw_017", "userID": "9c2e51f0a8b74a2b8f5a0c7f6d1e2b3c"}})"
         R"(, "metadata": {"userID": "9c2e51f0a8b74a2b8f5a0c7f6d1e2b3c", "username": "chw_017"}, "attachments": {)"
         R"("form.xml": {"content_type": "text/xml", "length": 1874, "url": "https://www.commcarehq.org/form.xml"}}})";
}

/// The same size in XML.
std::string xml_form() {
  std::string text =
      "<?xml version='1.0' ?><data xmlns:jrm=\"http://dev.commcarehq.org/jr/xforms\" "
      "xmlns=\"http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA\" uiVersion=\"1\" version=\"41\">";
  for (int group = 0; group < kGroups; ++group) {
    text += fmt::format("<group_{}>", group);
    for (int question = 0; question < kQuestions; ++question) {
      text += fmt::format("<question_{0}>{1}</question_{0}>", question, answer(question));
    }
    text += fmt::format("</group_{}>", group);
  }
  return text +
         "<n1:meta xmlns:n1=\"http://openrosa.org/jr/xforms\"><n1:username>chw_017</n1:username>"
         "<n1:userID>9c2e51f0a8b74a2b8f5a0c7f6d1e2b3c</n1:userID>"
         "<n1:instanceID>7b6cf1de-0a51-4c3e-8b7b-5ad4a4e0c111</n1:instanceID></n1:meta></data>";
}

FilterRule rule(FilterField field, bool only, std::vector<std::string> values) {
  return {"rule", field, only, std::move(values)};
}

DocumentFilter no_filter() { return DocumentFilter(Kind::kForm); }
DocumentFilter standard_filter() {
  return {Kind::kForm, {rule(FilterField::kXmlns, false, {std::string(kDeviceLogXmlns)})}};
}
DocumentFilter every_list() {
  return {Kind::kForm,
          {rule(FilterField::kDomain, true, {"demo-health"}), rule(FilterField::kXmlns, false, {"http://other"}),
           rule(FilterField::kAppId, false, {"other"}), rule(FilterField::kUser, false, {"other"})}};
}
DocumentFilter that_drops() { return {Kind::kForm, {rule(FilterField::kXmlns, true, {"http://other"})}}; }

void look(benchmark::State& state, std::string body, const DocumentFilter& filter, bool drops) {
  Envelope envelope;
  envelope.domain = "demo-health";
  body.reserve(body.size() + 64);
  for (auto _ : state) {
    const DocumentPeek peek = peek_document(body, filter.order());
    const bool dropped = filter.drops(peek, envelope, body).has_value();
    FIRN_CHECK(dropped == drops && !peek.id.empty(), "the filter does what is measured");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

BENCHMARK_CAPTURE(look, json_without_filter, json_form(), no_filter(), false);
BENCHMARK_CAPTURE(look, json_with_the_standard_filter, json_form(), standard_filter(), false);
BENCHMARK_CAPTURE(look, json_with_every_list, json_form(), every_list(), false);
BENCHMARK_CAPTURE(look, json_that_is_dropped, json_form(), that_drops(), true);
BENCHMARK_CAPTURE(look, xml_without_filter, xml_form(), no_filter(), false);
BENCHMARK_CAPTURE(look, xml_with_the_standard_filter, xml_form(), standard_filter(), false);
BENCHMARK_CAPTURE(look, xml_with_every_list, xml_form(), every_list(), false);
BENCHMARK_CAPTURE(look, xml_that_is_dropped, xml_form(), that_drops(), true);

}  // namespace
}  // namespace firn

BENCHMARK_MAIN();
