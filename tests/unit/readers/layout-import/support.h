// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_LAYOUT_IMPORT_SUPPORT_H_
#define TESTS_UNIT_READERS_LAYOUT_IMPORT_SUPPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "readers/layout-import/layout_import.h"

namespace vmcoredd::test {

// Imports a text that must give a layout that nobody has anything against.
ImportedLayout Imported(std::string_view text, const LayoutImportOptions& options = {});

// The texts of what was left out, with their lines: "3: name: why".
std::vector<std::string> LeftOut(const ImportedLayout& layout);

// Decodes bytes by a layout: path and value of what was read.
std::map<std::string, uint64_t> Values(const ImportedLayout& layout,
                                       const std::vector<uint8_t>& bytes);

// A device of SVD around elements of its only peripheral, "P" at 0x1000.
std::string SvdOf(std::string_view registers);
// Around peripherals.
std::string SvdDevice(std::string_view peripherals);

}  // namespace vmcoredd::test

#endif  // TESTS_UNIT_READERS_LAYOUT_IMPORT_SUPPORT_H_
