#include "cli/demo_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 24> kPeople{
    "Asha Devi",    "Ravi Kumar",    "महिमा शर्मा",   "सुनीता यादव",     "Fatima Noor",   "سلمى أحمد",
    "Zoë Mbeki",    "Thandiwe Zulu", "Abebe Bekele", "ሀና ተስፋዬ",        "Joseph Okello", "Grace \"Nan\" Achieng",
    "Mary O'Brien", "José Álvarez",  "Luis Peña",    "Nguyễn Thị Hoa", "Marie Dupré",   "Aïcha Traoré",
    "Sunita Rao",   "Mohan Das",     "Blessing Eze", "Chidi Okafor",   "Ama Mensah",    "Kwame Boateng"};
constexpr std::array<std::string_view, 10> kVillages{"Rampur", "Sitapur", "Kibera", "Awassa", "Nyagatare",
                                                     "Thiès",  "Mvolo",   "बड़ागाँव", "Bo",     "San Mateo"};
constexpr std::array<std::string_view, 8> kNotes{
    "Mother and child are well, next visit agreed.",
    "House was locked; neighbour says the family is back on Friday.",
    "माँ को आयरन की गोली दी गई, अगली जाँच सोमवार को।",
    "Referred to the health centre because of fever for three days.",
    "Counselled on breast-feeding, clean water and washing hands before cooking.",
    "Family asked for a mosquito net; none left at the post.",
    "Scale was repaired, weight measured twice.",
    "L'enfant a reçu tous ses vaccins ; carte mise à jour."};
constexpr std::array<std::string_view, 6> kSymptoms{"fever", "cough", "diarrhoea", "rash", "none", "vomiting"};

struct FormType {
  std::string_view name;
  std::string_view xmlns;
  std::string_view app_id;
  std::string_view case_type;
  std::string_view repeat;
  std::size_t typical_repeats;
};
constexpr std::array<FormType, 4> kTypes{{
    {"Home visit", "http://openrosa.org/formdesigner/5F1B0C62-7A0D-4E0B-9E58-2E7D90C1A9AA",
     "02bf50ab803a89ea4963799362874f0c", "household", "members", 10},
    {"Pregnancy follow-up", "http://openrosa.org/formdesigner/B1C7D6E4-0F3A-4C54-8D0B-6A5E0C9F1B23",
     "02bf50ab803a89ea4963799362874f0c", "pregnancy", "visits", 9},
    {"Child growth", "http://openrosa.org/formdesigner/0E9A33D1-4F67-4B1E-9C7C-1D2B7F80A4C5",
     "7c11de90aa5f4c2fb1d57b7c0a9e44d2", "child", "measurements", 11},
    {"Household registration", "http://openrosa.org/formdesigner/93C2A8B0-61DE-4C39-A5B4-F2E7C60D8E71",
     "7c11de90aa5f4c2fb1d57b7c0a9e44d2", "household", "members", 12},
}};

const FormType& type_of(std::uint64_t number) { return kTypes[number % kTypes.size()]; }

/// Chance that depends on the form only.
class Dice {
 public:
  explicit Dice(std::uint64_t number) : engine_(0x4669726eU + number * 0x9E3779B97F4A7C15ULL) {}
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  template <std::size_t kSize>
  std::string pick(const std::array<std::string_view, kSize>& from) {
    return std::string(from[below(kSize)]);
  }
  std::string hex32() { return fmt::format("{:016x}{:016x}", engine_(), engine_()); }
  std::string uuid() {
    const std::uint64_t high = engine_();
    const std::uint64_t low = engine_();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU, high & 0xFFFU,
                       0x8000U | ((low >> 48U) & 0x3FFFU), low & 0xFFFFFFFFFFFFULL);
  }

 private:
  std::mt19937_64 engine_;
};

