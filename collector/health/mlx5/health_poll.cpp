// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/health_poll.h"

#include <utility>

namespace vmcoredd::mlx5 {

namespace {
constexpr uint32_t kAllOnes = 0xffffffff;
}  // namespace

Sensor CheckSensors(const Sample& sample, const Registers& registers) {
  if (sample.status == Sample::Status::kNoReturn) return Sensor::kNoReturn;
  // The driver loads fw_ver first; who must not hang asks configuration space before.
  if (sample.status == Sample::Status::kNoAnswer) return Sensor::kPci;
  if (registers.health.fw_ver == kAllOnes) return Sensor::kPciComm;
  if (registers.nic_state == static_cast<uint8_t>(NicState::kDisabled)) {
    return Sensor::kNicDisabled;
  }
  if (registers.nic_state == static_cast<uint8_t>(NicState::kSwReset)) return Sensor::kNicSwReset;
  if (registers.health.rfr() && registers.health.synd != 0) return Sensor::kSyndromeRfr;
  return Sensor::kNone;
}

std::string SensorText(Sensor sensor) {
  switch (sensor) {
    case Sensor::kNone: return "no error";
    case Sensor::kPciComm: return "registers read all ones";
    case Sensor::kPci: return "configuration space does not answer";
    case Sensor::kNicDisabled: return "the NIC interface is disabled";
    case Sensor::kNicSwReset: return "the NIC interface is in software reset";
    case Sensor::kSyndromeRfr: return "firmware reports a syndrome and requires recovery";
    case Sensor::kNoReturn: return "a load from the registers does not return";
  }
  return "unknown";
}

HealthPoll::Finding HealthPoll::Look(const Sample& sample) {
  Finding finding;
  // Nothing can be said about a device that must not be read.
  if (sample.status == Sample::Status::kCannotRead) return finding;
  if (sample.status == Sample::Status::kRead) registers_ = DecodeSegment(sample.image);
  const Sensor sensor = CheckSensors(sample, registers_);
  const bool counts = registers_.counter != previous_;
  if (fatal_ != Sensor::kNone) {
    const bool is_well = sensor == Sensor::kNone && counts && registers_.health.synd == 0;
    well_ = is_well ? well_ + 1 : 0;
    previous_ = registers_.counter;
    finding.is_well_again = well_ == kWellLooks;
    return finding;
  }
  if (sensor != Sensor::kNone) {
    fatal_ = finding.fatal = sensor;
    well_ = 0;
    return finding;
  }
  misses_ = counts ? 0 : misses_ + 1;
  previous_ = registers_.counter;
  if (misses_ == kMaxMisses) {
    syndrome_ = registers_.health.synd;
    finding.has_missed = finding.report_firmware = true;
  }
  const uint8_t before = std::exchange(syndrome_, registers_.health.synd);
  if (syndrome_ != 0 && syndrome_ != before) finding.report_firmware = true;
  return finding;
}

// The driver keeps what it counted: only the error is over.
void HealthPoll::Restart() {
  fatal_ = Sensor::kNone;
  well_ = 0;
}

}  // namespace vmcoredd::mlx5
