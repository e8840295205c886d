// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/devlink/relay_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "readers/devlink/packet_socket.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd::devlink {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Where the child has its end.
constexpr int kChildFd = 3;
// How long a killed child may take to go before it is left behind.
constexpr milliseconds kKillGrace{200};
constexpr milliseconds kAtOnce{0};

// In front of each packet between the two processes.
struct Head {
  enum Kind : uint32_t {
    kDatagram,  // a datagram follows
    kFailed,    // the words of an error follow
    kOpened,    // the channel is there
    kJoin,      // the number of a group follows
    kJoined,
  };
  Kind kind = kDatagram;
  ErrorCode code = ErrorCode::kIo;  // of an error
  int32_t os_error = 0;
  uint32_t port = 0;  // of the channel
};

constexpr size_t kPacketBytes = sizeof(Head) + kReceiveBytes;

std::span<const std::byte> BytesOf(const Head& head) { return std::as_bytes(std::span(&head, 1)); }

struct Packet {
  Head head;
  std::span<const std::byte> body;
};

Result<std::optional<Packet>> ReceivePacket(PacketSocket& socket, milliseconds timeout) {
  const auto bytes = VMCOREDD_TRY(socket.Receive(timeout));
  if (!bytes) return std::nullopt;
  if (bytes->size() < sizeof(Head)) {
    return Fail(ErrorCode::kCorrupt, "expected a packet of at least " +
                                         std::to_string(sizeof(Head)) + " bytes, found " +
                                         std::to_string(bytes->size()));
  }
  Packet packet;
  std::memcpy(&packet.head, bytes->data(), sizeof(Head));
  packet.body = bytes->subspan(sizeof(Head));
  return packet;
}

Error ErrorOf(const Packet& packet) {
  const auto* const words = reinterpret_cast<const char*>(packet.body.data());
  return Error(packet.head.code, std::string(words, packet.body.size()))
      .WithOsError(packet.head.os_error);
}

// The child: asks, and may hang.
class Relay {
 public:
  explicit Relay(PacketSocket parent) : parent_(std::move(parent)) {}

  void Run(const ChannelOpener& open) {
    auto opened = open();
    if (!opened) return Tell(opened.error());
    channel_ = *std::move(opened);
    if (channel_->fd() < 0) {
      return Tell(Error(ErrorCode::kInvalidArgument, "expected a channel with a descriptor"));
    }
    Tell({.kind = Head::kOpened, .port = channel_->port()});
    while (!is_over_) {
      pollfd entries[] = {{parent_.fd(), POLLIN, 0}, {channel_->fd(), POLLIN, 0}};
      if (::poll(entries, 2, -1) < 0 && errno != EINTR) return;
      if (entries[0].revents != 0) TakeRequest();
      if (entries[1].revents != 0 && !is_over_) PassOn();
    }
  }

 private:
  // A parent that is gone wants nothing any more.
  void Tell(const Head& head) { is_over_ |= !parent_.Send(BytesOf(head)); }
  void Tell(const Error& error) {
    const std::string& words = error.message();
    const auto bytes = std::as_bytes(std::span(words)).first(std::min(words.size(), kReceiveBytes));
    const Head head{.kind = Head::kFailed, .code = error.code(), .os_error = error.os_error()};
    is_over_ |= !parent_.Send(BytesOf(head), bytes);
  }

  void TakeRequest() {
    const auto packet = ReceivePacket(parent_, kAtOnce);
    is_over_ |= !packet;
    if (!packet || !*packet) return;
    const auto& [head, body] = **packet;
    if (head.kind == Head::kDatagram) {
      if (const auto sent = channel_->Send(body); !sent) Tell(sent.error());
    } else if (uint32_t group = 0; head.kind == Head::kJoin && body.size() == sizeof(group)) {
      std::memcpy(&group, body.data(), sizeof(group));
      const auto joined = channel_->Join(group);
      joined ? Tell(Head{.kind = Head::kJoined}) : Tell(joined.error());
    }
  }

  void PassOn() {
    const auto datagram = channel_->Receive(kAtOnce);
    if (!datagram) {
      const Error& error = datagram.error();
      Tell(error);
      // Behind anything else the channel does not go on.
      is_over_ |= error.code() != ErrorCode::kTruncated && error.os_error() != ENOBUFS;
    } else if (*datagram) {
      const auto sent = parent_.Send(BytesOf(Head{}), **datagram);
      if (!sent) Tell(sent.error());
    }
  }

  PacketSocket parent_;
  std::unique_ptr<MessageChannel> channel_;
  bool is_over_ = false;
};

// It has nothing of the parent but the socket: a child that the kernel keeps must not keep
// a pipe open that somebody reads to its end, nor an archive.
void CloseOthers() {
  if (::close_range(kChildFd + 1, ~0U, 0) != 0) {
    for (int fd = kChildFd + 1; fd < 256; ++fd) ::close(fd);
  }
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (null < 0) {
      ::close(fd);
    } else {
      ::dup2(null, fd);
    }
  }
  if (null > kChildFd) ::close(null);
}

