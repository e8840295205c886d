// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/vmcore_reader.h"

namespace vmcoredd {

std::string_view VmcoreFormatName(VmcoreFormat format) {
  switch (format) {
    case VmcoreFormat::kElf: return "elf";
    case VmcoreFormat::kKdump: return "kdump";
    case VmcoreFormat::kElfFlattened: return "elf-flattened";
    case VmcoreFormat::kKdumpFlattened: return "kdump-flattened";
    case VmcoreFormat::kArchive: return "archive";
  }
  return "unknown";
}

}  // namespace vmcoredd
