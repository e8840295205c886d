// SPDX-License-Identifier: LGPL-2.1-or-later
// A hostile kernel. The first byte chooses what is asked; the rest are datagrams, each
// behind a length (u16): its highest bit leaves sequence number and port as they are. The
// client must end, deliver what is inside of the datagram, and say errors that are printable.
#include <linux/devlink.h>

#include "readers/devlink/devlink_monitor.h"
#include "readers/devlink/region_reader.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/base/endian.h"

using namespace vmcoredd;
using namespace vmcoredd::devlink;

namespace {

constexpr uint64_t kRegionBytes = 1 << 20;

template <typename T>
void Check(const Result<T>& result) {
  if (!result) fuzz::RequirePrintable(result.error());
}

std::vector<RecordedEvent> Events(std::span<const std::byte> bytes) {
  std::vector<RecordedEvent> events;
  while (bytes.size() >= 2) {
    const auto head = LoadInt<uint16_t>(bytes.data(), std::endian::little);
    bytes = bytes.subspan(2);
    const size_t size = std::min<size_t>(head & 0x7fff, bytes.size());
    std::vector<std::byte> datagram(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    bytes = bytes.subspan(size);
    events.push_back((head & 0x8000) != 0 ? Stray(std::move(datagram))
                                          : Datagram(std::move(datagram)));
  }
  return events;
}

void CheckRegion(DevlinkClient& client) {
  const RegionRange range{{"pci", "0000:00:05.0", {}}, "r", 1, 16, kRegionBytes};
  fuzz::BoundedStream out(kRegionBytes);
  RegionCopy copy;
  const auto copied = CopyRegion(client, range, kRegionBytes, out, copy);
  Check(copied);
  fuzz::Require(copy.begin == 16, "a copy begins where it was asked to");
  fuzz::Require(copy.written == out.written(), "what is said to be written was written");
  fuzz::Require(!copied || copy.written == kRegionBytes, "a copy without an error is whole");
  uint64_t end = 0;
  for (const ByteRange& hole : copy.holes) {
    fuzz::Require(hole.offset >= end && hole.size != 0, "holes come in order");
    end = hole.offset + hole.size;
    fuzz::Require(end <= kRegionBytes, "a hole lies in the range");
  }
}

// Every reader on every message, whatever was asked.
Result<void> ReadAll(const Message& message) {
  Check(ReadRegion(message));
  Check(ReadReporter(message));
  Check(ReadDeviceInfo(message));
  Check(ReadPort(message));
  Check(ReadParameter(message));
  return {};
}

void Ask(DevlinkClient& client, uint8_t what) {
  const Handle device{"pci", "0000:00:05.0", {}};
  const ReporterName reporter{device, "fw"};
  switch (what % 12) {
    case 0: Check(client.Devices()); break;
    case 1: Check(client.Ports()); break;
    case 2: Check(client.Infos()); break;
    case 3: Check(client.Info(device)); break;
    case 4: Check(client.Regions()); break;
    case 5: Check(client.NewSnapshot(device, "r", std::nullopt)); break;
    case 6: CheckRegion(client); break;
    case 7: Check(client.Reporters()); break;
    case 8: Check(client.DumpGet(reporter, ReadAll, [] {})); break;
    case 9: Check(client.Diagnose(reporter, ReadAll)); break;
    case 10: Check(client.Parameters()); break;
    default: Check(client.GetParameter(device, "p")); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const fuzz::Input input(data + 1, size - 1);
  const auto events = Events(input.bytes());

  auto recording = std::make_shared<Recording>();
  // One bit has the look-up of the family answered by the input, too.
  recording->answers_family = (data[0] & 0x80) == 0;
  // Every attempt gets the same, and what is asked next is answered well.
  for (int i = 0; i <= GenericClient::kMaxAttempts; ++i) recording->Answer(events);
  auto client = DevlinkClient::Open(std::make_unique<RecordedChannel>(recording));
  Check(client);
  if (client) {
    client->generic().set_timeout(std::chrono::milliseconds(0));
    const uint8_t what = data[0] & 0x7f;
    Ask(*client, what);
    Ask(*client, static_cast<uint8_t>(what + 1));
    fuzz::Require(recording->requests.size() <= 2 * GenericClient::kMaxAttempts + 1,
                  "a request is repeated so many times only");
  }

  auto notices = std::make_shared<Recording>();
  notices->notifications.assign(events.begin(), events.end());
  auto monitor = DevlinkMonitor::Open(std::make_unique<RecordedChannel>(notices));
  fuzz::Require(monitor.has_value(), "a monitor opens");
  for (size_t i = 0; i <= events.size() && !notices->notifications.empty(); ++i) {
    Check(monitor->Receive(std::chrono::milliseconds(0), [](const Notification& notification) {
      return ReadAll(notification.message);
    }));
  }
  fuzz::Require(notices->notifications.empty(), "a monitor goes on behind damage");
  return 0;
}
