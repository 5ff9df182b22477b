#include "platform/thread.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

namespace firn {
namespace {

std::string name_of_this_thread() {
  std::ifstream file("/proc/self/task/" + std::to_string(::gettid()) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

int nice_of_this_thread() { return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())); }

TEST(Thread, HasAName) {
  std::string name;
  std::string longer;
  std::thread([&] {
    set_thread_name("firn-pack");
    name = name_of_this_thread();
    set_thread_name("firn-a-much-longer-name");
    longer = name_of_this_thread();
  }).join();
  EXPECT_EQ(name, "firn-pack");
  EXPECT_EQ(longer, "firn-a-much-lon");
}

TEST(Thread, LowersItsOwnPriorityOnly) {
  const int before = nice_of_this_thread();
  int lowered = 0;
  std::thread([&] {
    lower_thread_priority(19);
    lowered = nice_of_this_thread();
  }).join();
  EXPECT_EQ(lowered, 19);
  EXPECT_EQ(nice_of_this_thread(), before);
}

}  // namespace
}  // namespace firn
