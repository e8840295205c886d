// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_import.h"

#include <CLI/CLI.hpp>
#include <set>
#include <string>

#include "readers/cli/commands.h"
#include "readers/cli/parse_bytes.h"
#include "readers/import/formats.h"

namespace vmcoredd::cli {

void AddImportOptions(CLI::App& app, ImportCommand& import) {
  std::set<std::string> formats;
  for (const SavedFormat& format : SavedFormats()) formats.emplace(format.name);
  const auto text = [&](const char* option, std::string& value, const char* type,
                        const char* words) {
    app.add_option(option, value, words)->type_name(type)->check([](const std::string& given) {
      return given.empty() ? std::string("expected a value that is not empty") : std::string();
    });
  };
  app.add_option("FILE", import.files, "saved output; - is standard input")
      ->type_name("")
      ->required();
  app.add_option("-o,--output", import.archive, "the archive to write")
      ->type_name("ARCHIVE")
      ->required();
  app.add_option("--format", import.format, "what FILE is, where it does not show")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(formats));
  text("--device", import.device, "BUS/ADDRESS", "the device, like pci/0000:00:05.0");
  text("--driver", import.identity.driver, "DRIVER", "its driver");
  text("--pci", import.identity.ids, "VENDOR:DEVICE", "its PCI ids, by which layouts know it");
  text("--class", import.identity.pci_class, "CODE", "its PCI class, like 020000");
  text("--region", import.identity.region, "REGION", "the region that was dumped");
  text("--snapshot", import.identity.snapshot, "N", "its snapshot, or live");
  text("--port", import.identity.port, "N", "the port that a region or reporter is of");
  text("--reporter", import.identity.reporter, "REPORTER", "the health reporter");
  text("--firmware", import.identity.firmware, "VERSION", "the firmware that ran");
  app.add_option_function<std::string>(
         "--size",
         [&import](const std::string& given) {
           import.size = BytesOrThrow("--size", given);
           if (*import.size == 0) throw CLI::ValidationError("--size", "expected a byte or more");
         },
         "the bytes that a region, or a raw file, must have")
      ->type_name("BYTES");
  text("--time", import.identity.time, "TIME", "when the output was made, as RFC 3339 has it");
  text("--source", import.identity.source, "SOURCE", "first part of the dump's name");
  app.add_flag("--compress", import.compress, "store payloads as zstd");
  app.add_flag("-f,--force", import.force, "overwrite ARCHIVE");
  app.add_flag("--json", import.json, "print JSON (schema vmcoredd-import/1)");
}

}  // namespace vmcoredd::cli
