// SPDX-License-Identifier: LGPL-2.1-or-later
// A server in a thread plays the kernel over a real socket.
#include <gmock/gmock.h>
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <thread>

#include "readers/devlink/devlink_client.h"
#include "readers/devlink/devlink_monitor.h"
#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using Datagrams = std::vector<std::vector<std::byte>>;

// Answers one client; the sequence number of a request is put into what `answer` gives.
class Server {
 public:
  // Nothing: closes the connection.
  using Answer = std::function<std::optional<Datagrams>(const Message& request)>;

  explicit Server(Answer answer) : answer_(std::move(answer)) {
    std::string folder = (std::filesystem::temp_directory_path() / "devlink-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    listener_ = UniqueFd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Server() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return folder_ + "/socket"; }

 private:
  void Serve() {
    const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
    std::vector<std::byte> buffer(65536);
    while (peer.is_valid()) {
      const ssize_t got = ::recv(peer.get(), buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      std::optional<Datagrams> answers;
      uint32_t sequence = 0;
      (void)VisitMessages(std::span(buffer).first(static_cast<size_t>(got)), 0, std::endian::native,
                          [&](const Message& request) {
                            sequence = request.sequence;
                            if (request.type == GENL_ID_CTRL) {
                              answers = Datagrams{FamilyAnswer(), AckMessage()};
                            } else {
                              answers = answer_(request);
                            }
                            return Result<void>();
                          });
      if (!answers) return;
      for (auto& datagram : *answers) {
        if (datagram.size() >= 12) std::memcpy(&datagram[8], &sequence, sizeof(sequence));
        (void)::send(peer.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL);
      }
    }
  }

  Answer answer_;
  std::string folder_;
  UniqueFd listener_;
  std::thread thread_;
};

DevlinkClient Connect(const Server& server) {
  auto channel = ConnectUnix(server.path());
  EXPECT_TRUE(channel) << channel.error().ToString();
  auto client = DevlinkClient::Open(*std::move(channel));
  EXPECT_TRUE(client) << client.error().ToString();
  client->generic().set_timeout(milliseconds(5000));
  return *std::move(client);
}

std::vector<std::byte> DeviceMessage(const char* device) {
  MessageBuilder message = NewMessage(DEVLINK_CMD_GET, NLM_F_MULTI);
  message.PutString(DEVLINK_ATTR_BUS_NAME, "pci");
  message.PutString(DEVLINK_ATTR_DEV_NAME, device);
  return ToVector(message);
}

TEST(UnixChannel, AsksAServer) {
  const Server server([](const Message& request) -> std::optional<Datagrams> {
    if (request.command() != DEVLINK_CMD_GET) return Datagrams{AckMessage(EOPNOTSUPP)};
    return Datagrams{DeviceMessage("a"), DeviceMessage("b"), DoneMessage()};
  });
  DevlinkClient client = Connect(server);
  const auto devices = client.Devices();
  ASSERT_TRUE(devices) << devices.error().ToString();
  EXPECT_THAT(*devices, ElementsAre(Handle{"pci", "a", {}}, Handle{"pci", "b", {}}));
  EXPECT_EQ(client.Regions().error().code(), ErrorCode::kUnsupported);
  EXPECT_TRUE(client.Devices());
}

TEST(UnixChannel, AServerThatGoesAwayIsAnError) {
  const Server server([](const Message&) { return std::nullopt; });
  DevlinkClient client = Connect(server);
  auto devices = client.Devices();
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().code(), ErrorCode::kIo);
  EXPECT_EQ(devices.error().os_error(), ECONNRESET);
  EXPECT_THAT(devices.error().message(), HasSubstr("closed the connection"));
  devices = client.Devices();
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().os_error(), ECONNRESET);
}

TEST(UnixChannel, AServerThatIsSilentIsGivenUp) {
  const Server server([](const Message&) { return Datagrams(); });
  DevlinkClient client = Connect(server);
  client.generic().set_timeout(milliseconds(30));
  const auto devices = client.Devices();
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().os_error(), ETIMEDOUT);
}

TEST(UnixChannel, ADatagramThatIsTooLargeIsTruncated) {
  const Server server([](const Message& request) -> std::optional<Datagrams> {
    if (request.command() == DEVLINK_CMD_PORT_GET) return Datagrams{DoneMessage()};
    return Datagrams{std::vector<std::byte>(kReceiveBytes + 1), DoneMessage()};
  });
  DevlinkClient client = Connect(server);
  EXPECT_EQ(client.Devices().error().code(), ErrorCode::kTruncated);
  EXPECT_TRUE(client.Ports());
}

TEST(UnixChannel, JoinsAGroupByAMessage) {
  std::vector<std::byte> asked;
  {
    const Server server([&asked](const Message& request) -> std::optional<Datagrams> {
      if (request.type != kMessageJoinGroup) return std::nullopt;
      asked.assign(request.payload.begin(), request.payload.end());
      return Datagrams{AckMessage(), DeviceMessage("new")};
    });
    auto channel = ConnectUnix(server.path());
    ASSERT_TRUE(channel) << channel.error().ToString();
    EXPECT_GE((*channel)->fd(), 0);
    auto monitor = DevlinkMonitor::Open(*std::move(channel));
    ASSERT_TRUE(monitor) << monitor.error().ToString();
    int seen = 0;
    EXPECT_TRUE(monitor->Receive(milliseconds(5000), [&](const Notification& notification) {
      seen += notification.command == DEVLINK_CMD_GET ? 1 : 0;
      return Result<void>();
    }));
    EXPECT_EQ(seen, 1);
  }
  ASSERT_EQ(asked.size(), sizeof(uint32_t));
  uint32_t group = 0;
  std::memcpy(&group, asked.data(), sizeof(group));
  EXPECT_EQ(group, kRecordedGroup);

  const Server refusing([](const Message&) { return Datagrams{AckMessage(ENOENT)}; });
  auto channel = ConnectUnix(refusing.path());
  ASSERT_TRUE(channel);
  const auto monitor = DevlinkMonitor::Open(*std::move(channel));
  ASSERT_FALSE(monitor);
  EXPECT_EQ(monitor.error().os_error(), ENOENT);
}

TEST(UnixChannel, SaysThatNobodyListens) {
  const auto nobody = ConnectUnix("/nonexistent/vmcoredd/socket");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(nobody.error().message(), HasSubstr("nobody listens on /nonexistent"));
  EXPECT_EQ(ConnectUnix("").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(ConnectUnix(std::string(200, 'x')).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace vmcoredd::devlink
