#include "pack/csv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {
namespace {

// Whole blocks are stored even when only their front counts, so the target needs this much room behind the end.
constexpr std::size_t kBlock = 16;

/// Copies the text and doubles its quotes; returns the end of what counts. The target has room for twice the text and
/// a block.
char* copy_doubling_quotes(const char* from, const char* end, char* to) {
#if defined(__SSE2__)
  const __m128i quotes = _mm_set1_epi8('"');
  while (static_cast<std::size_t>(end - from) >= kBlock) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, quotes)));
    if (found == 0) {
      from += kBlock;
      to += kBlock;
      continue;
    }
    const int past = __builtin_ctz(found) + 1;
    from += past;
    to += past;
    *to++ = '"';
  }
#endif
  for (; from != end; ++from) {
    *to++ = *from;
    if (*from == '"') {
      *to++ = '"';
    }
  }
  return to;
}

void put_digits(char* to, unsigned value, std::size_t count) {
  for (std::size_t i = count; i > 0; --i) {
    to[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

void append_csv_text(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + 2 * text.size() + 2 + kBlock, [&](char* buffer, std::size_t /*size*/) {
    char* to = buffer + before;
    *to++ = '"';
    to = copy_doubling_quotes(text.data(), text.data() + text.size(), to);
    *to++ = '"';
    return static_cast<std::size_t>(to - buffer);
  });
}

void append_csv_timestamp(std::string& out, Timestamp t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Duration> time(t - day);
  std::array<char, 26> text{};
  std::memcpy(text.data(), "0000-00-00 00:00:00.000000", text.size());
  put_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], static_cast<unsigned>(time.hours().count()), 2);
  put_digits(&text[14], static_cast<unsigned>(time.minutes().count()), 2);
  put_digits(&text[17], static_cast<unsigned>(time.seconds().count()), 2);
  put_digits(&text[20], static_cast<unsigned>(time.subseconds().count()), 6);
  out.append(text.data(), text.size());
}

void append_csv_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}

}  // namespace firn
