// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/new_file.h"
#include "readers/cli/output_text.h"
#include "readers/cli/plain_file.h"
#include "readers/layout-import/layout_import.h"

namespace vmcoredd::cli {

namespace {

Result<std::string> ReadText(const std::string& path) {
  const PlainFile file = VMCOREDD_TRY(OpenPlainFile(path));
  std::string text;
  // One byte more than what is taken, so that a longer file is seen to be one.
  constexpr size_t limit = kMaxRegisterFile + 1;
  constexpr size_t window = size_t{256} * 1024;
  while (text.size() < limit) {
    const size_t begin = text.size();
    text.resize(std::min(limit, begin + window));
    const size_t got =
        VMCOREDD_TRY(file.stream->Read(std::as_writable_bytes(std::span(text).subspan(begin))));
    text.resize(begin + got);
    if (got == 0) break;
  }
  return text;
}

Result<void> WriteLayoutFile(const LayoutSource& source, const std::string& toml) {
  auto created = VMCOREDD_TRY(CreateNewFile(source.output, source.force));
  OutputFile& file = created.file;
  VMCOREDD_TRY(file.Write(std::as_bytes(std::span(toml))));
  return file.Commit();
}

LayoutImportOptions OptionsOf(const LayoutSource& source) {
  LayoutImportOptions options;
  options.language = FindRegisterLanguage(source.format);
  options.file = source.file == "-" ? "standard input"
                                    : std::filesystem::path(source.file).filename().string();
  options.name = source.name;
  options.title = source.title;
  options.sources = source.sources;
  options.match_pci = source.match_pci;
  options.match_dump = source.match_dump;
  options.match_driver = source.match_driver;
  options.match_region = source.match_region;
  options.peripherals = source.peripherals;
  options.base = source.base;
  return options;
}

}  // namespace

void ImportLayoutFile(const LayoutSource& source, Console& console) {
  const auto text = ReadText(source.file);
  if (!text) return console.AddUnusable(source.file, text.error());
  const auto layout = ImportLayout(*text, OptionsOf(source));
  if (!layout) {
    const bool is_asked = layout.error().code() == ErrorCode::kInvalidArgument ||
                          layout.error().code() == ErrorCode::kNotFound;
    if (is_asked) return console.AddProblem(source.file, layout.error());
    return console.AddUnusable(source.file, layout.error());
  }
  for (const LayoutImportProblem& problem : layout->problems) {
    const std::string place = problem.line == 0 ? "" : fmt::format("line {}: ", problem.line);
    console.AddProblem(source.file, Error(ErrorCode::kUnsupported, place + problem.text));
  }
  if (source.output == "-") {
    console.Print(layout->toml);
  } else if (const auto written = WriteLayoutFile(source, layout->toml); !written) {
    return console.AddProblem(source.output, written.error());
  } else {
    console.Print(fmt::format("{}: {}: {}, {}, {}\n", PathText(source.output), layout->name,
                              Count(layout->structures, "structure"),
                              Count(layout->fields, "field"),
                              Count(layout->bit_fields, "bit field")));
  }
  if (layout->left_out != 0) {
    console.Note(fmt::format("{}: {} of it cannot be said by a layout, see above",
                             PathText(source.file), Count(layout->left_out, "part")));
  }
}

}  // namespace vmcoredd::cli
