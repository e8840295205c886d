// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_EXPORT_HOLE_MAP_H_
#define READERS_EXPORT_HOLE_MAP_H_

#include <cstdint>
#include <vector>

#include "readers/vmcore/device_dump_table.h"

namespace vmcoredd {

// Which bytes of a dump were not read: zeros that mean nothing, and that no other tool is
// to be told.
class HoleMap {
 public:
  explicit HoleMap(const DeviceDump& dump);

  // From `offset` up to `end` all is a hole, or nothing.
  struct Run {
    bool is_hole = false;
    uint64_t end = 0;
  };
  // Fast where offsets ascend.
  Run At(uint64_t offset);
  // Is one of these bytes in a hole? `size` is not 0.
  bool Touches(uint64_t offset, uint64_t size) {
    const Run run = At(offset);
    return run.is_hole || run.end - offset < size;
  }

 private:
  struct Span {
    uint64_t begin, end;
  };
  std::vector<Span> holes_;  // ascending, with something between them
  size_t next_ = 0;          // the first that ends behind the last offset
};

}  // namespace vmcoredd

#endif  // READERS_EXPORT_HOLE_MAP_H_
