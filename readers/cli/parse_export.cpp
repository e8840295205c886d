// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_export.h"

#include <CLI/CLI.hpp>
#include <set>
#include <string>

#include "readers/cli/commands.h"

namespace vmcoredd::cli {

void AddExportFormat(CLI::App& app, ExportCommand& command) {
  const std::set<std::string> formats = {"lspci",        "sysfs",  "mstdump",
#ifdef VMCOREDD_WITH_DEVLINK
                                         "devlink-json", "sqlite",
#endif
                                         "raw",          "jsonl"};
  app.add_option("FORMAT", command.format, "what to write")
      ->type_name("")
      ->required()
      ->check(CLI::IsMember(formats));
}

void AddExportOptions(CLI::App& app, ExportCommand& command) {
  app.add_option("-o,--output", command.output,
                 "of lspci and jsonl the file, - is standard output; of sqlite the database; else "
                 "the folder")
      ->type_name("OUT");
  app.add_flag("-f,--force", command.force, "overwrite files");
  app.add_flag("!--no-fields", command.with_fields, "of jsonl and sqlite: without what dumps say");
  app.add_option("--layouts", command.layouts.directories,
                 "of jsonl and sqlite: layouts in DIR, too; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

void CheckExport(const ExportCommand& command) {
  const bool has_rows = command.format == "jsonl" || command.format == "sqlite";
  if (command.output.empty() && command.format != "jsonl") {
    throw CLI::ValidationError("export", "say where to: -o OUT");
  }
  if (has_rows && !command.selectors.empty()) {
    throw CLI::ValidationError("export", command.format + " is of whole captures: no -s");
  }
  if (command.format == "sqlite" && (command.output == "-" || command.force)) {
    throw CLI::ValidationError("export",
                               "sqlite adds to the database OUT: it is no stream, and no -f");
  }
  if (!has_rows && (!command.with_fields || !command.layouts.directories.empty())) {
    throw CLI::ValidationError("export", "--no-fields and --layouts are for jsonl and sqlite");
  }
}

}  // namespace vmcoredd::cli
