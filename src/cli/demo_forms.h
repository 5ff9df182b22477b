#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace firn {

/// What is wrong with a damaged document.
enum class DemoDamage { kNone, kCutShort, kKeyTwice, kWithoutId, kOtherDomain, kNoDate };
inline constexpr DemoDamage kDemoDamages[] = {DemoDamage::kCutShort, DemoDamage::kKeyTwice, DemoDamage::kWithoutId,
                                              DemoDamage::kOtherDomain, DemoDamage::kNoDate};
/// The reason that quarantine must give for it, e.g. "not_json"; empty for kNone.
std::string expected_reason(DemoDamage damage);

/// One sending of one form.
struct DemoDelivery {
  std::uint64_t number = 0;  ///< names the form
  unsigned edit = 0;         ///< 0: as first submitted; 1: after it was changed in HQ
  bool again = false;        ///< the same version was sent before
  DemoDamage damage = DemoDamage::kNone;
};

/// The project space that the forms belong to.
inline constexpr const char* kDemoDomain = "demo-health";

/// The moment the forms were received in HQ, as its `received-on` header has it.
std::string demo_received_on(std::uint64_t number);
/// HQ's `app_id` parameter.
std::string demo_app_id(std::uint64_t number);
/// The body of a delivery in the shape in which HQ forwards forms: about 4.3 KB, several sorts of forms, repeats,
/// several scripts. The same delivery always gives the same bytes.
std::string demo_body(const DemoDelivery& delivery);

/// What comes out when everything is right.
struct DemoExpectation {
  std::uint64_t forms = 0;
  std::uint64_t accepted = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t edits = 0;
  std::uint64_t quarantined = 0;
  [[nodiscard]] std::uint64_t rows() const { return forms + edits; }
};

/// Deliveries in the order of sending, with what they must lead to: every form once, each tenth twice, each twentieth
/// edited, and one damaged document for each two hundred forms, at least one of each sort.
struct DemoPlan {
  std::vector<DemoDelivery> deliveries;
  DemoExpectation expected;
};
DemoPlan make_demo_plan(std::uint64_t forms);

}  // namespace firn