/// 2026-03-02 06:00 UTC and then a form each few seconds.
Timestamp received_at(std::uint64_t number) {
  return timestamp_from_micros(1'772'431'200'000'000 + static_cast<std::int64_t>(number) * 3'118'204);
}

std::string iso(Timestamp t) { return format_iso8601(t); }

json::object repeat_entry(Dice& dice, const FormType& type, Timestamp at) {
  json::object entry{{"name", dice.pick(kPeople)},
                     {"age_in_years", std::to_string(dice.below(80))},
                     {"sex", dice.below(2) == 0 ? "female" : "male"},
                     {"symptoms", dice.pick(kSymptoms) + " " + dice.pick(kSymptoms)}};
  if (type.case_type == "child") {
    entry["weight_kg"] = fmt::format("{}.{}", 3 + dice.below(15), dice.below(10));
    entry["height_cm"] = std::to_string(48 + dice.below(60));
    entry["measured_on"] = iso(at).substr(0, 10);
  } else {
    entry["vaccinated"] = dice.below(3) == 0 ? "" : "yes";
    entry["relation_to_head"] = dice.below(2) == 0 ? "daughter" : "son";
  }
  return entry;
}

/// As HQ has it: nothing for no entry, an object for one, a list for several.
json::value repeats(Dice& dice, const FormType& type, Timestamp at) {
  json::array entries;
  for (std::size_t count = dice.below(2 * type.typical_repeats); count > 0; --count) {
    entries.push_back(repeat_entry(dice, type, at));
  }
  if (entries.empty()) {
    return "";
  }
  return entries.size() == 1 ? entries[0] : json::value(entries);
}

json::object case_block(Dice& dice, const FormType& type, const std::string& user, Timestamp at) {
  return {{"@case_id", dice.uuid()},
          {"@date_modified", iso(at)},
          {"@user_id", user},
          {"@xmlns", "http://commcarehq.org/case/transaction/v2"},
          {"update",
           {{"case_type", type.case_type},
            {"last_visit", iso(at).substr(0, 10)},
            {"next_visit", iso(at + std::chrono::hours(24 * 28)).substr(0, 10)},
            {"visits_so_far", std::to_string(dice.below(12))}}}};
}

/// The answers; `edit` changes one of them.
json::object questions(Dice& dice, const FormType& type, Timestamp at, unsigned edit) {
  json::object visit{
      {"visit_date", iso(at).substr(0, 10)},
      {"village", dice.pick(kVillages)},
      {"head_of_household", dice.pick(kPeople)},
      {"consent_given", "yes"},
      {"water_source", dice.below(2) == 0 ? "hand_pump" : "open_well"},
      {"distance_to_health_post_km", std::to_string(dice.below(30))},
      {"danger_signs", dice.pick(kSymptoms)},
      {"referred", dice.below(6) == 0 ? "yes" : "no"},
      {"location", fmt::format("{}.{:06} {}.{:06} {}.0 {}.5", dice.below(30), dice.below(1000000), 30 + dice.below(50),
                               dice.below(1000000), dice.below(900), dice.below(20))},
      {"remarks", dice.pick(kNotes) + " " + dice.pick(kNotes)}};
  if (edit > 0) {
    visit["remarks"] = fmt::format("Corrected by the supervisor ({}).", edit);
  }
  json::object screening;
  for (const char* question :
       {"persistent_cough", "night_sweats", "weight_loss", "swollen_feet", "blurred_vision", "slept_under_net",
        "took_iron_tablets", "has_health_card", "washes_hands_before_meals", "treats_drinking_water",
        "child_sleeps_with_mother", "fed_colostrum", "knows_danger_signs", "registered_for_benefits"}) {
    screening[question] = dice.below(4) == 0 ? "yes" : "no";
  }
  return {{"visit", visit}, {"screening", screening}, {type.repeat, repeats(dice, type, at)}};
}

json::object form_part(Dice& dice, const FormType& type, Timestamp received, unsigned edit, const std::string& id) {
  const Timestamp end = received - std::chrono::seconds(12 + dice.below(300));
  const Timestamp start = end - std::chrono::seconds(90 + dice.below(900));
  const std::string user = dice.hex32();
  json::object form{
      {"#type", "data"}, {"@name", type.name}, {"@uiVersion", "1"}, {"@version", "41"}, {"@xmlns", type.xmlns}};
  for (auto& [key, value] : questions(dice, type, end, edit)) {
    form[key] = value;
  }
  form["case"] = case_block(dice, type, user, end);
  form["meta"] =
      json::object{{"@xmlns", "http://openrosa.org/jr/xforms"},
                   {"instanceID", id},
                   {"deviceID", "commcare_" + user.substr(0, 8)},
                   {"timeStart", iso(start)},
                   {"timeEnd", iso(end)},
                   {"username", fmt::format("chw_{:03}", dice.below(400))},
                   {"userID", user},
                   {"appVersion", "CommCare Android, version \"2.55.1\"(483247). App v41. CommCare Version 2.55."},
                   {"commcare_version", "2.55.1"},
                   {"app_build_version", 41},
                   {"geo_point", nullptr}};
  return form;
}

json::object metadata_part(const json::object& meta) {
  json::object metadata{{"doc_type", "Metadata"}, {"deprecatedID", nullptr}, {"location", nullptr}};
  for (const char* key : {"instanceID", "userID", "username", "deviceID", "app_build_version", "commcare_version"}) {
    metadata[key] = meta.at(key);
  }
  for (const char* key : {"timeStart", "timeEnd"}) {
    const json::string& time = meta.at(key).as_string();
    metadata[key] = std::string_view(time.data(), time.size() - 1);  // HQ leaves the zone out here
  }
  return metadata;
}

json::object attachments(Dice& dice, const std::string& id) {
  const std::string base = fmt::format("https://www.commcarehq.org/a/{}/api/form/attachment/{}/", kDemoDomain, id);
  json::object files{
      {"form.xml", {{"content_type", "text/xml"}, {"length", 2000 + dice.below(6000)}, {"url", base + "form.xml"}}}};
  if (dice.below(4) == 0) {
    const std::string photo = fmt::format("{}.jpg", 1772444461123 + dice.below(1000000));
    files[photo] =
        json::object{{"content_type", "image/jpeg"}, {"length", 40000 + dice.below(90000)}, {"url", base + photo}};
  }
  return files;
}

json::object document(const DemoDelivery& delivery) {
  Dice dice(delivery.number);
  const FormType& type = type_of(delivery.number);
  const Timestamp received = received_at(delivery.number);
  const Timestamp modified = received + std::chrono::milliseconds(240) + delivery.edit * std::chrono::hours(27);
  const std::string id = dice.uuid();
  const json::object form = form_part(dice, type, received, delivery.edit, id);
  json::value edited_on = nullptr;
  if (delivery.edit > 0) {
    edited_on = iso(modified - std::chrono::milliseconds(30));
  }
  return {{"id", id},
          {"domain", delivery.damage == DemoDamage::kOtherDomain ? "another-project" : kDemoDomain},
          {"app_id", type.app_id},
          {"build_id", dice.hex32()},
          {"type", "data"},
          {"version", "41"},
          {"uiversion", "1"},
          {"submit_ip", "203.0.113.7"},
          {"received_on", delivery.damage == DemoDamage::kNoDate ? "the day before yesterday" : iso(received)},
          {"server_modified_on", iso(modified)},
          // HQ writes the moment of sending here.
          {"indexed_on", iso(modified + std::chrono::seconds(delivery.again ? 3600 : 4))},
          {"edited_on", edited_on},
          {"edited_by_user_id", nullptr},
          {"archived", false},
          {"problem", nullptr},
          {"initial_processing_complete", true},
          {"is_phone_submission", true},
          {"resource_uri", ""},
          {"form", form},
          {"metadata", metadata_part(form.at("meta").as_object())},
          {"attachments", attachments(dice, id)}};
}

void add_damaged(DemoPlan& plan, std::uint64_t forms) {
  const std::uint64_t count = std::max<std::uint64_t>(std::size(kDemoDamages), forms / 200);
  for (std::uint64_t i = 0; i < count; ++i) {
    // Of forms that are sent in no other way, so that nothing good depends on them.
    plan.deliveries.push_back({forms + i, 0, false, kDemoDamages[i % std::size(kDemoDamages)]});
  }
  plan.expected.quarantined = count;
}

}  // namespace

