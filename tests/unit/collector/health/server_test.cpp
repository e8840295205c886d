// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_server.h"

#include <gtest/gtest.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>

#include "readers/devlink/devlink_client.h"
#include "readers/devlink/devlink_monitor.h"
#include "tests/unit/collector/health/support.h"
#include "tests/unit/collector/support.h"
#include "vmcoredd/format/devlink/fmsg_tree.h"

// The server against the client that asks the kernel.

namespace vmcoredd {
namespace {

using devlink::DevlinkClient;
using devlink::FmsgNode;
using devlink::ReporterName;
using std::chrono::milliseconds;

constexpr size_t kBigBytes = 100000;

ReporterOps DummyOps() {
  ReporterOps ops;
  ops.recover = [](const ReportContext*, std::string& text) {
    text = "no way";
    return EIO;
  };
  ops.dump = [](devlink::FmsgBuilder& out, const ReportContext*, std::string&) {
    std::vector<std::byte> bytes(kBigBytes);
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
    out.U32Pair("size", kBigBytes);
    out.BinaryPair("data", bytes);
    return 0;
  };
  ops.diagnose = [](devlink::FmsgBuilder& out, std::string&) {
    for (int i = 0; i < 1000; ++i) out.U32Pair("n" + std::to_string(i), static_cast<uint32_t>(i));
    return 0;
  };
  return ops;
}

// Two devices, three reporters, in the thread of a loop.
struct World : RecordingObserver {
  void OnNotify(const HealthReporter& reporter) override {
    if (server) server->Notify(reporter);
  }
  void OnRecoveryEnd(const HealthReporter&, int, std::string_view) override {
    if (server) server->Wake();
  }

  void Add(HealthDevice& device, const char* name, ReporterOps ops, ReporterDefaults defaults) {
    auto reporter = HealthReporter::Create({device.bus, device.address, std::nullopt, name},
                                           std::move(ops), defaults, clock, *this);
    ASSERT_TRUE(reporter);
    ASSERT_TRUE(devices.AddReporter(device, *std::move(reporter)));
  }
  void Setup(EventLoop& loop, const std::string& path, std::optional<bool> privileged) {
    HealthDevice* const first = *devices.Add("pci", "0000:05:00.0");
    HealthDevice* const second = *devices.Add("pci", "0000:06:00.0");
    first->info = [] {
      return HealthDeviceInfo{"mlx5_core", "MT1234", {{"fw.version", "16.35.2000"}}};
    };
    Add(*first, "dummy", DummyOps(), {500, 100});
    ReporterOps slow;
    slow.recover = [this, &loop](const ReportContext*, std::string&) {
      loop.AddTimer(milliseconds(50), [this] {
        Find("slow")->RecoveryEnded(slow_error, slow_error != 0 ? "it stays broken" : "");
      });
      return kRecoveryStarted;
    };
    slow.test = [](std::string& text) {
      text = "tested";
      return EBUSY;
    };
    Add(*first, "slow", std::move(slow), {});
    Add(*second, "plain", {}, {});
    server = std::make_unique<HealthServer>(loop, devices, HealthServerSettings{path, {}});
    if (!privileged) {
      ASSERT_TRUE(server->Listen());
      return;
    }
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    client_end = UniqueFd(ends[0]);
    ASSERT_TRUE(server->Adopt(UniqueFd(ends[1]), privileged));
  }
  std::shared_ptr<HealthReporter> Find(std::string_view name) {
    for (const auto& device : devices.all()) {
      if (auto found = devices.FindReporter(*device, std::nullopt, name)) return found;
    }
    return nullptr;
  }

  FakeClock clock;
  HealthDevices devices;
  std::unique_ptr<HealthServer> server;
  std::atomic<int> slow_error = 0;
  UniqueFd client_end;
};

class HealthServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = folder_ / "health.sock";
    thread_ = std::make_unique<LoopThread>(
        [this](EventLoop& loop) { world_.Setup(loop, path_, std::nullopt); },
        [this] { world_.server.reset(); });
  }
  void TearDown() override { thread_.reset(); }

