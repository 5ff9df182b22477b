#include "stage/s3/s3_xml.h"

#include <expat.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace firn {
namespace {

constexpr std::size_t kLargest = 4U << 20U;
constexpr std::size_t kDeepest = 16;

using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)>;

struct Reading {
  XML_Parser parser;
  std::string place{};
  std::size_t depth = 0;
  std::string text{};
  bool is_leaf = false;
  S3Texts texts{};

  void stop() { XML_StopParser(parser, XML_FALSE); }
};

Reading& reading_of(void* data) { return *static_cast<Reading*>(data); }

void on_start(void* data, const XML_Char* name, const XML_Char** /*attributes*/) {
  Reading& reading = reading_of(data);
  if (++reading.depth > kDeepest) {
    return reading.stop();
  }
  const std::string_view whole(name);
  const std::size_t space = whole.rfind('\n');
  reading.place += reading.place.empty() ? "" : "/";
  reading.place += space == std::string_view::npos ? whole : whole.substr(space + 1);
  reading.text.clear();
  reading.is_leaf = true;
}

void on_end(void* data, const XML_Char* /*name*/) {
  Reading& reading = reading_of(data);
  if (reading.is_leaf) {
    reading.texts.emplace_back(reading.place, std::move(reading.text));
  }
  reading.text.clear();
  reading.is_leaf = false;
  --reading.depth;
  const std::size_t slash = reading.place.rfind('/');
  reading.place.resize(slash == std::string::npos ? 0 : slash);
}

void on_text(void* data, const XML_Char* text, int size) {
  reading_of(data).text.append(text, static_cast<std::size_t>(size));
}

void on_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*open*/,
                int /*has_subset*/) {
  reading_of(data).stop();
}

}  // namespace

std::optional<S3Texts> read_s3_xml(std::string_view xml) {
  if (xml.size() > kLargest) {
    return std::nullopt;
  }
  const Parser parser(XML_ParserCreateNS(nullptr, '\n'), &XML_ParserFree);
  FIRN_CHECK(parser != nullptr, "there is memory");
  Reading reading{parser.get()};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto status = XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
  return status == XML_STATUS_OK ? std::optional(std::move(reading.texts)) : std::nullopt;
}

std::string_view text_at(const S3Texts& texts, std::string_view place) {
  for (const auto& [name, text] : texts) {
    if (name == place) {
      return text;
    }
  }
  return {};
}

void append_xml_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace firn