std::string expected_reason(DemoDamage damage) {
  switch (damage) {
    case DemoDamage::kNone:
      return "";
    case DemoDamage::kCutShort:
      return "not_json";
    case DemoDamage::kKeyTwice:
      return "duplicate_key";
    case DemoDamage::kWithoutId:
      return "missing_id";
    case DemoDamage::kOtherDomain:
      return "domain_mismatch";
    case DemoDamage::kNoDate:
      return "invalid_timestamp";
  }
  return "";
}

std::string demo_received_on(std::uint64_t number) { return iso(received_at(number)); }

std::string demo_app_id(std::uint64_t number) { return std::string(type_of(number).app_id); }

std::string demo_body(const DemoDelivery& delivery) {
  json::object whole = document(delivery);
  if (delivery.damage == DemoDamage::kWithoutId) {
    whole.erase("id");
  }
  std::string body = json::serialize(whole);
  if (delivery.damage == DemoDamage::kCutShort) {
    body.resize(body.size() * 2 / 3);
  } else if (delivery.damage == DemoDamage::kKeyTwice) {
    body.insert(body.size() - 1, R"(,"version":"42")");
  }
  return body;
}

DemoPlan make_demo_plan(std::uint64_t forms) {
  DemoPlan plan;
  for (std::uint64_t number = 0; number < forms; ++number) {
    plan.deliveries.push_back({number, 0, false, DemoDamage::kNone});
    if (number % 10 == 3) {
      plan.deliveries.push_back({number, 0, true, DemoDamage::kNone});
      ++plan.expected.duplicates;
    }
    if (number % 20 == 7) {
      plan.deliveries.push_back({number, 1, false, DemoDamage::kNone});
      ++plan.expected.edits;
    }
  }
  add_damaged(plan, forms);
  // Any order must give the same result; this one is the same each time.
  std::mt19937_64 engine(forms);
  for (std::size_t i = plan.deliveries.size(); i > 1; --i) {
    std::swap(plan.deliveries[i - 1], plan.deliveries[engine() % i]);
  }
  plan.expected.forms = forms;
  plan.expected.accepted = plan.deliveries.size();
  return plan;
}

}  // namespace firn
