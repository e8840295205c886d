// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_LAYOUT_READER_H_
#define READERS_DECODE_LAYOUT_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/decode/layout.h"
#include "readers/decode/toml_tree.h"

namespace vmcoredd::internal {

// Mistakes of one file, bounded: the first hundred are enough to be at work.
class LayoutProblems {
 public:
  static constexpr size_t kMaxProblems = 100;

  explicit LayoutProblems(std::string file) : file_(std::move(file)) {}
  void Add(LayoutPlace place, std::string text) {
    if (problems_.size() < kMaxProblems) problems_.push_back({file_, place, std::move(text)});
  }
  std::vector<LayoutProblem>& list() { return problems_; }

 private:
  std::string file_;
  std::vector<LayoutProblem> problems_;
};

// Takes keys of one table; Close() reports those that nobody took.
class TableReader {
 public:
  // `what` names the table in messages.
  TableReader(const TomlNode& table, std::string what, LayoutProblems& problems);

  LayoutPlace place() const { return table_.place; }
  const std::string& what() const { return what_; }
  LayoutProblems& problems() { return problems_; }

  const TomlNode* Take(std::string_view key);
  std::string Text(std::string_view key);
  bool Flag(std::string_view key);
  std::optional<uint64_t> Number(std::string_view key, uint64_t max);
  std::vector<std::string> Texts(std::string_view key);  // a text is a list of one
  OptionalExpression Formula(std::string_view key);      // a number or an expression
  // One of `names`, as its index.
  std::optional<size_t> OneOf(std::string_view key, std::span<const std::string_view> names);

  void WrongType(const TomlNode& node, std::string_view key, std::string_view expected);
  void Problem(LayoutPlace place, std::string_view text);
  void Close();

 private:
  const TomlNode& table_;
  std::string what_;
  LayoutProblems& problems_;
  std::vector<std::string> taken_;
};

// A number as an integer of TOML, which is signed, or as a text.
std::optional<uint64_t> NumberOf(const TomlNode& node);
// "7:4", "0x10..0x1f": two numbers around a separator, or one.
std::optional<std::pair<uint64_t, uint64_t>> RangeOf(std::string_view text,
                                                     std::string_view between);
bool IsLayoutName(std::string_view text);  // letters, digits, '_'

OptionalExpression FormulaOf(const TomlNode& node, std::string_view what, LayoutProblems& problems);
TextTemplate TemplateOf(const TomlNode& node, std::string_view what, LayoutProblems& problems);

// The value of a key that names an enumeration or bits, or is the table itself: it then gets
// `own_name`.
using NamedReader = void (*)(const TomlNode&, std::string, Layout&, LayoutProblems&);
std::string NameOrTable(TableReader& table,
                        std::string_view key,
                        const std::string& own_name,
                        Layout& layout,
                        NamedReader read);

// What keys of integers and bits mean the same thing.
void ReadMeaning(TableReader& table, const std::string& prefix, Layout& layout, FieldMeaning& to);
std::optional<Rule> ReadRule(const TomlNode& node, std::string what, LayoutProblems& problems);
void ReadEnumeration(const TomlNode& table,
                     std::string name,
                     Layout& layout,
                     LayoutProblems& problems);
void ReadBits(const TomlNode& table, std::string name, Layout& layout, LayoutProblems& problems);
void ReadStructure(const TomlNode& table,
                   std::string name,
                   Layout& layout,
                   LayoutProblems& problems);
MatchRule ReadMatch(const TomlNode& table, LayoutProblems& problems);

}  // namespace vmcoredd::internal

#endif  // READERS_DECODE_LAYOUT_READER_H_
