// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_READER_H_
#define VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_READER_H_

#include <cstdint>
#include <string>

#include "collector/health/mlx5/segment.h"

namespace vmcoredd::mlx5 {

// What one look at a device gave. Plain bytes: it goes through a socket.
struct Sample {
  enum class Status : uint32_t {
    kRead,        // `image` is what the device has
    kNoAnswer,    // configuration space reads all ones, or the device is gone: no load was made
    kNoReturn,    // a load was begun and has not come back, or ended its process
    kCannotRead,  // a load must not or cannot be made: D3, no memory decoding, lockdown
  };
  Status status = Status::kCannotRead;
  char why[160] = {};  // why not kRead
  SegmentImage image{};
};

struct DevicePlace {
  std::string sysroot;  // empty: this machine
  std::string address;  // "0000:05:00.0"
};

// Looks, in this process. Configuration space is asked first, which cannot hang; then BAR 0
// is mapped and loaded, word by word, through the same checks and windows as a plugin's
// loads. Whoever calls this may never return.
Sample ReadSegment(const DevicePlace& place);

}  // namespace vmcoredd::mlx5

#endif  // VMCOREDD_COLLECTOR_HEALTH_MLX5_REGISTER_READER_H_
