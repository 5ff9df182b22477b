#pragma once

#include <expected>
#include <string>

#include "pack/document_row.h"
#include "pack/xml_tree.h"

namespace firn {

/// Appends the form as HQ's JSON has it: `{"id":"...","form":{...}}`. Its id is where HQ looks for it: in `Meta`, else
/// in `meta`, there `uid`, else `instanceID`. What shows that it is no form is refused.
std::expected<void, Rejection> append_xml_form(const XmlTree& tree, std::string& out);

/// Appends the case as HQ's JSON has it. Also of the older shape, whose id is an element.
std::expected<void, Rejection> append_xml_case(const XmlTree& tree, std::string& out);

}  // namespace firn
