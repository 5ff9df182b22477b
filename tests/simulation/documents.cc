#include "tests/simulation/documents.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>

namespace firn {
namespace {

constexpr std::uint64_t kDamagedEvery = 12;
constexpr std::uint64_t kPoisonEvery = 25;
constexpr std::uint64_t kVersionlessEvery = 4;

bool is_poison(const Documents::Delivery& delivery) { return delivery.id.starts_with(kPoison); }

bool is_versionless(const Documents::Delivery& delivery) { return delivery.id.starts_with(kVersionless); }

std::string version_time(std::uint64_t version) {
  return fmt::format("2026-03-02T09:41:{:02}.{:06}Z", version % 60, version);
}

std::string version_column(std::uint64_t version) {
  return fmt::format("2026-03-02 09:41:{:02}.{:06}", version % 60, version);
}

}  // namespace

Documents::Row Documents::row_of(const Delivery& delivery) { return {delivery.id, version_column(delivery.version)}; }

Documents::Delivery Documents::form(const std::string& id, std::uint64_t version) {
  Delivery delivery;
  delivery.id = id;
  delivery.version = version;
  delivery.body =
      fmt::format(R"({{"id":"{}","domain":"demo",{}"form":{{"@xmlns":"x","note":"say ""hi"", {} \n{}"}}}})", id,
                  is_versionless(delivery) ? "" : fmt::format(R"("server_modified_on":"{}",)", version_time(version)),
                  version, std::string(chance_.below(40), 'n'));
  // JSON doubles no quotes: write them as it does.
  for (auto at = delivery.body.find("\"\"hi\"\""); at != std::string::npos; at = delivery.body.find("\"\"hi\"\"")) {
    delivery.body.replace(at, 6, "\\\"hi\\\"");
  }
  const auto [known, is_new] = bodies_.try_emplace(row_of(delivery), delivery.body);
  if (!is_new) {
    delivery.body = known->second;
  }
  return delivery;
}

Documents::Delivery Documents::next() {
  if (chance_.below(kDamagedEvery) == 0) {
    Delivery damaged;
    damaged.number = next_number_++;
    damaged.body = fmt::format(R"({{"id":"damaged-{}","form":{{)", damaged.number);
    return damaged;
  }
  if (chance_.below(kPoisonEvery) == 0) {
    // Some come twice.
    return form(fmt::format("{}{}", kPoison, chance_.coin() ? next_number_++ : chance_.below(next_number_)), 1);
  }
  if (ids_.empty() || chance_.below(3) != 0) {
    const bool versionless = chance_.below(kVersionlessEvery) == 0;
    const std::string id = fmt::format("{}{}", versionless ? kVersionless : "form-", next_number_++);
    ids_.push_back(id);
    newest_[id] = 1;
    return form(id, 1);
  }
  const std::string& id = ids_[chance_.below(ids_.size())];
  if (chance_.coin()) {
    return form(id, ++newest_[id]);
  }
  return form(id, 1 + chance_.below(newest_[id]));
}

void Documents::attempted(const Delivery& delivery) {
  if (is_versionless(delivery)) {
    versionless_.attempted(delivery.id, delivery.body);
  } else if (!delivery.id.empty() && !is_poison(delivery)) {
    attempted_rows_.insert(row_of(delivery));
  }
}

void Documents::acknowledged(const Delivery& delivery, Position position) {
  if (delivery.id.empty()) {
    damaged_positions_.insert(position);
  } else if (is_poison(delivery)) {
    acknowledged_poison_.insert(delivery.id);
  } else if (is_versionless(delivery)) {
    versionless_.acknowledged(delivery.id, delivery.body, position);
  } else {
    acknowledged_rows_.insert(row_of(delivery));
  }
}

}  // namespace firn
