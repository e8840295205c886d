// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <utility>

#include "readers/decode/layout_reader.h"
#include "readers/decode/layout_set.h"
#include "vmcoredd/base/text.h"

// [[match]]: which dumps a layout is for. What can never hold is a mistake.

namespace vmcoredd::internal {

namespace {

constexpr uint64_t kMaxMagicAt = 1024 * 1024;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// The end of the "[...]" that begins at `at`; npos if nothing ends it.
size_t EndOfBrackets(std::string_view glob, size_t at) {
  size_t from = at + 1;
  if (from < glob.size() && (glob[from] == '!' || glob[from] == '^')) ++from;
  return glob.find(']', from + 1);  // one at once is in it
}

bool IsGlob(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (++at == text.size()) return false;
    } else if (text[at] == '[') {
      at = EndOfBrackets(text, at);
      if (at == text.npos) return false;
    }
  }
  return true;
}

// Four hexadecimal digits, or a glob that they can match.
bool IsId(std::string_view text) {
  size_t least = 0;
  bool any = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '*') {
      any = true;
      continue;
    }
    ++least;
    if (text[at] == '[') {
      const size_t end = EndOfBrackets(text, at);
      if (end == text.npos) return false;
      if (text.substr(at + 1, end - at - 1).find_first_not_of("0123456789abcdef-!^") != text.npos) {
        return false;
      }
      at = end;
    } else if (text[at] != '?' && kHexDigits.find(text[at]) == kHexDigits.npos) {
      return false;
    }
  }
  return any ? least <= 4 : least == 4;
}

bool IsIdPair(std::string_view text) {
  const size_t colon = text.find(':');
  return colon != text.npos && IsId(text.substr(0, colon)) && IsId(text.substr(colon + 1));
}

bool IsClass(std::string_view text) {
  return text.size() <= 6 && text.find_first_not_of(kHexDigits) == text.npos;
}

void ToLower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

// The texts of a condition, each of which must be good.
std::vector<std::string> ReadCondition(TableReader& table,
                                       std::string_view key,
                                       std::string_view expected,
                                       bool (*is_good)(std::string_view)) {
  std::vector<std::string> texts = table.Texts(key);
  const TomlNode* const node = table.Take(key);
  for (size_t i = 0; i < texts.size(); ++i) {
    if (is_good != IsGlob) ToLower(texts[i]);  // hexadecimal digits
    if (texts[i].empty() || is_good(texts[i])) continue;
    table.WrongType(node->kind == TomlNode::Kind::kList ? node->items[i] : *node, key, expected);
  }
  return texts;
}

void ReadMagic(TableReader& outer, MatchRule& rule) {
  const TomlNode* const node = outer.Take("magic");
  if (!node) return;
  const std::span<const TomlNode> one(node, 1);
  for (const TomlNode& item : node->kind == TomlNode::Kind::kList ? std::span(node->items) : one) {
    if (item.kind != TomlNode::Kind::kTable) {
      outer.WrongType(item, "magic", "a table with at and bytes or text");
      continue;
    }
    TableReader table(item, outer.what() + ": magic", outer.problems());
    Magic magic;
    magic.at = table.Number("at", kMaxMagicAt).value_or(0);
    const std::string text = table.Text("text");
    std::string hex = table.Text("bytes");
    hex.erase(std::remove(hex.begin(), hex.end(), ' '), hex.end());
    if (const auto bytes = FromHex(hex)) magic.bytes = *bytes;
    if (!text.empty()) {
      const auto* const begin = reinterpret_cast<const std::byte*>(text.data());
      magic.bytes.assign(begin, begin + text.size());
    }
    if (magic.bytes.empty() || magic.bytes.size() > 256 || (!text.empty() && !hex.empty())) {
      table.Problem(item.place, "expected bytes (hexadecimal digits) or text, up to 256 bytes");
    }
    table.Close();
    rule.magic.push_back(std::move(magic));
  }
}

void ReadFirmware(const TomlNode& node, MatchRule& rule, LayoutProblems& problems) {
  TableReader table(node, "match: firmware", problems);
  FirmwareRange range;
  range.key = table.Text("key");
  for (const auto& [key, bound] :
       {std::pair("from", &range.from), std::pair("before", &range.before)}) {
    *bound = table.Text(key);
    if (!bound->empty() && bound->find_first_of(kDigits) == bound->npos) {
      table.WrongType(*node.Find(key), key, "a version, with a number in it");
    }
  }
  table.Close();
  if (range.key.empty() || (range.from.empty() && range.before.empty())) {
    table.Problem(node.place, "expected key, and from or before");
  }
  if (!range.from.empty() && !range.before.empty() &&
      CompareVersions(range.from, range.before) >= 0) {
    table.Problem(node.Find("before")->place, "there is no version from " +
                                                  EscapeBytes(range.from) + " before " +
                                                  EscapeBytes(range.before));
  }
  rule.firmware = std::move(range);
}

}  // namespace

MatchRule ReadMatch(const TomlNode& node, LayoutProblems& problems) {
  TableReader table(node, "match", problems);
  MatchRule rule;
  for (const auto& [key, list] :
       {std::pair("dump", &rule.dump), std::pair("source", &rule.source),
        std::pair("driver", &rule.driver), std::pair("content", &rule.content),
        std::pair("region", &rule.region), std::pair("reporter", &rule.reporter),
        std::pair("member", &rule.member)}) {
    *list = ReadCondition(table, key, "a glob in which each '[' has its ']'", IsGlob);
  }
  rule.pci = ReadCondition(table, "pci",
                           "vendor:device, four hexadecimal digits or a glob each, like "
                           "\"15b3:*\"",
                           IsIdPair);
  rule.pci_class =
      ReadCondition(table, "class", "up to six hexadecimal digits, like \"0108\"", IsClass);
  ReadMagic(table, rule);
  if (const TomlNode* const firmware = table.Take("firmware")) {
    ReadFirmware(*firmware, rule, problems);
  }
  rule.size = table.Number("size", uint64_t{1} << 62);
  table.Close();
  if (rule.conditions() == 0) table.Problem(node.place, "it has no condition");
  return rule;
}

}  // namespace vmcoredd::internal
