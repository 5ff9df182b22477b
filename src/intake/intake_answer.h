#pragma once

#include <string>
#include <string_view>

#include "intake/document_peek.h"
#include "model/position.h"
#include "platform/http_server.h"

namespace firn {

/// 200: the record is durable. HQ's administrators see the text under "Responses".
HttpResponse stored_answer(const DocumentPeek& peek, Position position);

/// 200: the document was dropped by the filter's rule of that name, and is not stored.
HttpResponse filtered_answer(const DocumentPeek& peek, std::string_view rule);

/// 200 to HQ's "Test connection".
HttpResponse ready_answer(std::string_view repeater);

/// Any other status: what is wrong, and what somebody who reads it in HQ can do. Plain texts.
HttpResponse refused_answer(int status, std::string_view reason, std::string_view hint);

/// 503: the same request will be taken later.
HttpResponse later_answer(std::string_view reason, std::string_view hint, int retry_after_seconds);

}  // namespace firn
