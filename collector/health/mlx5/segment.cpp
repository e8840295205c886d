// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/segment.h"

#include <bit>

#include "vmcoredd/base/endian.h"

namespace vmcoredd::mlx5 {

namespace {

constexpr uint32_t kHealthBuffer = 0x200;
constexpr int kDefaultSeverity = 3;  // LOGLEVEL_ERR
constexpr uint8_t kSeverityMask = 0x07, kSeverityIsValid = 0x08;

uint32_t Word(const SegmentImage& image, uint32_t address) {
  return LoadInt<uint32_t>(&image[address], std::endian::big);
}
uint8_t Byte(const SegmentImage& image, uint32_t address) {
  return static_cast<uint8_t>(image[address]);
}

}  // namespace

int HealthBuffer::severity() const {
  return (rfr_severity & kSeverityIsValid) != 0 ? rfr_severity & kSeverityMask : kDefaultSeverity;
}

Registers DecodeSegment(const SegmentImage& image) {
  Registers registers;
  const uint32_t fw_rev = Word(image, 0x0000);
  registers.firmware_major = static_cast<uint16_t>(fw_rev);
  registers.firmware_minor = static_cast<uint16_t>(fw_rev >> 16);
  registers.firmware_subminor = static_cast<uint16_t>(Word(image, 0x0004));
  registers.nic_state = Word(image, 0x0014) >> 8 & 7;
  registers.is_initializing = (Word(image, 0x01fc) & 0x80000000U) != 0;
  HealthBuffer& health = registers.health;
  for (uint32_t i = 0; i < health.assert_var.size(); ++i) {
    health.assert_var[i] = Word(image, kHealthBuffer + 4 * i);
  }
  health.assert_exit_ptr = Word(image, kHealthBuffer + 0x20);
  health.assert_callra = Word(image, kHealthBuffer + 0x24);
  health.time = Word(image, kHealthBuffer + 0x2c);
  health.fw_ver = Word(image, kHealthBuffer + 0x30);
  health.hw_id = Word(image, kHealthBuffer + 0x34);
  health.rfr_severity = Byte(image, kHealthBuffer + 0x38);
  health.irisc_index = Byte(image, kHealthBuffer + 0x3c);
  health.synd = Byte(image, kHealthBuffer + 0x3d);
  health.ext_synd = LoadInt<uint16_t>(&image[kHealthBuffer + 0x3e], std::endian::big);
  registers.counter = Word(image, 0x1010);
  return registers;
}

// hsynd_str(); the driver's text of 0xb ends in a newline, which is no part of it.
std::string_view SyndromeText(uint8_t syndrome) {
  switch (syndrome) {
    case 0x01: return "firmware internal error";
    case 0x07: return "irisc not responding";
    case 0x08: return "unrecoverable hardware error";
    case 0x09: return "firmware CRC error";
    case 0x0a: return "ICM fetch PCI error";
    case 0x0b: return "HW fatal error";
    case 0x0c: return "async EQ buffer overrun";
    case 0x0d: return "EQ error";
    case 0x0e: return "Invalid EQ referenced";
    case 0x0f: return "FFSER error";
    case 0x10: return "High temperature";
    case 0x12: return "ICM fetch PCI data poisoned error";
    case 0x13: return "Trust lockdown error";
    default: return "unrecognized error";
  }
}

std::string_view SeverityText(int severity) {
  constexpr std::string_view texts[] = {"EMERGENCY", "ALERT",  "CRITICAL", "ERROR",
                                        "WARNING",   "NOTICE", "INFO",     "DEBUG"};
  return severity >= 0 && severity < 8 ? texts[severity] : "Unknown log level";
}

}  // namespace vmcoredd::mlx5
