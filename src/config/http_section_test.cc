#include "config/http_section.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

struct Read {
  explicit Read(const std::string& intake) {
    const auto document = parse_document("[intake]\n" + intake, "firn.toml");
    EXPECT_TRUE(document) << document.error().str();
    const Environment environment = [](const std::string&) { return std::optional<std::string>(); };
    SimulatedFileSystem files;
    const SecretSources secrets{files, environment, "/"};
    SectionResults results{config, report, secrets, {}, {}};
    SectionReader section(&document->members.at(0).value, {1, 1}, "intake", report);
    read_http_section(section, results);
    section.finish();
    check_http(results);
  }

  /// The only error's place and text.
  [[nodiscard]] std::string error() const { return report.errors.size() == 1 ? report.errors.front().str() : ""; }

  Config config;
  ConfigReport report{.file = "firn.toml", .errors = {}, .warnings = {}, .settings = {}};
};

TEST(HttpSection, HasStandardValues) {
  const Read read("");
  EXPECT_TRUE(read.report.errors.empty());
  EXPECT_EQ(read.config.intake.http.max_connections, 4096U);
  EXPECT_EQ(read.config.intake.http.max_connections_per_address, 2000U);
  EXPECT_TRUE(read.config.intake.http.trusted_proxies.empty());
}

TEST(HttpSection, ReadsEverything) {
  const Read read(
      "max_connections = \"500\"\nmax_connections_per_address = \"20\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");
  EXPECT_TRUE(read.report.errors.empty());
  EXPECT_EQ(read.config.intake.http.max_connections, 500U);
  EXPECT_EQ(read.config.intake.http.max_connections_per_address, 20U);
  ASSERT_EQ(read.config.intake.http.trusted_proxies.size(), 2U);
  EXPECT_TRUE(read.config.intake.http.trusted_proxies[0].contains(*parse_ip_address("10.9.9.9")));
  EXPECT_EQ(Read("max_connections = \"100\"\n").config.intake.http.max_connections_per_address, 100U);
}

TEST(HttpSection, RefusesWhatCannotBeMeant) {
  const auto refused = [](const std::string& settings, const std::string& text) {
    const std::string error = Read(settings).error();
    EXPECT_NE(error.find(text), std::string::npos) << settings << " gives " << error;
    EXPECT_TRUE(error.starts_with("firn.toml:2:")) << error;
  };
  refused("max_connections = \"0\"\n", "must be a number from 1 to 100000, not \"0\"");
  refused("max_connections = \"many\"\n", "must be a number");
  refused("max_connections_per_address = \"5000\"\n", "must not be larger than intake.max_connections (4096)");
  refused("trusted_proxies = [\"nginx\"]\n", "\"nginx\" is not a numeric address or network");
  refused("trusted_proxies = [\"10.0.0.1/8\"]\n", "is not a numeric address or network");
}

}  // namespace
}  // namespace firn
