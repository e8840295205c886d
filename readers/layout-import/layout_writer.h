// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_LAYOUT_WRITER_H_
#define READERS_LAYOUT_IMPORT_LAYOUT_WRITER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "readers/layout-import/import_problems.h"
#include "readers/layout-import/register_model.h"

namespace vmcoredd::internal {

// What stands above the structures.
struct LayoutHead {
  std::vector<std::string> comments;
  std::string name, title;
  std::vector<std::string> sources;
  std::string order;  // empty: little
  const LayoutImportOptions* match = nullptr;
};

// A layout in which each block is a structure and each register a field, a line each. Equal
// structures, bits and enumerations are written once. What a layout cannot say is left out
// and goes to `problems`.
ImportedLayout WriteLayout(const ImportedItem& root,
                           const LayoutHead& head,
                           ImportProblems& problems);

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_LAYOUT_WRITER_H_