  DevlinkClient Client() {
    auto channel = devlink::ConnectUnix(path_);
    EXPECT_TRUE(channel) << channel.error().ToString();
    auto client = DevlinkClient::Open(*std::move(channel));
    EXPECT_TRUE(client) << client.error().ToString();
    return *std::move(client);
  }
  static ReporterName Name(const char* reporter, const char* device = "0000:05:00.0") {
    return {{"pci", device, std::nullopt}, reporter};
  }

  TempFolder folder_;
  std::string path_;
  World world_;
  std::unique_ptr<LoopThread> thread_;
};

TEST_F(HealthServerTest, DevicesAndInfo) {
  DevlinkClient client = Client();
  const auto devices = client.Devices();
  ASSERT_TRUE(devices) << devices.error().ToString();
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ((*devices)[1].ToString(), "pci/0000:06:00.0");
  const auto infos = client.Infos();
  ASSERT_TRUE(infos) << infos.error().ToString();
  ASSERT_EQ(infos->size(), 1u);
  EXPECT_EQ((*infos)[0].driver, "mlx5_core");
  EXPECT_EQ((*infos)[0].serial_number, "MT1234");
  ASSERT_EQ((*infos)[0].versions.size(), 1u);
  EXPECT_EQ((*infos)[0].versions[0].value, "16.35.2000");
  const auto none = client.Info({"pci", "0000:06:00.0", std::nullopt});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().os_error(), EOPNOTSUPP);
  EXPECT_TRUE(client.Regions());
  EXPECT_TRUE(client.Ports());
}

TEST_F(HealthServerTest, Reporters) {
  DevlinkClient client = Client();
  const auto reporters = client.Reporters();
  ASSERT_TRUE(reporters) << reporters.error().ToString();
  ASSERT_EQ(reporters->size(), 3u);
  const auto& dummy = (*reporters)[0];
  EXPECT_EQ(dummy.name, "dummy");
  EXPECT_EQ(dummy.grace_period_ms, 500u);
  EXPECT_EQ(dummy.burst_period_ms, 100u);
  EXPECT_EQ(dummy.auto_recover, true);
  EXPECT_EQ(dummy.auto_dump, true);
  EXPECT_FALSE(dummy.has_dump());
  const auto& plain = (*reporters)[2];
  EXPECT_FALSE(plain.grace_period_ms);
  EXPECT_FALSE(plain.auto_recover);
  EXPECT_FALSE(plain.auto_dump);
}

TEST_F(HealthServerTest, ErrorsAreTheKernels) {
  DevlinkClient client = Client();
  EXPECT_EQ(client.GetReporter(Name("none")).error().os_error(), EINVAL);
  EXPECT_EQ(client.GetReporter(Name("dummy", "0000:09:00.0")).error().os_error(), ENODEV);
  const auto nothing = [](const devlink::Message&) -> Result<void> { return {}; };
  EXPECT_EQ(client.DumpGet(Name("dummy", "0000:09:00.0"), nothing).error().os_error(), EINVAL);
  EXPECT_EQ(client.DumpGet(Name("none"), nothing).error().os_error(), EINVAL);
  EXPECT_EQ(client.DumpGet(Name("slow"), nothing).error().os_error(), EOPNOTSUPP);
  EXPECT_EQ(client.Diagnose(Name("slow"), nothing).error().os_error(), EOPNOTSUPP);
  EXPECT_EQ(client.ClearDump(Name("slow")).error().os_error(), EOPNOTSUPP);
  EXPECT_EQ(client.Test(Name("dummy")).error().os_error(), EOPNOTSUPP);
  const auto tested = client.Test(Name("slow"));
  ASSERT_FALSE(tested);
  EXPECT_EQ(tested.error().os_error(), EBUSY);
  EXPECT_NE(tested.error().ToString().find("tested"), std::string::npos);
}

