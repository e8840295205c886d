// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_IMPORTERS_H_
#define READERS_LAYOUT_IMPORT_IMPORTERS_H_

#include <string_view>

#include "readers/layout-import/import_problems.h"
#include "readers/layout-import/layout_writer.h"
#include "readers/layout-import/register_model.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::internal {

// What an importer makes of a text: the registers, and what it says about them as a whole.
struct ImportedRegisters {
  ImportedItem root;
  LayoutHead head;
};

// One function a language. What it cannot read goes to `problems`; an error means that there
// is nothing to go on with.
Result<ImportedRegisters> ReadCrashlogCsv(std::string_view text,
                                          const LayoutImportOptions& options,
                                          ImportProblems& problems);
Result<ImportedRegisters> ReadSvd(std::string_view text,
                                  const LayoutImportOptions& options,
                                  ImportProblems& problems);

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_IMPORTERS_H_
