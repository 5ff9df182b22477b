#include "model/transition.h"

#include <string>

#include "base/bytes.h"
#include "base/digest.h"

namespace firn {

DocumentKey document_key(const std::string& domain, const std::string& id) {
  std::string name;
  name.reserve(domain.size() + id.size() + 8);
  put_text(name, domain);
  put_text(name, id);
  return digest128(name);
}

PackCounts& PackCounts::operator+=(const PackCounts& other) {
  records += other.records;
  rows += other.rows;
  duplicates += other.duplicates;
  conflicts += other.conflicts;
  quarantined += other.quarantined;
  bytes_received += other.bytes_received;
  requests += other.requests;
  return *this;
}

}  // namespace firn
