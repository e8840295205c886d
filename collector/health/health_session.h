// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_SESSION_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_SESSION_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "collector/health/health_messages.h"

namespace vmcoredd {

// One client's side of the conversation: takes its datagrams, and gives the datagrams that
// answer them, one when it is asked for one. What is not asked for is not made, so a client
// that does not read costs one datagram and a few notifications.
//
// As the kernel: requests are answered in the order in which they come, with the same
// errors; a damaged one costs itself. Unlike it, a request waits for the dump before it.
class HealthSession {
 public:
  // `is_privileged`: may do what the kernel wants CAP_NET_ADMIN for.
  HealthSession(HealthDevices& devices, bool is_privileged)
      : devices_(devices), is_privileged_(is_privileged) {}

  // Whether a datagram may be given: not while the last one is being answered.
  bool wants_request() const { return request_.empty() && !answer_ && ready_.empty(); }
  void Take(std::span<const std::byte> datagram);

  // The next datagram for the client. Nothing: there is none now.
  std::optional<HealthDatagram> Next();

  // For those who have joined the group.
  void Notify(const HealthDatagram& notification);
  static constexpr size_t kMaxNotifications = 64;

 private:
  // An answer of several datagrams, or one that has to wait.
  struct Answer {
    Answer();  // elsewhere: clang 14 does not see a nested initializer before the class ends
    uint8_t command = 0;
    HealthDatagram request;  // what is answered
    // Of lists: how many have been sent. Positions, since what is listed may change
    // meanwhile, as in the kernel.
    size_t sent = 0;
    std::shared_ptr<HealthReporter> reporter;         // of DIAGNOSE, DUMP_GET, RECOVER
    std::shared_ptr<const StoredHealthDump> dump;     // of DUMP_GET, from its first message on
    std::vector<devlink::FmsgBuilder::Token> tokens;  // of DIAGNOSE
    size_t next_token = 0;
    bool is_done = false;  // DIAGNOSE: NLMSG_DONE is sent, the ack is not
  };

  void ProcessNext();
  void Process(const devlink::Message& message);
  int Handle(const devlink::Message& message, std::string& text);
  int HandleControl(const devlink::Message& message);
  int HandleDevlink(const devlink::Message& message, std::string& text);
  int DoReporter(const devlink::Message& message,
                 const std::shared_ptr<HealthReporter>& reporter,
                 const devlink::AttributeTable& attributes,
                 std::string& text);
  int Join(const devlink::Message& message);
  void StartAnswer(uint8_t command, const devlink::Message& message);

  std::optional<HealthDatagram> NextOfAnswer();
  std::optional<HealthDatagram> NextOfList(const devlink::Message& request);
  std::optional<HealthDatagram> NextOfDump(const devlink::Message& request);
  std::optional<HealthDatagram> NextOfDiagnosis(const devlink::Message& request);
  std::optional<HealthDatagram> EndOfRecovery(const devlink::Message& request);

  HealthDevices& devices_;
  const bool is_privileged_;
  HealthDatagram request_;  // and how much of it has been used
  size_t used_ = 0;
  std::deque<HealthDatagram> ready_;  // the answer of the message before, at most two
  std::optional<Answer> answer_;
  bool has_joined_ = false;
  std::deque<HealthDatagram> notifications_;
  bool has_lost_ = false;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_SESSION_H_
