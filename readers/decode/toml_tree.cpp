// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/toml_tree.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "vmcoredd/base/text.h"

// toml++ 3.3 asserts, or lets the compiler assume, that a key begins like one, and then
// looks whether it does: "[&]" is an error of the file, not of the program.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace vmcoredd {

namespace {

// toml++ makes a table of each part of a dotted key, and takes them apart by recursion: it
// limits the nesting of values only.
constexpr size_t kMaxKeyParts = 16;

// What toml++ must not be given: keys with more parts, and other letters than ASCII's where
// blanks are skipped, of which it takes some for what cannot be. Does not care for what else
// is no TOML: the parser will.
std::optional<LayoutProblem> FindTraps(std::string_view text) {
  LayoutPlace place{1, 0};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  size_t dots = 0;
  std::string_view quotes;  // that the string ends with
  bool in_comment = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    ++place.column;
    if (c == '\n') {
      ++place.line;
      place.column = 0;
      dots = 0;
      in_comment = false;
      if (quotes.size() == 1) quotes = {};
      continue;
    }
    if (in_comment) continue;
    if (!quotes.empty()) {
      if (c == '\\' && quotes[0] == '"') {
        if (i + 1 < text.size() && text[i + 1] != '\n') {
          ++i;
          ++place.column;
        }
      } else if (text.substr(i).starts_with(quotes)) {
        // Of five quotes in a row the first two are the string's.
        size_t end = i + quotes.size();
        while (quotes.size() == 3 && end < text.size() && end < i + 5 && text[end] == c) ++end;
        place.column += static_cast<uint32_t>(end - i - 1);
        i = end - 1;
        quotes = {};
      }
      continue;
    }
    switch (c) {
      case '"':
      case '\'':
        quotes = c == '"' ? "\"\"\"" : "'''";
        if (!text.substr(i).starts_with(quotes)) quotes = quotes.substr(0, 1);
        i += quotes.size() - 1;
        place.column += static_cast<uint32_t>(quotes.size() - 1);
        break;
      case '#': in_comment = true; break;
      case '.':
        if (++dots < kMaxKeyParts) break;
        return LayoutProblem{
            {}, place, "a key of more than " + std::to_string(kMaxKeyParts) + " parts"};
      case '=':
      case ',':
      case '[':
      case ']':
      case '{':
      case '}': dots = 0; break;
      default:
        if (static_cast<unsigned char>(c) < 0x80) break;
        return LayoutProblem{
            {}, place, "expected ASCII outside of texts, found " + EscapeBytes(text.substr(i, 1))};
    }
  }
  return std::nullopt;
}

LayoutPlace PlaceOf(const toml::source_position& position) {
  return {position.line, position.column};
}

// Messages of toml++ have escapes in them already: "saw '\\n'".
std::string Printable(std::string_view message) {
  std::string text = EscapeBytes(message);
  for (size_t at = 0; (at = text.find("\\x5c", at)) != text.npos; ++at) text.replace(at, 4, "\\");
  return text;
}

TomlNode Convert(const toml::node& from) {
  TomlNode to;
  to.place = PlaceOf(from.source().begin);
  if (from.is_string()) {
    to.kind = TomlNode::Kind::kText;
    to.text = **from.as_string();
  } else if (from.is_integer()) {
    to.kind = TomlNode::Kind::kInteger;
    to.integer = **from.as_integer();
  } else if (from.is_boolean()) {
    to.kind = TomlNode::Kind::kBoolean;
    to.boolean = **from.as_boolean();
  } else if (const toml::array* const list = from.as_array()) {
    to.kind = TomlNode::Kind::kList;
    for (const toml::node& item : *list) to.items.push_back(Convert(item));
  } else if (const toml::table* const table = from.as_table()) {
    to.kind = TomlNode::Kind::kTable;
    for (const auto& [key, node] : *table) {
      to.members.push_back({std::string(key.str()), PlaceOf(key.source().begin), Convert(node)});
    }
    // toml++ sorts by name; people order by meaning.
    std::stable_sort(
        to.members.begin(), to.members.end(), [](const TomlMember& a, const TomlMember& b) {
          return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
        });
  }
  return to;
}

}  // namespace

const TomlNode* TomlNode::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const TomlMember& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->node;
}

std::string TomlNode::Description() const {
  switch (kind) {
    case Kind::kText: return '"' + EscapeBytes(std::string_view(text).substr(0, 80)) + '"';
    case Kind::kInteger: return std::to_string(integer);
    case Kind::kBoolean: return boolean ? "true" : "false";
    case Kind::kList: return "a list";
    case Kind::kTable: return "a table";
    default: return "another type";
  }
}

std::variant<TomlNode, LayoutProblem> ParseToml(std::string_view text) {
  if (text.size() > kMaxLayoutBytes) {
    return LayoutProblem{
        {}, {1, 1}, "the file is larger than " + std::to_string(kMaxLayoutBytes) + " bytes"};
  }
  if (auto problem = FindTraps(text)) return std::move(*problem);
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    return LayoutProblem{{},
                         PlaceOf(result.error().source().begin),
                         Printable(std::string_view(result.error().description()))};
  }
  return Convert(result.table());
}

}  // namespace vmcoredd
