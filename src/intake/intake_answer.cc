#include "intake/intake_answer.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/json_text.h"

namespace firn {

namespace {

void append_id(std::string& out, const DocumentPeek& peek) {
  out += R"(,"id":)";
  if (peek.id.empty()) {
    out += "null";
  } else {
    append_json_text(out, peek.id);
  }
}

}  // namespace

HttpResponse stored_answer(const DocumentPeek& peek, Position position) {
  HttpResponse response;
  response.body.reserve(128);
  response.body = R"({"status":"stored")";
  append_id(response.body, peek);
  response.body.append(R"(,"position":")").append(position.str()).append("\"");
  if (!peek.damage.empty()) {
    response.body += R"(,"damage":)";
    append_json_text(response.body, peek.damage);
  }
  response.body += "}\n";
  return response;
}

HttpResponse filtered_answer(const DocumentPeek& peek, std::string_view rule) {
  HttpResponse response;
  response.body = R"({"status":"filtered")";
  append_id(response.body, peek);
  response.body += R"(,"rule":)";
  append_json_text(response.body, rule);
  response.body += "}\n";
  return response;
}

HttpResponse ready_answer(std::string_view repeater) {
  HttpResponse response;
  response.body = R"({"status":"ready","repeater":)";
  append_json_text(response.body, repeater);
  response.body += "}\n";
  return response;
}

HttpResponse refused_answer(int status, std::string_view reason, std::string_view hint) {
  HttpResponse response;
  response.status = status;
  response.body = R"({"status":"refused","reason":)";
  append_json_text(response.body, reason);
  response.body += R"(,"hint":)";
  append_json_text(response.body, hint);
  response.body += "}\n";
  return response;
}

HttpResponse later_answer(std::string_view reason, std::string_view hint, int retry_after_seconds) {
  HttpResponse response = refused_answer(503, reason, hint);
  response.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
  return response;
}

}  // namespace firn
