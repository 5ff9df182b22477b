#include "model/filter.h"

#include "model/table.h"

namespace firn {

FilterFields filter_fields(Kind kind) {
  constexpr FilterFields kDomain = bit_of(FilterField::kDomain);
  constexpr FilterFields kUser = bit_of(FilterField::kUser);
  switch (kind) {
    case Kind::kForm:
      return kDomain | kUser | bit_of(FilterField::kXmlns) | bit_of(FilterField::kAppId);
    case Kind::kCase:
      return kDomain | kUser | bit_of(FilterField::kCaseType);
    case Kind::kUser:
    case Kind::kLocation:
    case Kind::kDataSource:
    case Kind::kFormStub:
    case Kind::kAppChange:
      return kDomain;
  }
  return kDomain;
}

}  // namespace firn
