#include "cli/demo_documents.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "cli/demo_forms.h"
#include "model/table.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kXml = "text/xml";
/// As XML writes them.
constexpr std::array<std::string_view, 5> kNames{"Asha Devi", "महिमा शर्मा", "Mary O&apos;Brien", "Zoë Mbeki",
                                                 "ሀና ተስፋዬ"};
constexpr std::array<std::string_view, 5> kVillages{"Rampur", "बड़ागाँव", "Thiès", "Bo", "San Mateo"};
constexpr std::array<DemoSort, 7> kSorts{{{"forms_xml", Kind::kForm, "XML"},
                                          {"cases", Kind::kCase, "JSON, XML"},
                                          {"users", Kind::kUser, "JSON"},
                                          {"locations", Kind::kLocation, "JSON"},
                                          {"data_sources", Kind::kDataSource, "JSON"},
                                          {"form_stubs", Kind::kFormStub, "JSON"},
                                          {"app_changes", Kind::kAppChange, "an id"}}};

std::string hex32(std::string_view sort, std::uint64_t number) {
  return to_hex(digest128(fmt::format("{} {}", sort, number)).view());
}
std::string uuid(std::string_view sort, std::uint64_t number) {
  const std::string hex = hex32(sort, number);
  return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                     hex.substr(20));
}
template <std::size_t kSize>
std::string_view pick(const std::array<std::string_view, kSize>& from, std::uint64_t number) {
  return from[number % kSize];
}

/// As a phone sent it: HQ forwards the stored XML unchanged.
DemoDocument form_xml(std::uint64_t number) {
  const std::string at = demo_received_on(number);
  std::string members;
  for (std::uint64_t i = 0; i < number % 3; ++i) {
    members +=
        fmt::format("<members><name>{}</name><age>{}</age></members>", pick(kNames, number + i), 4 + number % 60);
  }
  return {"forms_xml",
          std::string(kXml),
          {{"received-on", at}},
          fmt::format(
              "<?xml version='1.0' ?>\n"
              R"(<data xmlns:jrm="http://dev.commcarehq.org/jr/xforms" )"
              R"(xmlns="http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA" )"
              R"(uiVersion="1" version="41" name="Home visit"><visit_date>{0}</visit_date><village>{1}</village>{2})"
              R"(<n0:case xmlns:n0="http://commcarehq.org/case/transaction/v2" case_id="{3}" date_modified="{4}" )"
              R"(user_id="{5}"><n0:update><n0:last_visit>{0}</n0:last_visit></n0:update></n0:case>)"
              R"(<n1:meta xmlns:n1="http://openrosa.org/jr/xforms"><n1:deviceID>commcare_7d1f</n1:deviceID>)"
              "<n1:timeStart>{4}</n1:timeStart><n1:timeEnd>{4}</n1:timeEnd><n1:username>chw_017</n1:username>"
              "<n1:userID>{5}</n1:userID><n1:instanceID>{6}</n1:instanceID></n1:meta></data>\n",
              at.substr(0, 10), pick(kVillages, number), members, uuid("case", number), at, hex32("user", number % 40),
              uuid("form", number))};
}

DemoDocument case_xml(std::uint64_t number) {
  const std::string at = demo_received_on(number);
  return {"cases",
          std::string(kXml),
          {{"server-modified-on", at}},
          fmt::format(R"(<case case_id="{}" date_modified="{}" user_id="{}" )"
                      R"(xmlns="http://commcarehq.org/case/transaction/v2">)"
                      "<create><case_type>person</case_type><case_name>{}</case_name><owner_id>{}</owner_id></create>"
                      R"(<update><last_visit>{}</last_visit></update>)"
                      R"(<index><parent case_type="household">{}</parent></index></case>)",
                      uuid("case", number), at, hex32("user", number % 40), pick(kNames, number),
                      hex32("owner", number % 7), at.substr(0, 10), uuid("household", number / 4))};
}

