#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/find_connection.h"
#include "cli/pretty_json.h"
#include "cli/s3_documents.h"
#include "config/config.h"

namespace firn {
namespace {

std::string document_text(const S3Document& document) {
  return fmt::format("{}.json: {}\n  console  {}\n  command  {}\n\n{}\n", document.name, document.purpose,
                     document.console, document.command, pretty_json(document.content));
}

int print_part(const CliContext& context, const std::vector<S3Document>& documents) {
  const auto found = std::ranges::find(documents, context.arguments.setup.part, &S3Document::name);
  if (found == documents.end()) {
    context.err << "there is no document \"" << context.arguments.setup.part << "\"\n";
    return kExitUsage;
  }
  context.out << pretty_json(found->content);
  return kExitOk;
}

}  // namespace

int run_setup_s3(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  const S3Connection* bucket = find_connection(context, *config, config->buckets, "s3", "docs/setup-s3.md");
  if (bucket == nullptr) {
    return kExitUsage;
  }
  const auto documents = s3_documents(*bucket);
  if (!context.arguments.setup.part.empty()) {
    return print_part(context, documents);
  }
  if (context.arguments.json) {
    boost::json::object all;
    for (const S3Document& document : documents) {
      all[document.name] = document.content;
    }
    context.out << boost::json::serialize(all) << '\n';
    return kExitOk;
  }
  context.out << fmt::format(
      "For {} (connection {}). Each goes into a file of its name: `firn setup s3 {} --part NAME "
      "> NAME.json`\n\n",
      bucket->url(), bucket->name.str(), bucket->name.str());
  for (const S3Document& document : documents) {
    context.out << document_text(document);
  }
  context.out << "Then: firn check --live\n";
  return kExitOk;
}

}  // namespace firn
