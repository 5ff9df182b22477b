#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "platform/http_server.h"
#include "platform/http_server_fixture.h"

namespace firn {
namespace {

class HttpUnixSocketTest : public HttpServerTest {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "firn-http-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ + "/socket";
    options_.unix_path = path_;
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string folder_;
  std::string path_;
  HttpServerOptions options_;
};

TEST_F(HttpUnixSocketTest, IsForItsOwnerOnly) {
  start(options_);
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  Client client(path_);
  EXPECT_EQ(body_of(client.ask(post("/u", "abc"))), "POST /u 3 abc");
}

TEST_F(HttpUnixSocketTest, IsRemovedAtTheEnd) {
  start(options_);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(HttpUnixSocketTest, TakesThePlaceOfOneThatNobodyListensOn) {
  const int stale = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  ASSERT_EQ(bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(stale);
  start(options_);
  Client client(path_);
  EXPECT_TRUE(has_status(client.ask(post("/u", "abc")), 200));
}

TEST_F(HttpUnixSocketTest, LeavesOneAloneThatSomebodyListensOn) {
  start(options_);
  const auto second = start_http_server(options_, handler_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kBusy);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(HttpUnixSocketTest, RefusesAPathItCannotUse) {
  options_.unix_path = folder_;
  EXPECT_EQ(start_http_server(options_, handler_).error().kind, ErrorKind::kConfiguration);
  options_.unix_path = folder_ + "/missing/socket";
  EXPECT_EQ(start_http_server(options_, handler_).error().kind, ErrorKind::kConfiguration);
  options_.unix_path = folder_ + "/" + std::string(120, 'x');
  EXPECT_EQ(start_http_server(options_, handler_).error().kind, ErrorKind::kConfiguration);
}

}  // namespace
}  // namespace firn
