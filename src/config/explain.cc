#include "config/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <string>
#include <utility>

#include "base/plain_text.h"
#include "config/config.h"

namespace firn {
namespace {

std::string origin_of(const Setting& setting) {
  if (!setting.from.empty()) {
    return setting.from;
  }
  return setting.is_standard ? "standard" : fmt::format("line {}", setting.line);
}

/// For programs.
boost::json::object setting_json(const Setting& setting) {
  boost::json::object out{{"key", setting.key}, {"value", setting.value}, {"origin", "file"}, {"line", setting.line}};
  if (setting.is_standard || !setting.from.empty()) {
    out["origin"] = setting.is_standard ? "standard" : setting.from;
    out["line"] = nullptr;
  }
  return out;
}

}  // namespace

std::string explain(const Config& config) {
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  for (const Setting& setting : config.settings) {
    key_width = std::max(key_width, setting.key.size());
    value_width = std::max(value_width, setting.value.size());
  }
  std::string text;
  for (const Setting& setting : config.settings) {
    text += fmt::format("{:<{}}  {:<{}}  {}\n", setting.key, key_width, setting.value, value_width, origin_of(setting));
  }
  return text;
}

std::string explain_certificates(const Config& config, Timestamp now) {
  std::string text;
  for (const ListenerConfig& listener : config.intake.listeners) {
    if (!listener.tls) {
      continue;
    }
    const TlsCertificate& certificate = listener.tls->certificate;
    const bool is_good = certificate.not_before <= now && now < certificate.not_after;
    text += fmt::format("certificate of {}\n  subject   {}\n  good for  {}\n  from      {}\n  until     {}{}\n",
                        listener.url(), for_terminal(certificate.subject),
                        for_terminal(fmt::format("{}", fmt::join(certificate.names, ", "))),
                        format_timestamp(certificate.not_before), format_timestamp(certificate.not_after),
                        is_good ? "" : "  NOT NOW: clients refuse it");
  }
  return text;
}

namespace {

boost::json::array listeners_json(const Config& config) {
  boost::json::array out;
  for (const ListenerConfig& listener : config.intake.listeners) {
    boost::json::object each{{"url", listener.url()}, {"certificate", nullptr}};
    if (listener.tls) {
      const TlsCertificate& certificate = listener.tls->certificate;
      each["certificate"] = {{"subject", certificate.subject},
                             {"names", boost::json::array(certificate.names.begin(), certificate.names.end())},
                             {"issuer", certificate.issuer},
                             {"not_before", format_iso8601(certificate.not_before)},
                             {"not_after", format_iso8601(certificate.not_after)}};
    }
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace

std::string explain_json(const Config& config) {
  boost::json::array settings;
  for (const Setting& setting : config.settings) {
    settings.push_back(setting_json(setting));
  }
  boost::json::array warnings;
  for (const ConfigError& warning : config.warnings) {
    warnings.push_back(
        {{"line", warning.line}, {"column", warning.column}, {"message", warning.message}, {"hint", warning.hint}});
  }
  return boost::json::serialize(boost::json::object{
      {"file", config.file}, {"settings", settings}, {"listeners", listeners_json(config)}, {"warnings", warnings}});
}

}  // namespace firn
