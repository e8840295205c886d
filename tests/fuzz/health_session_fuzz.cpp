// SPDX-License-Identifier: LGPL-2.1-or-later
#include <linux/netlink.h>

#include <cstring>

#include "collector/health/health_session.h"
#include "tests/fuzz/fuzz_input.h"

// Arbitrary datagrams of a client of the health reporters: 2 bytes of length each, then the
// datagram. Every answer is whole messages within the size of a dump's, and the session
// comes to an end with each of them.

namespace {

using namespace vmcoredd;
using vmcoredd::fuzz::Input;
using vmcoredd::fuzz::Require;

class StoppedClock final : public HealthClock {
 public:
  uint64_t NowMs() const override { return 5000; }
  uint64_t RealNs() const override { return 5000000000; }
};

class Nobody final : public ReporterObserver {
 public:
  void OnReport(const HealthReporter&, std::string_view) override {}
  void OnRecoveryAborted(const HealthReporter&, uint64_t) override {}
  void OnNotify(const HealthReporter&) override {}
  void OnDumpStored(const HealthReporter&) override {}
  void OnDumpFailed(const HealthReporter&, int, std::string_view) override {}
  void OnRecoveryEnd(const HealthReporter&, int, std::string_view) override {}
  void OnChange(const HealthReporter&) override {}
};

void AddDummy(HealthDevices& devices, const HealthClock& clock, ReporterObserver& observer) {
  const auto device = devices.Add("pci", "0000:05:00.0");
  Require(device.has_value(), "a device is added");
  (*device)->info = [] { return HealthDeviceInfo{"mlx5_core", "", {{"fw.version", "1"}}}; };
  ReporterOps ops;
  ops.recover = [](const ReportContext*, std::string&) { return 0; };
  ops.test = [](std::string&) { return 0; };
  ops.dump = [](devlink::FmsgBuilder& out, const ReportContext*, std::string&) {
    out.BinaryPair("data", std::vector<std::byte>(40000));
    return 0;
  };
  ops.diagnose = [](devlink::FmsgBuilder& out, std::string&) {
    out.U8Pair("Syndrome", 1);
    return 0;
  };
  auto reporter = HealthReporter::Create({"pci", "0000:05:00.0", std::nullopt, "dummy"},
                                         std::move(ops), {500, 100}, clock, observer);
  Require(reporter.has_value(), "a reporter is made");
  Require(devices.AddReporter(**device, *std::move(reporter)).has_value(), "a reporter is added");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const StoppedClock clock;
  Nobody observer;
  HealthDevices devices;
  AddDummy(devices, clock, observer);
  HealthSession session(devices, size % 2 == 0);
  while (size >= 2) {
    const size_t length = std::min<size_t>(size - 2, data[0] | data[1] << 8);
    Require(session.wants_request(), "an answer comes to an end");
    const Input input(data + 2, length);
    session.Take(input.bytes());
    // Each message has at least 16 bytes; a dump of the dummy has a few datagrams.
    size_t left = 16 + length;
    while (const auto datagram = session.Next()) {
      Require(left-- > 0, "answers are bounded");
      Require(!datagram->empty() && datagram->size() <= 32768,
              "a datagram is as large as a kernel's");
      Require(devlink::VisitMessages(*datagram, 0, std::endian::native,
                                     [](const devlink::Message&) -> Result<void> { return {}; })
                  .has_value(),
              "an answer is whole messages");
    }
    data += 2 + length;
    size -= 2 + length;
  }
  return 0;
}
