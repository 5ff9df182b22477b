#pragma once

#include <openssl/bio.h>

#include <cstddef>
#include <memory>
#include <string>

namespace firn {

/// What OpenSSL writes into, and what was written.
using MemoryBio = std::unique_ptr<BIO, decltype(&BIO_free)>;

inline MemoryBio new_memory_bio() { return {BIO_new(BIO_s_mem()), &BIO_free}; }

inline std::string content(const MemoryBio& bio) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace firn
