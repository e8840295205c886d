// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/hole_map.h"

#include <algorithm>
#include <limits>

namespace vmcoredd {

HoleMap::HoleMap(const DeviceDump& dump) {
  if (!dump.manifest) return;
  std::vector<Span> all;
  for (const Hole& hole : dump.manifest->holes) {
    if (hole.range.size == 0) continue;
    all.push_back(
        {hole.range.offset, hole.range.End().value_or(std::numeric_limits<uint64_t>::max())});
  }
  std::sort(all.begin(), all.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  for (const Span& hole : all) {
    if (!holes_.empty() && hole.begin <= holes_.back().end) {
      holes_.back().end = std::max(holes_.back().end, hole.end);
    } else {
      holes_.push_back(hole);
    }
  }
}

HoleMap::Run HoleMap::At(uint64_t offset) {
  if (next_ > 0 && holes_[next_ - 1].end > offset) next_ = 0;
  while (next_ < holes_.size() && holes_[next_].end <= offset) ++next_;
  if (next_ == holes_.size()) return {false, std::numeric_limits<uint64_t>::max()};
  if (holes_[next_].begin <= offset) return {true, holes_[next_].end};
  return {false, holes_[next_].begin};
}

}  // namespace vmcoredd
