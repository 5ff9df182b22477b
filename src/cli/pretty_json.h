#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace firn {

/// The value over several lines, indented by two spaces, with a line end at its end.
std::string pretty_json(const boost::json::value& value);

}  // namespace firn
