// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_SUPPORT_DEVLINK_RECORDED_CHANNEL_H_
#define TESTS_SUPPORT_DEVLINK_RECORDED_CHANNEL_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "readers/devlink/message_channel.h"
#include "vmcoredd/format/devlink/netlink_message.h"

namespace vmcoredd::devlink {

// What one Receive() gives.
struct RecordedEvent {
  enum class Kind {
    kAnswer,   // a datagram whose messages get the sequence number and port of the request
    kAsItIs,   // a datagram as it was recorded: somebody else's
    kSilence,  // the time passes
    kFailure,
  };
  Kind kind = Kind::kAnswer;
  std::vector<std::byte> datagram;
  std::optional<Error> error;
};

// What a test and its channel share; the channel itself belongs to the client.
struct Recording {
  // Of each request in turn.
  std::deque<std::vector<RecordedEvent>> answers;
  // Without any request.
  std::deque<RecordedEvent> notifications;
  // The look-up of the family is answered by the channel itself, as a kernel with
  // netdevsim's recordings would, unless this is set: then `answers` has it.
  bool answers_family = true;
  uint32_t max_attribute = 176;  // that it tells

  // What was asked, but for that look-up.
  struct Request {
    uint16_t type = 0, flags = 0;
    uint8_t command = 0, version = 0;
    uint32_t sequence = 0;
    std::vector<std::byte> attributes;

    std::optional<uint64_t> Uint(uint16_t attribute) const;
    std::optional<std::string> String(uint16_t attribute) const;
    bool Has(uint16_t attribute) const;
  };
  std::vector<Request> requests;
  std::vector<uint32_t> groups;         // joined
  std::chrono::milliseconds timeout{};  // of the last Receive()

  void Answer(std::vector<RecordedEvent> events) { answers.push_back(std::move(events)); }
  void Answer(const std::vector<std::vector<std::byte>>& datagrams);
};

inline constexpr uint16_t kRecordedFamily = 20;  // of tests/golden/netlink
inline constexpr uint32_t kRecordedGroup = 7;
inline constexpr uint32_t kRecordedPort = 4242;

// Plays a recording. Never waits: what is not recorded is silence.
class RecordedChannel final : public MessageChannel {
 public:
  explicit RecordedChannel(std::shared_ptr<Recording> recording)
      : recording_(std::move(recording)) {}

  Result<void> Send(std::span<const std::byte> message) override;
  Result<std::optional<std::span<const std::byte>>> Receive(
      std::chrono::milliseconds timeout) override;
  Result<void> Join(uint32_t group) override {
    recording_->groups.push_back(group);
    return {};
  }
  uint32_t port() const override { return kRecordedPort; }

 private:
  std::shared_ptr<Recording> recording_;
  std::deque<RecordedEvent> pending_;
  uint32_t sequence_ = 0;
  std::vector<std::byte> buffer_;  // of exactly the datagram's size
};

// Messages as the kernel makes them, for what no recording has.
std::vector<std::byte> FamilyAnswer(uint32_t max_attribute = 176);
std::vector<std::byte> AckMessage(int error = 0, const std::string& text = "");
std::vector<std::byte> DoneMessage(int error = 0, const std::string& text = "", uint16_t flags = 0);
// NLMSG_DONE as DIAGNOSE has it.
std::vector<std::byte> EmptyDoneMessage();
// A message of the family, not ended: attributes are to be added.
MessageBuilder NewMessage(uint8_t command, uint16_t flags = 0);
std::vector<std::byte> ToVector(const MessageBuilder& message);
std::vector<std::byte> Concatenate(const std::vector<std::vector<std::byte>>& parts);

RecordedEvent Datagram(std::vector<std::byte> bytes);
RecordedEvent Stray(std::vector<std::byte> bytes);
RecordedEvent Silence();
RecordedEvent Failure(Error error);

}  // namespace vmcoredd::devlink

#endif  // TESTS_SUPPORT_DEVLINK_RECORDED_CHANNEL_H_
