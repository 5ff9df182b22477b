#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace firn {

/// What the SQL API answers: the names of columns with commas between, and rows as JSON arrays with commas between.
inline std::string rows_answer(const std::string& columns, const std::string& rows) {
  std::string types;
  for (std::size_t at = 0; at <= columns.size();) {
    const auto end = std::min(columns.find(',', at), columns.size());
    types += (types.empty() ? "" : ",") + ("{\"name\":\"" + columns.substr(at, end - at) + "\"}");
    at = end + 1;
  }
  return R"({"statementHandle":"h-1","resultSetMetaData":{"rowType":[)" + types +
         R"(],"partitionInfo":[{}]},"data":[)" + rows + "]}";
}

}  // namespace firn
