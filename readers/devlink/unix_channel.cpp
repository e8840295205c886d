// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "readers/devlink/message_channel.h"
#include "readers/devlink/packet_socket.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

namespace {

constexpr std::chrono::seconds kJoinTimeout{10};
constexpr uint32_t kJoinSequence = UINT32_MAX;  // no request's

class UnixChannel final : public MessageChannel {
 public:
  explicit UnixChannel(UniqueFd socket) : socket_(std::move(socket), "the server", kReceiveBytes) {}

  Result<void> Send(std::span<const std::byte> message) override { return socket_.Send(message); }
  Result<std::optional<std::span<const std::byte>>> Receive(
      std::chrono::milliseconds timeout) override {
    return socket_.Receive(timeout);
  }

  int fd() const override { return socket_.fd(); }

  Result<void> Join(uint32_t group) override {
    MessageBuilder request(kMessageJoinGroup, NLM_F_REQUEST | NLM_F_ACK, kJoinSequence, 0, 64);
    request.PutRaw(std::as_bytes(std::span(&group, 1)));
    VMCOREDD_TRY(Send(request.bytes()));
    std::optional<Answer> answer;
    while (!answer) {
      const auto datagram = VMCOREDD_TRY(Receive(kJoinTimeout));
      if (!datagram) return FailIo("the server lets nobody join a multicast group", ETIMEDOUT);
      const auto take = [&answer](const Message& message) -> Result<void> {
        if (message.type != NLMSG_ERROR || message.sequence != kJoinSequence) return {};
        answer = VMCOREDD_TRY(ReadAnswer(message));
        return {};
      };
      VMCOREDD_TRY(VisitMessages(*datagram, 0, std::endian::native, take));
    }
    if (answer->error == 0) return {};
    return FailIo("cannot join multicast group " + std::to_string(group), answer->error);
  }

 private:
  PacketSocket socket_;
};

}  // namespace

Result<std::unique_ptr<MessageChannel>> ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return Fail(ErrorCode::kInvalidArgument, "expected the path of a socket with 1 to " +
                                                 std::to_string(sizeof(address.sun_path) - 1) +
                                                 " bytes, found " + std::to_string(path.size()));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket.is_valid()) return FailIo("cannot open a unix socket", errno);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return std::make_unique<UnixChannel>(std::move(socket));
  }
  const int os_error = errno;
  if (os_error == ENOENT || os_error == ECONNREFUSED) {
    return tl::unexpected(Error(ErrorCode::kNotFound, "nobody listens on " + EscapeBytes(path))
                              .WithOsError(os_error));
  }
  return FailIo("cannot connect to " + EscapeBytes(path), os_error);
}

}  // namespace vmcoredd::devlink
