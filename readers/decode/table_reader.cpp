// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>

#include "readers/decode/layout_reader.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

TableReader::TableReader(const TomlNode& table, std::string what, LayoutProblems& problems)
    : table_(table), what_(std::move(what)), problems_(problems) {}

const TomlNode* TableReader::Take(std::string_view key) {
  taken_.emplace_back(key);
  return table_.Find(key);
}

void TableReader::Problem(LayoutPlace place, std::string_view text) {
  problems_.Add(place, what_ + ": " + std::string(text));
}

void TableReader::WrongType(const TomlNode& node, std::string_view key, std::string_view expected) {
  Problem(node.place, std::string(key) + ": expected " + std::string(expected) + ", found " +
                          node.Description());
}

std::string TableReader::Text(std::string_view key) {
  const TomlNode* const node = Take(key);
  if (!node) return {};
  if (node->kind != TomlNode::Kind::kText || node->text.empty()) WrongType(*node, key, "a text");
  return node->text;
}

bool TableReader::Flag(std::string_view key) {
  const TomlNode* const node = Take(key);
  if (!node) return false;
  if (node->kind != TomlNode::Kind::kBoolean) WrongType(*node, key, "true or false");
  return node->boolean;
}

std::optional<uint64_t> TableReader::Number(std::string_view key, uint64_t max) {
  const TomlNode* const node = Take(key);
  if (!node) return std::nullopt;
  const auto number = NumberOf(*node);
  if (!number || *number > max) {
    WrongType(*node, key, "a number up to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> TableReader::Texts(std::string_view key) {
  const TomlNode* const node = Take(key);
  if (!node) return {};
  if (node->kind == TomlNode::Kind::kText) {
    if (node->text.empty()) WrongType(*node, key, "a text");
    return {node->text};
  }
  std::vector<std::string> out;
  for (const TomlNode& item : node->items) {
    if (item.kind != TomlNode::Kind::kText || item.text.empty()) WrongType(item, key, "a text");
    out.push_back(item.text);
  }
  if (node->kind != TomlNode::Kind::kList || out.empty()) {
    WrongType(*node, key, "a text or a list of texts");
  }
  return out;
}

OptionalExpression TableReader::Formula(std::string_view key) {
  const TomlNode* const node = Take(key);
  if (!node) return std::nullopt;
  return FormulaOf(*node, what_ + ": " + std::string(key), problems_);
}

std::optional<size_t> TableReader::OneOf(std::string_view key,
                                         std::span<const std::string_view> names) {
  const TomlNode* const node = Take(key);
  if (!node) return std::nullopt;
  if (node->kind == TomlNode::Kind::kText) {
    const auto found = std::find(names.begin(), names.end(), node->text);
    if (found != names.end()) return static_cast<size_t>(found - names.begin());
  }
  std::string expected;
  for (const std::string_view name : names) {
    expected += (expected.empty() ? "" : ", ") + std::string(name);
  }
  WrongType(*node, key, "one of " + expected);
  return std::nullopt;
}

void TableReader::Close() {
  for (const TomlMember& member : table_.members) {
    if (std::find(taken_.begin(), taken_.end(), member.key) == taken_.end()) {
      Problem(member.place, "unknown key " + EscapeBytes(member.key));
    }
  }
}

std::optional<uint64_t> NumberOf(const TomlNode& node) {
  if (node.kind == TomlNode::Kind::kText) return ParseLayoutNumber(node.text);
  if (node.kind != TomlNode::Kind::kInteger || node.integer < 0) return std::nullopt;
  return static_cast<uint64_t>(node.integer);
}

std::optional<std::pair<uint64_t, uint64_t>> RangeOf(std::string_view text,
                                                     std::string_view between) {
  const size_t at = text.find(between);
  const auto first = ParseLayoutNumber(text.substr(0, at));
  const auto last = at == text.npos ? first : ParseLayoutNumber(text.substr(at + between.size()));
  if (!first || !last) return std::nullopt;
  return std::pair(*first, *last);
}

bool IsLayoutName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

OptionalExpression FormulaOf(const TomlNode& node,
                             std::string_view what,
                             LayoutProblems& problems) {
  if (node.kind == TomlNode::Kind::kInteger && node.integer >= 0) {
    return PlacedExpression{Expression::Number(static_cast<uint64_t>(node.integer)), node.place};
  }
  if (node.kind != TomlNode::Kind::kText) {
    problems.Add(node.place, std::string(what) + ": expected a number or an expression, found " +
                                 node.Description());
    return std::nullopt;
  }
  auto parsed = Expression::Parse(node.text);
  // Behind the quotation mark.
  LayoutPlace place{node.place.line, node.place.column + 1};
  if (!parsed) {
    place.column += static_cast<uint32_t>(parsed.error().offset().value_or(0));
    problems.Add(place, std::string(what) + ": " + parsed.error().message());
    return std::nullopt;
  }
  return PlacedExpression{std::move(*parsed), place};
}

TextTemplate TemplateOf(const TomlNode& node, std::string_view what, LayoutProblems& problems) {
  TextTemplate out;
  std::string_view rest = node.text;
  while (true) {
    const size_t open = rest.find('{');
    out.literals.emplace_back(rest.substr(0, open));
    if (open == rest.npos) return out;
    const size_t close = rest.find('}', open);
    if (close == rest.npos) {
      problems.Add(node.place, std::string(what) + ": a '{' without '}'");
      return out;
    }
    out.names.emplace_back(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
}

}  // namespace vmcoredd::internal
