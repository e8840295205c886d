// SPDX-License-Identifier: LGPL-2.1-or-later
#include <set>
#include <string>
#include <vector>

#include "readers/cli/parse_decode.h"

namespace vmcoredd::cli {

namespace {

void AddList(CLI::App& app,
             const char* option,
             std::vector<std::string>& list,
             const char* text,
             const char* type) {
  app.add_option(option, list, text)
      ->type_name(type)
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

// As a layout has it: "8086:*", in lower case.
std::string CheckPci(std::string& ids) {
  for (char& c : ids) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool is_good = ids.size() >= 3 && ids.find(':') != ids.npos &&
                       ids.find_first_not_of("0123456789abcdef:*?") == ids.npos;
  return is_good ? "" : "expected VENDOR:DEVICE in hexadecimal, as 8086:* or 15b3:1017";
}

}  // namespace

void AddLayoutImport(CLI::App& app, LayoutCommand& command) {
  LayoutSource& source = command.source;
  app.footer(
      "Examples:\n"
      "  vmcoredd layout import layout.csv -o pmc.toml --match-dump 'pmc_*'\n"
      "  vmcoredd layout import chip.svd -o nic.toml --peripheral NIC --match-pci 1234:11e8");
  app.add_option("FILE", source.file, "what describes the registers; - is standard input")
      ->type_name("")
      ->required();
  app.add_option("-o,--output", source.output, "the layout; - is standard output")
      ->type_name("FILE")
      ->required();
  app.add_flag("-f,--force", source.force, "overwrite it");
  app.add_option("--format", source.format, "crashlog-csv or svd; else what FILE looks like")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(std::set<std::string>{"crashlog-csv", "svd"}));
  app.add_option("--name", source.name, "of the layout")->type_name("NAME");
  app.add_option("--title", source.title, "of the layout")->type_name("TEXT");
  AddList(app, "--source", source.sources, "where the facts come from, besides FILE", "TEXT");
  AddList(app, "--peripheral", source.peripherals, "of svd: only this one; may be repeated",
          "NAME");
  app.add_option("--base", source.base, "of svd: the address of the dump's first byte")
      ->type_name("ADDRESS");
  CLI::Validator pci(CheckPci, "");
  app.add_option("--match-pci", source.match_pci, "for dumps of these devices; may be repeated")
      ->type_name("IDS")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->transform(pci);
  AddList(app, "--match-dump", source.match_dump, "for dumps of this name", "GLOB");
  AddList(app, "--match-driver", source.match_driver, "for devices of this driver", "GLOB");
  AddList(app, "--match-region", source.match_region, "for this devlink region", "GLOB");
  app.callback([&command] { command.verb = LayoutCommand::Verb::kImport; });
}

}  // namespace vmcoredd::cli
