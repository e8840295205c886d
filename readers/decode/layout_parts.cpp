// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <string>

#include "readers/decode/layout_reader.h"
#include "vmcoredd/base/text.h"

// The small parts of a layout: enumerations, bits, what a number means, rules.

namespace vmcoredd::internal {

namespace {

constexpr std::array<std::string_view, 4> kSeverities = {"info", "warning", "error", "fatal"};
constexpr std::array<std::string_view, 5> kFormats = {"hex", "dec", "time", "ipv4", "version"};
constexpr std::array<std::string_view, 5> kAccesses = {"ro", "rw", "rc", "w1c", "wo"};

// A class, a list of them, or "none".
std::optional<PrivacyClasses> ReadPrivacy(TableReader& table) {
  const TomlNode* const node = table.Take("privacy");
  if (!node) return std::nullopt;
  PrivacyClasses classes;
  const bool is_list = node->kind == TomlNode::Kind::kList;
  for (const TomlNode& item : is_list ? std::span(node->items) : std::span(node, 1)) {
    const auto known = std::find_if(kPrivacies.begin(), kPrivacies.end(), [&item](Privacy one) {
      return item.kind == TomlNode::Kind::kText && item.text == PrivacyName(one);
    });
    if (known != kPrivacies.end()) {
      classes = classes | *known;
    } else if (is_list || item.kind != TomlNode::Kind::kText || item.text != "none") {
      table.WrongType(item, "privacy", "serial, mac, payload, secret, a list of them, or none");
    }
  }
  return classes;
}

}  // namespace

std::optional<Rule> ReadRule(const TomlNode& node, std::string what, LayoutProblems& problems) {
  Rule rule;
  rule.place = node.place;
  if (node.kind == TomlNode::Kind::kText) {
    const auto found = std::find(kSeverities.begin(), kSeverities.end(), node.text);
    if (found == kSeverities.end()) {
      problems.Add(node.place, what +
                                   ": expected a severity (info, warning, error, fatal) or a "
                                   "table, found " +
                                   node.Description());
      return std::nullopt;
    }
    rule.severity = static_cast<Severity>(found - kSeverities.begin());
    return rule;
  }
  if (node.kind != TomlNode::Kind::kTable) {
    problems.Add(node.place,
                 what + ": expected a severity or a table, found " + node.Description());
    return std::nullopt;
  }
  TableReader table(node, std::move(what), problems);
  if (const auto severity = table.OneOf("severity", kSeverities)) {
    rule.severity = static_cast<Severity>(*severity);
  } else if (!node.Find("severity")) {
    table.Problem(node.place, "a rule needs a severity");
  }
  rule.when = table.Formula("when");
  if (const TomlNode* const text = table.Take("text")) {
    if (text->kind != TomlNode::Kind::kText || text->text.empty()) {
      table.WrongType(*text, "text", "a text");
    }
    rule.text = TemplateOf(*text, table.what(), problems);
  }
  rule.next = table.Text("next");
  rule.id = table.Text("id");
  rule.evidence = table.Texts("evidence");
  table.Close();
  return rule;
}

std::string NameOrTable(TableReader& table,
                        std::string_view key,
                        const std::string& own_name,
                        Layout& layout,
                        NamedReader read) {
  const TomlNode* const node = table.Take(key);
  if (!node) return {};
  if (node->kind == TomlNode::Kind::kTable) {
    read(*node, own_name, layout, table.problems());
    return own_name;
  }
  if (node->kind != TomlNode::Kind::kText) table.WrongType(*node, key, "a name or a table");
  return node->text;
}

void ReadMeaning(TableReader& table, const std::string& prefix, Layout& layout, FieldMeaning& to) {
  to.place = table.place();
  to.text = table.Text("text");
  to.enum_name = NameOrTable(table, "enum", prefix, layout, ReadEnumeration);
  to.value = table.Formula("value");
  to.unit = table.Text("unit");
  if (const auto format = table.OneOf("format", kFormats)) {
    to.format = static_cast<NumberFormat>(*format);
  }
  if (const auto access = table.OneOf("access", kAccesses)) to.access = kAccesses[*access];
  to.is_volatile = table.Flag("volatile");
  to.advances = table.Flag("advances");
  to.shared = table.Flag("shared");
  to.perturbed = table.Text("perturbed");
  to.privacy = ReadPrivacy(table);
  if (const TomlNode* const bad = table.Take("bad")) {
    to.bad = ReadRule(*bad, table.what() + ": bad", table.problems());
  }
}

void ReadEnumeration(const TomlNode& node,
                     std::string name,
                     Layout& layout,
                     LayoutProblems& problems) {
  auto out = std::make_unique<Enumeration>();
  out->name = name;
  for (const TomlMember& member : node.members) {
    const std::string what = "enum " + name + ": " + EscapeBytes(member.key);
    const bool is_default = member.key == "default";
    const auto range = is_default ? std::optional(std::pair(uint64_t{0}, ~uint64_t{0}))
                                  : RangeOf(member.key, "..");
    EnumEntry entry;
    if (!range || range->first > range->second) {
      problems.Add(member.place,
                   what + ": expected a number, a range like \"0x80..0xff\", or default");
      continue;
    }
    entry.low = range->first;
    entry.high = range->second;
    if (member.node.kind == TomlNode::Kind::kText) {
      entry.text = member.node.text;
    } else if (member.node.kind == TomlNode::Kind::kTable) {
      TableReader table(member.node, what, problems);
      entry.text = table.Text("text");
      if (const auto bad = table.OneOf("bad", kSeverities)) {
        entry.bad = static_cast<Severity>(*bad);
      }
      entry.next = table.Text("next");
      table.Close();
    }
    if (entry.text.empty()) {
      problems.Add(member.node.place, what + ": expected a text, or a table with one");
    }
    if (is_default) {
      out->fallback = std::move(entry);
    } else {
      out->entries.push_back(std::move(entry));
    }
  }
  std::sort(out->entries.begin(), out->entries.end(),
            [](const EnumEntry& a, const EnumEntry& b) { return a.low < b.low; });
  for (size_t i = 1; i < out->entries.size(); ++i) {
    if (out->entries[i].low <= out->entries[i - 1].high) {
      problems.Add(node.place,
                   "enum " + name + ": two entries for " + std::to_string(out->entries[i].low));
    }
  }
  if (out->entries.empty()) problems.Add(node.place, "enum " + name + ": it has no entry");
  layout.enums[std::move(name)] = std::move(out);
}

void ReadBits(const TomlNode& node, std::string name, Layout& layout, LayoutProblems& problems) {
  auto out = std::make_unique<BitsSet>();
  out->name = name;
  out->place = node.place;
  uint64_t taken = 0;
  for (const TomlMember& member : node.members) {
    const std::string what = "bits " + name + ": " + EscapeBytes(member.key);
    BitsField field;
    field.name = member.key;
    if (!IsLayoutName(member.key))
      problems.Add(member.place, what + ": a name has letters, digits, '_'");
    const TomlNode* at = &member.node;
    if (member.node.kind == TomlNode::Kind::kTable) {
      TableReader table(member.node, what, problems);
      at = table.Take("at");
      // With a colon: a field of a structure of this name has the one with a dot.
      ReadMeaning(table, name + ':' + member.key, layout, field.meaning);
      table.Close();
    }
    field.meaning.place = member.place;
    std::optional<std::pair<uint64_t, uint64_t>> range;
    if (at && at->kind == TomlNode::Kind::kText) range = RangeOf(at->text, ":");
    if (at && at->kind == TomlNode::Kind::kInteger && at->integer >= 0) {
      const auto bit = static_cast<uint64_t>(at->integer);
      range = std::pair(bit, bit);
    }
    if (!range || range->first > 63 || range->second > range->first) {
      problems.Add(at ? at->place : member.place,
                   what + ": expected at: a bit from 0 to 63, or \"HIGH:LOW\"");
      continue;
    }
    field.low = static_cast<uint8_t>(range->second);
    field.width = static_cast<uint8_t>(range->first - range->second + 1);
    const uint64_t mask = (field.width == 64 ? ~uint64_t{0} : (uint64_t{1} << field.width) - 1)
                          << field.low;
    if ((taken & mask) != 0) problems.Add(member.place, what + ": it overlaps other bits");
    taken |= mask;
    out->fields.push_back(std::move(field));
  }
  std::stable_sort(out->fields.begin(), out->fields.end(),
                   [](const BitsField& a, const BitsField& b) { return a.low < b.low; });
  if (out->fields.empty()) problems.Add(node.place, "bits " + name + ": there are none");
  layout.bits[std::move(name)] = std::move(out);
}

}  // namespace vmcoredd::internal
