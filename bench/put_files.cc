// Puts files on S3 as the step does: several side by side, each in one request with its digest, which packing has made.
// firn-bench-put ENDPOINT PREFIX SIDE_BY_SIDE FILE...; prints wall and processor seconds.
#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/digest.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "stage/s3/s3_client.h"
#include "stage/s3/s3_stage.h"

namespace firn {
namespace {

struct LocalFile {
  std::string path;
  ObjectMetadata metadata;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

LocalFile look_at(FileSystem& files, const std::string& path) {
  const std::string content = read_file(files, path, 1U << 30U).value();
  ObjectMetadata metadata;
  metadata.bytes = content.size();
  metadata.file_digest = sha256(content);
  metadata.content_digest = metadata.file_digest;
  return {path, metadata};
}

int run(int count, char** words) {
  const auto files = make_posix_file_system();
  const SystemClock clock;
  auto transport = std::make_unique<S3Transport>(
      S3Place{.bucket = "firn", .region = "us-east-1", .endpoint = words[1]},
      S3Credentials{[]() -> Result<AwsCredentials> { return AwsCredentials{"firn", "firn-secret", ""}; }}, clock,
      make_curl_client);
  S3Stage stage(*files, std::make_unique<S3Client>(std::move(transport), S3Writing()), words[2]);
  std::vector<LocalFile> all;
  for (int i = 4; i < count; ++i) {
    all.push_back(look_at(*files, words[i]));
  }
  std::atomic<std::size_t> next = 0;
  std::atomic<int> failures = 0;
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < static_cast<int>(std::strtol(words[3], nullptr, 10)); ++i) {
    threads.emplace_back([&] {
      for (std::size_t mine = next++; mine < all.size(); mine = next++) {
        failures += stage.put(ObjectKey(std::to_string(mine)), all[mine].path, all[mine].metadata) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  fmt::print("{} {}\n", wall.count(), cpu_seconds() - cpu);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace firn

int main(int argc, char** argv) { return argc < 5 ? 2 : firn::run(argc, argv); }
