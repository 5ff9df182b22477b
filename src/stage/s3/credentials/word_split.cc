#include "stage/s3/credentials/word_split.h"

#include <cstddef>
#include <string>
#include <utility>

namespace firn {

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool has_next = i + 1 < text.size();
    const bool escapes =
        c == '\\' && has_next && (quote == '\0' || (quote == '"' && (text[i + 1] == '"' || text[i + 1] == '\\')));
    if (escapes) {
      word += text[++i];
      in_word = true;
    } else if (quote != '\0') {
      c == quote ? void(quote = '\0') : word.push_back(c);
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t') {
      if (std::exchange(in_word, false)) {
        words.push_back(std::exchange(word, {}));
      }
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) {
    words.push_back(std::move(word));
  }
  return quote == '\0' ? std::optional(std::move(words)) : std::nullopt;
}

}  // namespace firn
