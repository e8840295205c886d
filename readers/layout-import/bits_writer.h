// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_LAYOUT_IMPORT_BITS_WRITER_H_
#define READERS_LAYOUT_IMPORT_BITS_WRITER_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/layout-import/import_problems.h"
#include "readers/layout-import/import_text.h"
#include "readers/layout-import/register_model.h"

namespace vmcoredd::internal {

// Tables of a layout that are written once whatever number of places use them:
// [KIND.NAME] and lines.
class SharedTables {
 public:
  explicit SharedTables(std::string kind) : kind_(std::move(kind)) {}
  // The name of the table with these lines, made of `wanted` if it is a new one.
  std::string NameOf(const std::string& lines, std::string_view wanted);
  // All of them, in the order in which they were first asked for.
  std::string Text() const;
  size_t lines() const;

 private:
  std::string kind_;
  UniqueNames names_;
  std::map<std::string, size_t> by_lines_;
  std::vector<std::pair<std::string, const std::string*>> tables_;  // name, lines
};

// [bits.*] and [enum.*] of a layout.
class BitsWriter {
 public:
  explicit BitsWriter(ImportProblems& problems) : problems_(problems) {}

  // The names of tables that together have all bits of a register of `width` bits: one, or
  // more where bits overlap, which a table must not. `wanted` is what they are called after.
  std::vector<std::string> TablesOf(const std::vector<ImportedBits>& bits,
                                    uint64_t width,
                                    const std::string& wanted);
  std::string Text() const { return bits_.Text() + enums_.Text(); }
  // Of all tables of bits together.
  size_t fields() const { return bits_.lines(); }

 private:
  std::string Line(const ImportedBits& bits, const std::string& name, const std::string& wanted);
  std::string EnumOf(const ImportedBits& bits, const std::string& wanted);

  ImportProblems& problems_;
  SharedTables bits_{"bits"};
  SharedTables enums_{"enum"};
};

}  // namespace vmcoredd::internal

#endif  // READERS_LAYOUT_IMPORT_BITS_WRITER_H_
