// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_export.h"

#include <CLI/CLI.hpp>
#include <set>
#include <string>

#include "readers/cli/commands.h"

namespace vmcoredd::cli {

void AddExportFormat(CLI::App& app, ExportCommand& command) {
  const std::set<std::string> formats = {"lspci", "sysfs", "mstdump",
#ifdef VMCOREDD_WITH_DEVLINK
                                         "devlink-json",
#endif
                                         "raw"};
  app.add_option("FORMAT", command.format, "what to write")
      ->type_name("")
      ->required()
      ->check(CLI::IsMember(formats));
}

void AddExportOptions(CLI::App& app, ExportCommand& command) {
  app.add_option("-o,--output", command.output,
                 "of lspci the file, - is standard output; else the folder")
      ->type_name("OUT")
      ->required();
  app.add_flag("-f,--force", command.force, "overwrite files");
}

}  // namespace vmcoredd::cli
