#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn {

/// The texts of a document in its order, each with the names that lead to it: `ListBucketResult/Contents/Key`.
using S3Texts = std::vector<std::pair<std::string, std::string>>;

/// Reads what S3 answers. Namespaces are left out. Nothing when it is not well-formed XML, has a document type, or is
/// nested deeper than 16 or larger than 4 MiB: no answer of S3 is.
std::optional<S3Texts> read_s3_xml(std::string_view xml);

/// The first text at that place; empty when there is none.
std::string_view text_at(const S3Texts& texts, std::string_view place);

/// Appends the text as content of an element.
void append_xml_text(std::string& out, std::string_view text);

}  // namespace firn