TEST_F(HealthServerTest, DumpInManyMessages) {
  DevlinkClient client = Client();
  devlink::FmsgTreeBuilder tree;
  devlink::FmsgParser parser(tree);
  const auto got = client.DumpGet(
      Name("dummy"), [&](const devlink::Message& message) { return parser.Feed(message); });
  ASSERT_TRUE(got) << got.error().ToString();
  ASSERT_TRUE(parser.Finish());
  EXPECT_TRUE(parser.repairs().empty());
  EXPECT_GT(parser.message_count(), 3u);
  ASSERT_EQ(tree.root().children.size(), 2u);
  const FmsgNode& data = tree.root().children[1];
  ASSERT_EQ(data.bytes.size(), kBigBytes);
  for (size_t i = 0; i < kBigBytes; ++i) {
    ASSERT_EQ(data.bytes[i], static_cast<std::byte>(i * 7)) << i;
  }
  const auto reporter = client.GetReporter(Name("dummy"));
  ASSERT_TRUE(reporter);
  EXPECT_TRUE(reporter->has_dump());
  EXPECT_EQ(reporter->dump_time_ms, world_.clock.now);
  ASSERT_TRUE(client.ClearDump(Name("dummy")));
  EXPECT_FALSE(client.GetReporter(Name("dummy"))->has_dump());
}

TEST_F(HealthServerTest, DiagnoseInManyMessages) {
  DevlinkClient client = Client();
  devlink::FmsgTreeBuilder tree;
  devlink::FmsgParser parser(tree);
  const auto got = client.Diagnose(Name("dummy"), [&](const devlink::Message& message) {
    EXPECT_LE(message.whole.size(), kHealthAnswerBytes);
    return parser.Feed(message);
  });
  ASSERT_TRUE(got) << got.error().ToString();
  ASSERT_TRUE(parser.Finish());
  EXPECT_GT(parser.message_count(), 3u);
  EXPECT_EQ(tree.root().children.size(), 1000u);
  // And the connection goes on.
  EXPECT_TRUE(client.GetReporter(Name("dummy")));
}

TEST_F(HealthServerTest, SetAndWhatItRefuses) {
  DevlinkClient client = Client();
  devlink::ReporterSettings settings;
  settings.grace_period_ms = 3500;
  settings.auto_recover = false;
  ASSERT_TRUE(client.SetReporter(Name("dummy"), settings));
  const auto reporter = client.GetReporter(Name("dummy"));
  ASSERT_TRUE(reporter);
  EXPECT_EQ(reporter->grace_period_ms, 3500u);
  EXPECT_EQ(reporter->auto_recover, false);
  EXPECT_EQ(client.SetReporter(Name("plain", "0000:06:00.0"), settings).error().os_error(),
            EOPNOTSUPP);
}

TEST_F(HealthServerTest, RecoverWaitsForItsEnd) {
  DevlinkClient client = Client();
  EXPECT_TRUE(client.Recover(Name("slow")));  // healthy: nothing is done
  thread_->Call([this] { world_.Find("slow")->UpdateState(HealthState::kError); });
  ASSERT_TRUE(client.Recover(Name("slow")));
  EXPECT_EQ(client.GetReporter(Name("slow"))->recoveries, 1u);
  thread_->Call([this] { world_.Find("slow")->UpdateState(HealthState::kError); });
  world_.slow_error = EIO;
  const auto failed = client.Recover(Name("slow"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().os_error(), EIO);
  EXPECT_NE(failed.error().ToString().find("it stays broken"), std::string::npos);
  EXPECT_EQ(client.GetReporter(Name("slow"))->state, 1);
}

TEST_F(HealthServerTest, Notifications) {
  auto channel = devlink::ConnectUnix(path_);
  ASSERT_TRUE(channel);
  auto monitor = devlink::DevlinkMonitor::Open(*std::move(channel));
  ASSERT_TRUE(monitor) << monitor.error().ToString();
  DevlinkClient client = Client();
  thread_->Call([this] { world_.Find("slow")->UpdateState(HealthState::kError); });
  ASSERT_TRUE(client.Recover(Name("slow")));
  std::vector<uint64_t> states;
  const auto visit = [&](const devlink::Notification& notification) -> Result<void> {
    EXPECT_EQ(notification.command, DEVLINK_CMD_HEALTH_REPORTER_RECOVER);
    const auto reporter = devlink::ReadReporter(notification.message);
    EXPECT_TRUE(reporter);
    if (reporter) states.push_back(reporter->state);
    return {};
  };
  while (states.size() < 2) ASSERT_TRUE(monitor->Receive(milliseconds(5000), visit));
  EXPECT_EQ(states, (std::vector<uint64_t>{1, 0}));
}

TEST_F(HealthServerTest, SocketIsForAllAndItsFolderIsNot) {
  struct stat status;
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666u);
  // Who listens already is not pushed aside.
  const auto second = ListenForHealth(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kAlreadyExists);
  WriteFile(folder_ / "file", "x");
  EXPECT_EQ(ListenForHealth(folder_ / "file").error().code(), ErrorCode::kAlreadyExists);
  ASSERT_EQ(::mkdir((folder_ / "open").c_str(), 0777), 0);
  ASSERT_EQ(::chmod((folder_ / "open").c_str(), 0777), 0);
  EXPECT_EQ(ListenForHealth(folder_ / "open/s").error().code(), ErrorCode::kRefused);
  EXPECT_EQ(ListenForHealth(std::string(200, 'a')).error().code(), ErrorCode::kInvalidArgument);
}

