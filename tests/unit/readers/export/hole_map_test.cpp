// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/hole_map.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vmcoredd {
namespace {

DeviceDump WithHoles(std::vector<Hole> holes) {
  DeviceDump dump;
  dump.manifest.emplace();
  dump.manifest->holes = std::move(holes);
  return dump;
}

// Three holes of any place and size within 8 bytes, in any order, against a row of flags.
TEST(HoleMap, AgreesWithARowOfFlags) {
  constexpr uint64_t kBytes = 8;
  std::vector<Hole> all;
  for (uint64_t begin = 0; begin < kBytes; ++begin) {
    for (uint64_t size = 0; size <= 4 && begin + size <= kBytes; size += 2) {
      all.push_back({{begin, size}, "x"});
    }
  }
  for (const Hole& a : all) {
    for (const Hole& b : all) {
      const std::vector<Hole> holes = {a, b, {{3, 1}, "x"}};
      std::vector<bool> flags(kBytes + 5, false);
      for (const Hole& hole : holes) {
        for (uint64_t i = 0; i < hole.range.size; ++i) flags[hole.range.offset + i] = true;
      }
      HoleMap map(WithHoles(holes));
      for (uint64_t offset = 0; offset < kBytes; ++offset) {
        const HoleMap::Run run = map.At(offset);
        ASSERT_EQ(run.is_hole, flags[offset]);
        for (uint64_t at = offset; at < std::min(run.end, kBytes + 4); ++at) {
          ASSERT_EQ(flags[at], run.is_hole) << at;
        }
        if (run.end < flags.size()) {
          ASSERT_NE(flags[run.end], run.is_hole);
        }
        for (uint64_t size = 1; size < 5; ++size) {
          const bool touches =
              std::find(flags.begin() + static_cast<ptrdiff_t>(offset),
                        flags.begin() + static_cast<ptrdiff_t>(offset + size),
                        true) != flags.begin() + static_cast<ptrdiff_t>(offset + size);
          ASSERT_EQ(map.Touches(offset, size), touches);
        }
      }
      EXPECT_EQ(map.At(0).is_hole, flags[0]);  // back to the start
    }
  }
}

TEST(HoleMap, TakesHolesThatEndNowhere) {
  HoleMap map(WithHoles({{{100, UINT64_MAX}, "x"}, {{200, 1}, "x"}}));
  EXPECT_FALSE(map.At(99).is_hole);
  EXPECT_TRUE(map.At(UINT64_MAX - 1).is_hole);
}

TEST(HoleMap, ADumpThatNothingDescribesHasNone) {
  HoleMap map{DeviceDump()};
  EXPECT_FALSE(map.At(0).is_hole);
  EXPECT_EQ(map.At(0).end, UINT64_MAX);
}

}  // namespace
}  // namespace vmcoredd
