// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_server.h"

#include <linux/devlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace vmcoredd {

namespace {

// Datagrams for one client before the others get their turn.
constexpr int kTurn = 16;

}  // namespace

HealthServer::HealthServer(EventLoop& loop, HealthDevices& devices, HealthServerSettings settings)
    : loop_(loop), devices_(devices), settings_(std::move(settings)) {}

HealthServer::~HealthServer() {
  loop_.CancelTimer(wake_);
  for (const auto& [fd, client] : clients_) loop_.RemoveFd(fd);
  if (!listener_.is_valid()) return;
  loop_.RemoveFd(listener_.get());
  ::unlink(settings_.path.c_str());
}

Result<void> HealthServer::Listen() {
  UniqueFd listener = VMCOREDD_TRY(ListenForHealth(settings_.path));
  const int fd = listener.get();
  if (auto added = loop_.AddFd(fd, EPOLLIN, [this](uint32_t) { Accept(); }); !added) {
    ::unlink(settings_.path.c_str());
    return added;
  }
  listener_ = std::move(listener);
  return {};
}

void HealthServer::Accept() {
  UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  // Whoever cannot be served is let go: it sees the end of its connection.
  if (fd.is_valid()) static_cast<void>(Adopt(std::move(fd)));
}

Result<void> HealthServer::Adopt(UniqueFd connection, std::optional<bool> is_privileged) {
  HealthPeer peer = VMCOREDD_TRY(IdentifyPeer(connection.get(), settings_.group));
  if (is_privileged) peer.is_privileged = *is_privileged;
  const auto of_user = std::count_if(clients_.begin(), clients_.end(), [&](const auto& there) {
    return !there.second->peer.is_privileged && there.second->peer.user == peer.user;
  });
  if (clients_.size() >= kMaxClients ||
      (!peer.is_privileged && static_cast<size_t>(of_user) >= kMaxClientsOfUser)) {
    return Fail(ErrorCode::kLimitExceeded, "too many clients");
  }
  const int fd = connection.get();
  auto client = std::make_unique<Client>(std::move(connection), peer, devices_);
  client->events = EPOLLIN;
  VMCOREDD_TRY(loop_.AddFd(fd, EPOLLIN, [this, fd](uint32_t events) { OnClient(fd, events); }));
  clients_.emplace(fd, std::move(client));
  return {};
}

void HealthServer::OnClient(int fd, uint32_t events) {
  const auto found = clients_.find(fd);
  if (found == clients_.end()) return;
  Client& client = *found->second;
  // What a client said before it left is still done, as a kernel does it.
  const bool has_left = (events & (EPOLLERR | EPOLLHUP)) != 0 && (events & EPOLLIN) == 0;
  const bool is_gone = has_left || ((events & EPOLLIN) != 0 && !Receive(client)) || !Pump(client);
  if (is_gone) Close(fd);
}

// One datagram. False: the client is gone, or must go.
bool HealthServer::Receive(Client& client) {
  if (!client.session.wants_request() || client.unsent) return true;
  buffer_.resize(kMaxRequestBytes);
  const ssize_t got =
      ::recv(client.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0 || static_cast<size_t>(got) > buffer_.size()) return false;
  client.session.Take(std::span(buffer_).first(static_cast<size_t>(got)));
  return true;
}

// Sends what there is and the client takes. False: it is gone.
bool HealthServer::Pump(Client& client) {
  bool wants_write = false;
  for (int sent = 0;; ++sent) {
    if (sent == kTurn) {
      wants_write = true;
      break;
    }
    if (!client.unsent) client.unsent = client.session.Next();
    if (!client.unsent) break;
    const ssize_t put = ::send(client.fd.get(), client.unsent->data(), client.unsent->size(),
                               MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN) return false;
    wants_write = put < 0;
    if (wants_write) break;
    client.unsent.reset();
  }
  const bool wants_read = !client.unsent && client.session.wants_request();
  const uint32_t events = (wants_read ? EPOLLIN : 0U) | (wants_write ? EPOLLOUT : 0U);
  if (events != client.events) {
    if (!loop_.SetEvents(client.fd.get(), events)) return false;
    client.events = events;
  }
  return true;
}

void HealthServer::Close(int fd) {
  loop_.RemoveFd(fd);
  clients_.erase(fd);
}

void HealthServer::Notify(const HealthReporter& reporter) {
  const HealthDatagram message =
      DatagramOf(ReporterMessage(reporter, DEVLINK_CMD_HEALTH_REPORTER_RECOVER, 0, {}));
  for (const auto& [fd, client] : clients_) client->session.Notify(message);
  Wake();
}

// Not at once: a reporter may be in the middle of what a client's request has begun.
void HealthServer::Wake() {
  if (wake_ != 0 || clients_.empty()) return;
  wake_ = loop_.AddTimer(std::chrono::milliseconds(0), [this] {
    wake_ = 0;
    std::vector<int> descriptors;
    for (const auto& [fd, client] : clients_) descriptors.push_back(fd);
    for (const int fd : descriptors) OnClient(fd, 0);
  });
}

}  // namespace vmcoredd