TEST(ListenForHealthTest, StaleSocketIsReplaced) {
  TempFolder folder;
  const std::string path = folder / "s";
  ASSERT_TRUE(ListenForHealth(path));  // and closed: its file stays
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_TRUE(ListenForHealth(path));
}

// Somebody else: may look, and nothing more.
TEST(HealthServerAccess, OthersOnlyLook) {
  World world;
  {
    const LoopThread thread([&](EventLoop& loop) { world.Setup(loop, "/nowhere", false); },
                            [&] { world.server.reset(); });
    const int fd = world.client_end.get();
    const auto ask = [&](uint8_t command, uint16_t flags) {
      devlink::MessageBuilder request(
          kHealthFamily, static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags), 1, 0, 512);
      request.PutGeneric(command, 1);
      request.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
      request.PutString(DEVLINK_ATTR_DEV_NAME, "0000:05:00.0");
      request.PutString(DEVLINK_ATTR_HEALTH_REPORTER_NAME, "dummy");
      const auto bytes = request.bytes();
      EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
      int error = -1;
      std::vector<std::byte> buffer(65536);
      while (error < 0) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) return -1;
        static_cast<void>(devlink::VisitMessages(
            std::span(buffer).first(static_cast<size_t>(got)), 0, std::endian::native,
            [&](const devlink::Message& message) -> Result<void> {
              if (message.type == NLMSG_ERROR || message.type == NLMSG_DONE) {
                error = devlink::ReadAnswer(message)->error;
              }
              return {};
            }));
      }
      return error;
    };
    EXPECT_EQ(ask(DEVLINK_CMD_HEALTH_REPORTER_GET, 0), 0);
    EXPECT_EQ(ask(DEVLINK_CMD_HEALTH_REPORTER_GET, NLM_F_DUMP), 0);
    EXPECT_EQ(ask(DEVLINK_CMD_INFO_GET, 0), 0);
    for (const uint8_t command :
         {DEVLINK_CMD_HEALTH_REPORTER_SET, DEVLINK_CMD_HEALTH_REPORTER_RECOVER,
          DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE, DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR,
          DEVLINK_CMD_HEALTH_REPORTER_TEST}) {
      EXPECT_EQ(ask(command, 0), EPERM) << int{command};
    }
    EXPECT_EQ(ask(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, NLM_F_DUMP), EPERM);
    // Not without NLM_F_DUMP, and commands that devlink does not have.
    EXPECT_EQ(ask(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 0), EOPNOTSUPP);
    EXPECT_EQ(ask(200, 0), EOPNOTSUPP);
  }
}

}  // namespace
}  // namespace vmcoredd
