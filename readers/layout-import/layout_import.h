// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_LAYOUT_IMPORT_H_
#define READERS_LAYOUT_IMPORT_LAYOUT_IMPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/result.h"

// Layouts (driver-plugins/LAYOUTS.md) of what others describe registers in.

namespace vmcoredd {

enum class RegisterLanguage {
  kCrashlogCsv,  // Intel's crashlog decode definitions: name;offset;size;description;bitfield
  kSvd,          // CMSIS-SVD
};
std::string_view RegisterLanguageName(RegisterLanguage language);
std::optional<RegisterLanguage> FindRegisterLanguage(std::string_view name);
// What a text looks like.
std::optional<RegisterLanguage> GuessRegisterLanguage(std::string_view text);

// Larger files are refused. The largest published SVD files have a sixth of it.
inline constexpr size_t kMaxRegisterFile = size_t{32} * 1024 * 1024;

struct LayoutImportOptions {
  std::optional<RegisterLanguage> language;  // nothing: what it looks like
  std::string file;                          // what the sources of the layout call it
  std::string name, title;                   // empty: of the input
  std::vector<std::string> sources;          // in addition
  // For dumps of which devices; all empty: for `--layout` alone.
  std::vector<std::string> match_pci, match_dump, match_driver, match_region;
  // SVD: only these peripherals, and the address that the dump begins at. Without: the lowest.
  std::vector<std::string> peripherals;
  std::optional<uint64_t> base;
};

// Something of the input that the layout does not say.
struct LayoutImportProblem {
  size_t line = 0;  // of the input; 0: not about a line
  std::string text;
};

struct ImportedLayout {
  std::string name;
  std::string toml;
  size_t structures = 0;
  size_t fields = 0;      // of structures
  size_t bit_fields = 0;  // of registers
  // Bounded; `left_out` counts all.
  std::vector<LayoutImportProblem> problems;
  size_t left_out = 0;
};

// The text of a layout that `layout check` has nothing against. An error when nothing of the
// input can be used.
Result<ImportedLayout> ImportLayout(std::string_view text, const LayoutImportOptions& options);

}  // namespace vmcoredd

#endif  // READERS_LAYOUT_IMPORT_LAYOUT_IMPORT_H_
