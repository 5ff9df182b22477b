#include "stage/object_metadata.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"

namespace firn {
namespace {

namespace json = boost::json;

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
}

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  boost::system::error_code failed;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(failed);
  return value == nullptr || failed ? std::nullopt : std::optional(number);
}

std::optional<Sha256> digest_of(const json::object& object, std::string_view name) {
  const auto text = text_of(object, name);
  const auto bytes = text ? from_hex(*text) : std::nullopt;
  Sha256 digest{};
  if (!bytes || bytes->size() != digest.size()) {
    return std::nullopt;
  }
  std::ranges::transform(*bytes, digest.begin(), [](char c) { return static_cast<unsigned char>(c); });
  return digest;
}

}  // namespace

std::string encode_metadata(const ObjectMetadata& metadata) {
  json::object object{{"rows", metadata.rows},
                      {"first", metadata.range.first.value()},
                      {"last", metadata.range.last.value()},
                      {"content_sha256", to_hex(metadata.content_digest)},
                      {"file_sha256", to_hex(metadata.file_digest)},
                      {"bytes", metadata.bytes},
                      {"definition", metadata.definition}};
  if (metadata.replaces) {
    object["replaces"] = metadata.replaces->str();
  }
  return json::serialize(object) + "\n";
}

Result<ObjectMetadata> decode_metadata(std::string_view text) {
  const Error damaged{ErrorKind::kDamaged, "read", "object metadata", "a field is missing or wrong", {}};
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  const json::object* object = failed ? nullptr : value.if_object();
  if (object == nullptr) {
    return fail(damaged);
  }
  const auto rows = number_of(*object, "rows");
  const auto first = number_of(*object, "first");
  const auto last = number_of(*object, "last");
  const auto bytes = number_of(*object, "bytes");
  const auto content = digest_of(*object, "content_sha256");
  const auto file = digest_of(*object, "file_sha256");
  const auto definition = text_of(*object, "definition");
  if (!rows || !first || !last || !bytes || !content || !file || !definition) {
    return fail(damaged);
  }
  ObjectMetadata metadata{*rows, {Position(*first), Position(*last)}, *content, *file, *bytes, *definition, {}};
  if (const auto replaces = text_of(*object, "replaces")) {
    metadata.replaces = ObjectKey(*replaces);
  }
  return metadata;
}

Result<PutOutcome> compare_objects(const ObjectKey& key, const Result<StagedObject>& there,
                                   const ObjectMetadata& wanted) {
  if (!there && there.error().kind != ErrorKind::kDamaged) {
    return fail(Error(there.error()));
  }
  if (there && there->metadata.content_digest == wanted.content_digest) {
    return PutOutcome::kAlreadyThere;
  }
  std::string reason = there ? fmt::format("an object of this name holds other content: SHA-256 {}, not {}",
                                           to_hex(there->metadata.content_digest), to_hex(wanted.content_digest))
                             : "an object of this name is not one of Firn's: " + there.error().reason;
  return fail(Error{ErrorKind::kConflict, "stage", key.str(), std::move(reason), {}});
}

}  // namespace firn
