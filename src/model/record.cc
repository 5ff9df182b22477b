#include "model/record.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "model/position.h"

namespace firn {
namespace {

// The value of "replaces" when there is none: positions are below 2^63.
constexpr std::uint64_t kNoPosition = ~0ULL;
// Stands in its place when an envelope has more than the first release wrote: the position and the additions follow.
constexpr std::uint64_t kMoreFollows = kNoPosition - 1;

bool has_more(const Envelope& envelope) { return !envelope.server_modified_on.empty(); }

}  // namespace

std::size_t encoded_size(const Record& record) {
  const Envelope& e = record.envelope;
  const std::size_t more =
      has_more(e) ? sizeof(std::uint64_t) + sizeof(std::uint32_t) + e.server_modified_on.size() : 0;
  return 2 * sizeof(std::uint64_t) + more + 5 * sizeof(std::uint32_t) + e.domain.size() + e.app_id.size() +
         e.received_on.size() + e.content_type.size() + record.body.size();
}

void encode_record(const Record& record, std::string& out) {
  const Envelope& e = record.envelope;
  put_u64(out, static_cast<std::uint64_t>(to_micros(e.received_at)));
  if (has_more(e)) {
    put_u64(out, kMoreFollows);
  }
  put_u64(out, e.replaces ? e.replaces->value() : kNoPosition);
  if (has_more(e)) {
    put_text(out, e.server_modified_on);
  }
  put_text(out, e.domain);
  put_text(out, e.app_id);
  put_text(out, e.received_on);
  put_text(out, e.content_type);
  put_text(out, record.body);
}

Result<Record> decode_record(ByteReader& in) {
  const auto received_at = in.u64();
  auto replaces = in.u64();
  std::optional<std::string_view> modified_on;
  if (replaces == kMoreFollows) {
    replaces = in.u64();
    modified_on = in.text();
  }
  const auto domain = in.text();
  const auto app_id = in.text();
  const auto received_on = in.text();
  const auto content_type = in.text();
  const auto body = in.text();
  if (!body) {
    return fail(Error{ErrorKind::kDamaged, "decode", "record", "it ends too early", ""});
  }
  Record record;
  record.envelope.received_at = timestamp_from_micros(static_cast<std::int64_t>(*received_at));
  if (*replaces != kNoPosition) {
    record.envelope.replaces = Position(*replaces);
  }
  record.envelope.domain = *domain;
  record.envelope.app_id = *app_id;
  record.envelope.received_on = *received_on;
  record.envelope.server_modified_on = modified_on.value_or("");
  record.envelope.content_type = *content_type;
  record.body = *body;
  return record;
}

}  // namespace firn