// Stop signals are for the parent: when it ends, so does the child.
void ResetSignals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) ::signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// noexcept: nothing of ours goes on in the parent's frames.
[[noreturn]] void BecomeRelay(const ChannelOpener& open, int fd, pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (::dup2(fd, kChildFd) < 0) ::_exit(1);
  CloseOthers();
  ResetSignals();
  // As much as the administrator allows: a datagram has to fit as a whole.
  const int room = 4 * static_cast<int>(kPacketBytes);
  ::setsockopt(kChildFd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
  Relay(PacketSocket(UniqueFd(kChildFd), "who asks", kPacketBytes)).Run(open);
  ::_exit(0);
}

// Ends with its owner, who does not wait for ever.
class RelayProcess {
 public:
  explicit RelayProcess(pid_t child) : child_(child) {}
  RelayProcess(RelayProcess&& other) noexcept : child_(std::exchange(other.child_, 0)) {}
  RelayProcess& operator=(RelayProcess&&) = delete;
  ~RelayProcess() {
    if (child_ == 0) return;
    ::kill(child_, SIGKILL);
    const auto deadline = steady_clock::now() + kKillGrace;
    for (long pause_ns = 20'000;; pause_ns = std::min(pause_ns * 2, 5'000'000L)) {
      const pid_t ended = ::waitpid(child_, nullptr, WNOHANG);
      if (ended == child_ || (ended < 0 && errno != EINTR)) return;
      if (steady_clock::now() >= deadline) return;
      const timespec pause{0, pause_ns};
      ::nanosleep(&pause, nullptr);
    }
  }

 private:
  pid_t child_;
};

class RelayedChannel final : public MessageChannel {
 public:
  RelayedChannel(RelayProcess process, UniqueFd socket, milliseconds patience)
      : process_(std::move(process)),
        socket_(std::move(socket), "the process that asks", kPacketBytes),
        patience_(patience) {}

  Result<void> WaitUntilOpen() {
    const auto packet = VMCOREDD_TRY(Answer(Head::kOpened));
    if (!packet) {
      return FailIo("no connection within " + std::to_string(patience_.count()) + " ms", ETIMEDOUT);
    }
    port_ = packet->head.port;
    return {};
  }

  Result<void> Send(std::span<const std::byte> message) override {
    auto sent = socket_.Send(BytesOf(Head{}), message, MSG_DONTWAIT);
    // Why it is closed may lie there: Receive() tells it.
    if (sent || sent.error().os_error() == ECONNRESET) return {};
    // Not EAGAIN, which would ask for another try.
    if (sent.error().os_error() == EAGAIN) {
      return FailIo("the process that asks takes no more requests", ETIMEDOUT);
    }
    return sent;
  }

  Result<std::optional<std::span<const std::byte>>> Receive(milliseconds timeout) override {
    while (true) {
      const auto packet = VMCOREDD_TRY(Next(timeout));
      if (!packet) return std::nullopt;
      if (packet->head.kind == Head::kDatagram) return packet->body;
    }
  }

  Result<void> Join(uint32_t group) override {
    VMCOREDD_TRY(socket_.Send(BytesOf({.kind = Head::kJoin}), std::as_bytes(std::span(&group, 1)),
                              MSG_DONTWAIT));
    const auto packet = VMCOREDD_TRY(Answer(Head::kJoined));
    if (packet) return {};
    return FailIo("joining multicast group " + std::to_string(group) + " does not end", ETIMEDOUT);
  }

  int fd() const override { return socket_.fd(); }
  uint32_t port() const override { return port_; }

 private:
  Result<std::optional<Packet>> Next(milliseconds timeout) {
    auto packet = ReceivePacket(socket_, timeout);
    // Behind its last error the child has ended; the reason stays the same.
    if (!packet && packet.error().os_error() == ECONNRESET && last_error_) {
      return tl::unexpected(*last_error_);
    }
    if (!packet || !*packet || (*packet)->head.kind != Head::kFailed) return packet;
    last_error_ = ErrorOf(**packet);
    return tl::unexpected(*last_error_);
  }

  // Nothing: not in time.
  Result<std::optional<Packet>> Answer(Head::Kind kind) {
    const auto deadline = steady_clock::now() + patience_;
    while (true) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
      auto packet = VMCOREDD_TRY(Next(std::max(left, kAtOnce)));
      if (!packet || packet->head.kind == kind) return packet;
    }
  }

  RelayProcess process_;
  PacketSocket socket_;
  const milliseconds patience_;
  uint32_t port_ = 0;
  std::optional<Error> last_error_;
};

Result<std::unique_ptr<MessageChannel>> OpenRelayed(const ChannelOpener& open,
                                                    milliseconds patience) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return FailIo("cannot make a pair of sockets", errno);
  }
  UniqueFd ours(ends[0]), theirs(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return FailIo("cannot fork", errno);
  if (child == 0) BecomeRelay(open, theirs.get(), parent);
  auto channel = std::make_unique<RelayedChannel>(RelayProcess(child), std::move(ours), patience);
  theirs.reset();
  VMCOREDD_TRY(channel->WaitUntilOpen());
  return channel;
}

}  // namespace

ChannelOpener Relayed(ChannelOpener open, milliseconds patience) {
  return [open = std::move(open), patience] { return OpenRelayed(open, patience); };
}

}  // namespace vmcoredd::devlink
