// SPDX-License-Identifier: LGPL-2.1-or-later
// Against this machine's kernel, whatever it has of generic netlink.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "readers/devlink/devlink_client.h"
#include "readers/devlink/devlink_monitor.h"
#include "readers/devlink/generic_client.h"

namespace vmcoredd::devlink {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

ino_t NamespaceOf(const char* path) {
  struct stat status {};
  EXPECT_EQ(::stat(path, &status), 0) << path;
  return status.st_ino;
}

// Every kernel with generic netlink has the family that knows the others.
TEST(NetlinkChannel, FindsAFamilyAndListsOthers) {
  auto channel = OpenNetlink({});
  if (!channel && channel.error().code() == ErrorCode::kUnsupported) {
    GTEST_SKIP() << channel.error().ToString();
  }
  ASSERT_TRUE(channel) << channel.error().ToString();
  EXPECT_NE((*channel)->port(), 0U);
  EXPECT_EQ(::fcntl((*channel)->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  auto client = GenericClient::Open(*std::move(channel), "nlctrl");
  ASSERT_TRUE(client) << client.error().ToString();
  EXPECT_EQ(client->family().id, GENL_ID_CTRL);

  bool found = false;
  const auto listed = client->Dump(client->NewRequest(CTRL_CMD_GETFAMILY),
                                   [&](const Message& message) -> Result<void> {
                                     const auto table = VMCOREDD_TRY(AttributeTable::Read(message));
                                     found |= table.String(CTRL_ATTR_FAMILY_NAME) == "nlctrl";
                                     return {};
                                   });
  ASSERT_TRUE(listed) << listed.error().ToString();
  EXPECT_TRUE(found);
  EXPECT_GT(client->received_messages(), 0U);
}

TEST(NetlinkChannel, SaysThatAFamilyIsMissing) {
  auto channel = OpenNetlink({});
  if (!channel) GTEST_SKIP() << channel.error().ToString();
  const auto client = GenericClient::Open(*std::move(channel), "vmcoredd-none");
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(client.error().ToString(), HasSubstr("this kernel has no vmcoredd-none"));
}

TEST(NetlinkChannel, SaysThatARequestIsRefused) {
  auto channel = OpenNetlink({});
  if (!channel) GTEST_SKIP() << channel.error().ToString();
  auto client = GenericClient::Open(*std::move(channel), "nlctrl");
  ASSERT_TRUE(client) << client.error().ToString();
  const auto done = client->Do(client->NewRequest(/*command=*/200));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(done.error().os_error(), EOPNOTSUPP);
}

// The rest of a dump that was given up must not be taken for the answer to the next request.
TEST(NetlinkChannel, GoesOnBehindADumpThatWasGivenUp) {
  auto channel = OpenNetlink({});
  if (!channel) GTEST_SKIP() << channel.error().ToString();
  auto client = GenericClient::Open(*std::move(channel), "nlctrl");
  ASSERT_TRUE(client) << client.error().ToString();
  const auto dump = client->Dump(client->NewRequest(CTRL_CMD_GETFAMILY), [](const Message&) {
    return Result<void>(Fail(ErrorCode::kLimitExceeded, "enough"));
  });
  ASSERT_FALSE(dump);
  EXPECT_EQ(dump.error().message(), "enough");
  EXPECT_TRUE(client->Dump(client->NewRequest(CTRL_CMD_GETFAMILY), nullptr));
}

TEST(NetlinkChannel, WaitsNoLongerThanAsked) {
  auto channel = OpenNetlink({.netns = "", .notification_bytes = 1 << 20});
  if (!channel) GTEST_SKIP() << channel.error().ToString();
  const auto none = (*channel)->Receive(milliseconds(1));
  ASSERT_TRUE(none) << none.error().ToString();
  EXPECT_FALSE(none->has_value());
}

TEST(NetlinkChannel, OpensInAnotherNamespaceAndStaysInItsOwn) {
  // A namespace that is this test's: a child has it until it ends.
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const char byte = ::unshare(CLONE_NEWNET) == 0 ? '1' : '0';
    (void)!::write(ready[1], &byte, 1);
    ::pause();
    ::_exit(0);
  }
  char unshared = '0';
  ASSERT_EQ(::read(ready[0], &unshared, 1), 1);
  const std::string path = "/proc/" + std::to_string(child) + "/ns/net";
  const ino_t before = NamespaceOf("/proc/self/ns/net");
  std::string skip;
  if (unshared != '1') {
    skip = "may not make a network namespace";
  } else {
    auto channel = OpenNetlink({.netns = path, .notification_bytes = 0});
    EXPECT_TRUE(channel) << channel.error().ToString();
    if (channel) {
      const auto client = GenericClient::Open(*std::move(channel), "nlctrl");
      EXPECT_TRUE(client) << client.error().ToString();
    }
    EXPECT_NE(NamespaceOf(path.c_str()), before);
    EXPECT_EQ(NamespaceOf("/proc/thread-self/ns/net"), before);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  if (!skip.empty()) GTEST_SKIP() << skip;
}

TEST(NetlinkChannel, SaysWhatIsWrongWithANamespace) {
  const auto missing = OpenNetlink({.netns = "vmcoredd-none", .notification_bytes = 0});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message(), HasSubstr("no network namespace 'vmcoredd-none'"));

  const auto dots = OpenNetlink({.netns = "..", .notification_bytes = 0});
  ASSERT_FALSE(dots);
  EXPECT_EQ(dots.error().code(), ErrorCode::kInvalidArgument);

  const auto file = OpenNetlink({.netns = "/proc/self/status", .notification_bytes = 0});
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message(), HasSubstr("cannot enter network namespace"));
}

// What this machine has: the whole client, and nothing of it changes anything.
TEST(DevlinkLive, AsksThisMachine) {
  auto channel = OpenNetlink({});
  if (!channel) GTEST_SKIP() << channel.error().ToString();
  auto client = DevlinkClient::Open(*std::move(channel));
  if (!client) {
    EXPECT_EQ(client.error().code(), ErrorCode::kUnsupported) << client.error().ToString();
    EXPECT_THAT(client.error().message(), HasSubstr("this kernel has no devlink"));
    GTEST_SKIP() << client.error().ToString();
  }
  const auto devices = client->Devices();
  ASSERT_TRUE(devices) << devices.error().ToString();
  EXPECT_TRUE(client->Ports());
  EXPECT_TRUE(client->Infos());
  EXPECT_TRUE(client->Reporters());
  EXPECT_TRUE(client->Parameters());
  const auto regions = client->Regions();
  EXPECT_TRUE(regions || regions.error().os_error() == EPERM);
  auto events = OpenNetlink({.netns = "", .notification_bytes = 4 << 20});
  ASSERT_TRUE(events);
  auto monitor = DevlinkMonitor::Open(*std::move(events));
  ASSERT_TRUE(monitor) << monitor.error().ToString();
  EXPECT_TRUE(
      monitor->Receive(milliseconds(0), [](const Notification&) { return Result<void>(); }));
}

}  // namespace
}  // namespace vmcoredd::devlink
