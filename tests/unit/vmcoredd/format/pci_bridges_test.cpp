// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/pci_bridges.h"

#include <gtest/gtest.h>

namespace vmcoredd {
namespace {

PciAddress At(uint8_t bus, uint32_t domain = 0) { return {domain, bus, 0, 0}; }

TEST(PciBridgesTest, FindsTheBridgeToTheBus) {
  PciBridges bridges;
  bridges.Add(At(0), 1, 9, 10);
  bridges.Add(At(1), 2, 3, 11);
  bridges.Add(At(1), 2, 3, 12);
  EXPECT_EQ(bridges.Above(At(2)), 11u);
  EXPECT_EQ(bridges.Above(At(1)), 10u);
  EXPECT_EQ(bridges.Above(At(3)), 12u);  // no bridge leads there: the innermost range
  EXPECT_EQ(bridges.Above(At(5)), 10u);
  EXPECT_FALSE(bridges.Above(At(0)).has_value());
  EXPECT_FALSE(bridges.Above(At(10)).has_value());
  EXPECT_FALSE(bridges.Above(At(2, 1)).has_value());
}

TEST(PciBridgesTest, BelievesNoCircle) {
  PciBridges bridges;
  bridges.Add(At(1), 1, 255, 0);
  bridges.Add(At(2), 1, 255, 1);
  bridges.Add(At(3), 0, 255, 2);
  for (unsigned bus = 0; bus < 256; ++bus) {
    EXPECT_FALSE(bridges.Above(At(static_cast<uint8_t>(bus))).has_value()) << bus;
  }
}

}  // namespace
}  // namespace vmcoredd
