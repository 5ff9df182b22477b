#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace firn {

/// Unpacks gzip (RFC 1952) as its bytes come; several members one after the other are one content. Holds 40 kB, and
/// never more than 16 kB of what it has unpacked. Threads: one at a time.
class GzipReader {
 public:
  /// Takes a part of the content; false ends the unpacking.
  using Take = std::function<bool(std::string_view)>;
  enum class Outcome {
    kGood,     ///< so far
    kStopped,  ///< `take` returned false
    kDamaged,  ///< not gzip, a wrong checksum, or bytes without content beyond reason
  };

  GzipReader();
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// Unpacks the next bytes. Not to be called again after another outcome than kGood.
  Outcome put(std::string_view packed, const Take& take);
  /// True when what came so far ends with a whole member.
  [[nodiscard]] bool complete() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace firn
