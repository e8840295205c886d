// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_SERVER_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_SERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "collector/health/health_session.h"
#include "collector/health/health_socket.h"
#include "collector/loop/event_loop.h"

namespace vmcoredd {

struct HealthServerSettings {
  std::string path{kHealthSocket};
  std::optional<gid_t> group;  // whose members may do what root may
};

// Answers clients of the socket as the kernel answers netlink, one HealthSession each. Never
// waits for a client: what it does not read stays unmade, and it is not listened to
// meanwhile. A client that sends what is no datagram of ours is let go.
class HealthServer {
 public:
  static constexpr size_t kMaxClients = 64;
  static constexpr size_t kMaxClientsOfUser = 16;  // of one who is not privileged
  static constexpr size_t kMaxRequestBytes = 64 * 1024;

  // Without listening, for Adopt().
  HealthServer(EventLoop& loop, HealthDevices& devices, HealthServerSettings settings);
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;
  ~HealthServer();

  Result<void> Listen();
  // Serves the other end of this connection. `is_privileged`: instead of what SO_PEERCRED
  // says.
  Result<void> Adopt(UniqueFd connection, std::optional<bool> is_privileged = std::nullopt);

  // Tells those who have joined the group.
  void Notify(const HealthReporter& reporter);
  // Something that sessions may wait for is over.
  void Wake();

  size_t client_count() const { return clients_.size(); }

 private:
  struct Client {
    Client(UniqueFd connection, HealthPeer who, HealthDevices& devices)
        : fd(std::move(connection)), peer(who), session(devices, who.is_privileged) {}
    UniqueFd fd;
    HealthPeer peer;
    HealthSession session;
    std::optional<HealthDatagram> unsent;
    uint32_t events = 0;
  };

  void Accept();
  void OnClient(int fd, uint32_t events);
  bool Receive(Client& client);
  bool Pump(Client& client);
  void Close(int fd);

  EventLoop& loop_;
  HealthDevices& devices_;
  HealthServerSettings settings_;
  UniqueFd listener_;
  std::map<int, std::unique_ptr<Client>> clients_;
  std::vector<std::byte> buffer_;
  EventLoop::TimerId wake_ = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_SERVER_H_
