#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "model/position.h"

namespace firn {

/// What is known of a document besides its bytes.
struct Envelope {
  Timestamp received_at;             ///< when intake took it
  std::string domain;                ///< from the request's path; empty when the path named none
  std::string app_id;                ///< HQ's `app_id` parameter; may be empty
  std::string received_on;           ///< HQ's `received-on` header as sent; may be empty
  std::string server_modified_on;    ///< HQ's `server-modified-on` header as sent; may be empty
  std::string content_type;          ///< as sent; may be empty
  std::optional<Position> replaces;  ///< for a record sent again from quarantine: the place it takes
};

/// One received document.
struct Record {
  Envelope envelope;
  std::string body;  ///< the bytes as they came; any bytes at all
};

/// Positions whose records were damaged and have been given up by `firn journal salvage`.
struct LostRange {
  Position last;
  std::string where;  ///< for people: where the damage was and where its bytes are kept
};

/// A record with the place the journal gave it.
struct StoredRecord {
  Position position;
  Record record;
  /// When set there is no record: those from `position` to `lost->last`, both included, are lost.
  std::optional<LostRange> lost = std::nullopt;
};

/// Bytes that encode_record() will append for this record.
std::size_t encoded_size(const Record& record);

/// Appends the record in the form that journals keep (docs/formats/journal.md).
void encode_record(const Record& record, std::string& out);

/// Takes one record off the front of `in`; kDamaged when the bytes are not what encode_record() makes.
Result<Record> decode_record(ByteReader& in);

}  // namespace firn
