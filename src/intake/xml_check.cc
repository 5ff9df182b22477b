#include "intake/xml_check.h"

#include <expat.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>

#include "intake/document_facts.h"
#include "intake/document_peek.h"
#include "intake/xml_encoding.h"
#include "intake/xml_facts.h"

namespace firn {
namespace {

constexpr std::size_t kDeepest = 256;
constexpr char kSeparator = '\n';  // cannot be in a name, nor in a namespace after normalisation

/// What the parser's callbacks work on.
struct Reading {
  XML_Parser parser;
  XmlFacts facts;
  bool refused = false;

  void refuse() {
    refused = true;
    XML_StopParser(parser, XML_FALSE);
  }
};

Reading& reading_of(void* data) { return *static_cast<Reading*>(data); }

void take_root(XmlFacts& facts, std::string_view space, const XML_Char** attributes) {
  facts.open_root(space);
  for (; attributes[0] != nullptr; attributes += 2) {
    if (FieldValue* wanted = facts.root_attribute(attributes[0])) {
      wanted->set(attributes[1]);
    }
  }
}

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  Reading& reading = reading_of(data);
  const std::string_view whole(name);
  const std::size_t end = whole.rfind(kSeparator);
  const std::string_view space = whole.substr(0, end == std::string_view::npos ? 0 : end);
  if (reading.facts.depth() >= kDeepest) {
    reading.refuse();
  } else if (reading.facts.depth() == 0) {
    take_root(reading.facts, space, attributes);
  } else {
    reading.facts.open(whole.substr(end + 1), attributes[0] != nullptr);
  }
}

void on_end(void* data, const XML_Char* /*name*/) { reading_of(data).facts.close(); }

void on_text(void* data, const XML_Char* text, int size) {
  if (XmlFacts& facts = reading_of(data).facts; facts.wants_text()) {
    facts.text({text, static_cast<std::size_t>(size)});
  }
}

void on_comment(void* data, const XML_Char* /*text*/) { reading_of(data).facts.spoil_text(); }

void on_instruction(void* data, const XML_Char* /*target*/, const XML_Char* /*text*/) {
  reading_of(data).facts.spoil_text();
}

void on_doctype(void* data, const XML_Char* /*name*/, const XML_Char* /*system*/, const XML_Char* /*open*/,
                int /*has_internal_subset*/) {
  reading_of(data).refuse();
}

using Parser = std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)>;

void listen(XML_Parser parser, Reading& reading) {
  XML_SetUserData(parser, &reading);
  XML_SetElementHandler(parser, on_start, on_end);
  XML_SetCharacterDataHandler(parser, on_text);
  XML_SetCommentHandler(parser, on_comment);
  XML_SetProcessingInstructionHandler(parser, on_instruction);
  XML_SetStartDoctypeDeclHandler(parser, on_doctype);
}

}  // namespace

DocumentPeek check_xml(std::string_view body, const PeekOrder& order) {
  DocumentPeek peek;
  const XmlEncoding encoding = xml_encoding(body);
  if (encoding == XmlEncoding::kOther || body.size() > std::numeric_limits<int>::max()) {
    return peek;
  }
  // In every encoding of one byte all bytes are characters; which ones matters only for values, and those are ASCII.
  const char* const name = encoding == XmlEncoding::kOneByte ? "ISO-8859-1"
                           : encoding == XmlEncoding::kAscii ? "US-ASCII"
                                                             : "UTF-8";
  const Parser parser(XML_ParserCreateNS(name, kSeparator), XML_ParserFree);
  if (!parser) {
    return peek;
  }
  Reading reading{parser.get(), XmlFacts(order)};
  listen(parser.get(), reading);
  const auto status = XML_Parse(parser.get(), body.data(), static_cast<int>(body.size()), XML_TRUE);
  if (status != XML_STATUS_OK || reading.refused) {
    return peek;
  }
  take_facts(reading.facts, peek);
  peek.understood = true;
  return peek;
}

}  // namespace firn
