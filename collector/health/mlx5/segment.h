// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_SEGMENT_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_SEGMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// The initialisation segment of a ConnectX device: BAR 0 from 0, all big-endian
// (include/linux/mlx5/device.h, struct mlx5_init_seg and struct health_buffer; the same in
// Linux 6.1 and 7.2).

namespace vmcoredd::mlx5 {

// Nothing at 0x1048 or above is ever touched: 0x200c clears an interrupt.
inline constexpr uint32_t kSegmentBytes = 0x1048;

// Double words that are read: those of driver-plugins/mlx5/registers.list, so not the
// command doorbell at 0x18.
struct RegisterRange {
  uint16_t address, count;
};
inline constexpr RegisterRange kSegmentRanges[] = {{0x0000, 2}, {0x0010, 2}, {0x01fc, 17},
                                                   {0x0ff8, 4}, {0x1010, 1}, {0x1040, 2}};

// Bytes as the device has them, offset equal to address, zeros where nothing is read.
using SegmentImage = std::array<std::byte, kSegmentBytes>;

enum class NicState : uint8_t { kFull = 0, kDisabled = 1, kNoDram = 2, kSwReset = 7 };

struct HealthBuffer {
  std::array<uint32_t, 6> assert_var{};
  uint32_t assert_exit_ptr = 0, assert_callra = 0, time = 0, fw_ver = 0, hw_id = 0;
  uint8_t rfr_severity = 0, irisc_index = 0, synd = 0;
  uint16_t ext_synd = 0;

  bool rfr() const { return (rfr_severity & 0x80) != 0; }  // recovery flow is required
  bool crr() const { return (rfr_severity & 0x40) != 0; }  // cold reset is required
  int severity() const;                                    // a level of syslog
};

struct Registers {
  uint16_t firmware_major = 0, firmware_minor = 0, firmware_subminor = 0;
  uint8_t nic_state = 0;  // NicState, or another of three bits
  bool is_initializing = false;
  HealthBuffer health;
  uint32_t counter = 0;
};

Registers DecodeSegment(const SegmentImage& image);

// What the driver calls it; "unrecognized error" for others.
std::string_view SyndromeText(uint8_t syndrome);
std::string_view SeverityText(int severity);

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_SEGMENT_H_
