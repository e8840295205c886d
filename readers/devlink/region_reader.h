// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_REGION_READER_H_
#define READERS_DEVLINK_REGION_READER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "readers/devlink/devlink_client.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/output_stream.h"

namespace vmcoredd::devlink {

struct RegionCopy {
  uint64_t begin = 0;            // address of the first byte
  uint64_t written = 0;          // bytes, holes included
  std::vector<ByteRange> holes;  // in bytes from `begin`; zeros took their place
};

// Reads a region and writes its bytes in ascending order to `out`, zeros where chunks are
// missing. On an error `copy` says what was written before. kTruncated when fewer bytes came
// than `expected` (of the range, or of the region); kCorrupt when chunks overlap or go back.
// Memory: one datagram. With `write_hole` it is called instead of writing zeros.
using HoleWriter = std::function<Result<void>(uint64_t size)>;
Result<void> CopyRegion(DevlinkClient& client,
                        const RegionRange& range,
                        uint64_t expected,
                        OutputStream& out,
                        RegionCopy& copy,
                        const HoleWriter& write_hole = nullptr);

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_REGION_READER_H_
