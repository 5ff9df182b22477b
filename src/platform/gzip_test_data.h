#pragma once

// For the tests of packed bodies: zlib's own packing.

#include <zlib.h>

#include <string>

namespace firn {

/// `content` as one gzip member.
inline std::string gzip(const std::string& content) {
  z_stream z{};
  deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&z, content.size()) + 64, '\0');
  std::string source = content;
  z.next_in = reinterpret_cast<Bytef*>(source.data());
  z.avail_in = static_cast<uInt>(source.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  deflate(&z, Z_FINISH);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

}  // namespace firn
