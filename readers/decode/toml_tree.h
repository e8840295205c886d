// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DECODE_TOML_TREE_H_
#define READERS_DECODE_TOML_TREE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "readers/decode/layout.h"

namespace vmcoredd {

struct TomlMember;

// A TOML document as a plain tree: members in the order of the file, and where each
// stands. toml++ itself is in one unit only, being most of its compile time.
struct TomlNode {
  enum class Kind { kText, kInteger, kBoolean, kList, kTable, kOther };
  Kind kind = Kind::kOther;
  LayoutPlace place;
  std::string text;
  int64_t integer = 0;
  bool boolean = false;
  std::vector<TomlNode> items;
  std::vector<TomlMember> members;

  const TomlNode* Find(std::string_view key) const;
  // What a message says was found.
  std::string Description() const;
};

struct TomlMember {
  std::string key;
  LayoutPlace place;
  TomlNode node;
};

// Larger files are refused: the largest register map of ours has a fiftieth of it.
inline constexpr size_t kMaxLayoutBytes = 4 * 1024 * 1024;

// The root table, or the first mistake of its syntax.
std::variant<TomlNode, LayoutProblem> ParseToml(std::string_view text);

}  // namespace vmcoredd

#endif  // READERS_DECODE_TOML_TREE_H_