DemoDocument case_json(std::uint64_t number) {
  const std::string at = demo_received_on(number);
  const json::object properties{
      {"case_name", pick(kVillages, number)},   {"case_type", "household"},
      {"owner_id", hex32("owner", number % 7)}, {"external_id", nullptr},
      {"date_opened", demo_received_on(0)},     {"water_source", number % 2 == 0 ? "hand_pump" : "open_well"}};
  const json::object document{{"domain", kDemoDomain},
                              {"case_id", uuid("case", number)},
                              {"user_id", hex32("user", number % 40)},
                              {"closed", number % 9 == 0},
                              {"date_closed", number % 9 == 0 ? json::value(at) : json::value(nullptr)},
                              {"date_modified", at},
                              {"server_date_modified", at},
                              {"xform_ids", json::array{uuid("form", number)}},
                              {"indices", json::object{}},
                              {"attachments", json::object{}},
                              {"properties", properties}};
  return {"cases", std::string(kJson), {{"server-modified-on", at}}, json::serialize(document)};
}

DemoDocument user(std::uint64_t number) {
  const json::object document{{"id", hex32("user", number)},
                              {"username", fmt::format("chw_{:03}@{}.commcarehq.org", number, kDemoDomain)},
                              {"first_name", pick(kVillages, number)},
                              {"last_name", ""},
                              {"default_phone_number", ""},
                              {"email", ""},
                              {"groups", json::array{}},
                              {"phone_numbers", json::array{}},
                              {"user_data", json::object{{"commcare_project", kDemoDomain}, {"level", "1"}}},
                              {"resource_uri", ""}};
  return {"users", std::string(kJson), {}, json::serialize(document)};
}

DemoDocument location(std::uint64_t number) {
  const std::string id = hex32("location", number);
  const json::object document{{"_id", id},
                              {"doc_type", "Location"},
                              {"domain", kDemoDomain},
                              {"location_id", id},
                              {"name", fmt::format("{} {}", pick(kVillages, number), number)},
                              {"site_code", fmt::format("village_{}", number)},
                              {"external_id", nullptr},
                              {"is_archived", false},
                              {"last_modified", demo_received_on(number)},
                              {"latitude", nullptr},
                              {"longitude", nullptr},
                              {"metadata", json::object{}},
                              {"location_type", "Village"},
                              {"location_type_code", "village"},
                              {"lineage", json::array{hex32("location", 1000000)}},
                              {"parent_location_id", hex32("location", 1000000)}};
  return {"locations", std::string(kJson), {}, json::serialize(document)};
}

DemoDocument data_source(std::uint64_t number) {
  const std::string id = uuid("form", number);
  const json::object row{{"doc_id", id}, {"inserted_at", demo_received_on(number)}, {"visits", number % 12}};
  const json::object document{{"data_source_id", hex32("data_source", 1)}, {"doc_id", id}, {"data", json::array{row}}};
  return {"data_sources", std::string(kJson), {}, json::serialize(document)};
}

DemoDocument form_stub(std::uint64_t number) {
  const std::string at = demo_received_on(number);
  const json::object document{
      {"form_id", uuid("form", number)}, {"received_on", at}, {"case_ids", json::array{uuid("case", number)}}};
  return {"form_stubs", std::string(kJson), {{"received-on", at}}, json::serialize(document)};
}

DemoDocument app_change(std::uint64_t number) { return {"app_changes", std::string(kXml), {}, hex32("app", number)}; }

}  // namespace

std::span<const DemoSort> demo_sorts() { return kSorts; }

std::vector<DemoDocument> demo_documents(std::uint64_t count) {
  std::vector<DemoDocument> documents;
  documents.reserve(count * kSorts.size());
  for (std::uint64_t number = 0; number < count; ++number) {
    documents.push_back(form_xml(number));
    documents.push_back(number % 2 == 0 ? case_json(number) : case_xml(number));
    documents.push_back(user(number));
    documents.push_back(location(number));
    documents.push_back(data_source(number));
    documents.push_back(form_stub(number));
    documents.push_back(app_change(number));
  }
  return documents;
}

}  // namespace firn
