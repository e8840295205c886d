// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/bits_writer.h"

#include <fmt/core.h>

#include <algorithm>

namespace vmcoredd::internal {

namespace {

// Longer enumerations have a table of their own, a line a value.
constexpr size_t kInlineEntries = 4;
constexpr size_t kInlineCharacters = 100;
// Bits over bits over bits: more is no description of a register.
constexpr size_t kMaxLayers = 16;

std::string EntryKey(const ImportedEnumEntry& entry) {
  const auto number = [](uint64_t value) {
    return value < 10 ? std::to_string(value) : HexText(value);
  };
  if (entry.low == entry.high) return number(entry.low);
  return '"' + number(entry.low) + ".." + number(entry.high) + '"';
}

uint64_t MaskOf(const ImportedBits& bits) {
  const uint64_t ones = bits.width >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits.width) - 1;
  return ones << bits.low;
}

}  // namespace

std::string SharedTables::NameOf(const std::string& lines, std::string_view wanted) {
  const auto [at, is_new] = by_lines_.emplace(lines, tables_.size());
  if (is_new) tables_.emplace_back(names_.Take(wanted), &at->first);
  return tables_[at->second].first;
}

size_t SharedTables::lines() const {
  size_t count = 0;
  for (const auto& [name, lines] : tables_) {
    count += static_cast<size_t>(std::count(lines->begin(), lines->end(), '\n'));
  }
  return count;
}

std::string SharedTables::Text() const {
  std::string text;
  for (const auto& [name, lines] : tables_) {
    text += fmt::format("\n[{}.{}]\n{}", kind_, name, *lines);
  }
  return text;
}

// "{ ... }", or the name of a table; nothing when there is no enumeration.
std::string BitsWriter::EnumOf(const ImportedBits& bits, const std::string& wanted) {
  std::vector<ImportedEnumEntry> entries = bits.values.entries;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.low < b.low; });
  std::vector<std::string> lines;
  uint64_t end = 0;
  for (const ImportedEnumEntry& entry : entries) {
    if (bits.width < 64 && entry.low >> bits.width != 0) {
      problems_.Add(bits.line,
                    fmt::format("{}: a meaning of {}, which {} bits cannot have: left out",
                                ShownName(bits.name), HexText(entry.low), bits.width));
      continue;
    }
    if (!lines.empty() && entry.low <= end) {
      problems_.Add(bits.line, ShownName(bits.name) + ": a second meaning of " +
                                   HexText(entry.low) + ": left out");
      continue;
    }
    end = entry.high;
    const std::string text = TidyText(entry.text);
    lines.push_back(EntryKey(entry) + " = " +
                    TomlString(text.empty() ? "value " + HexText(entry.low) : text));
  }
  const std::string fallback = TidyText(bits.values.fallback);
  if (!fallback.empty() && lines.empty()) {
    problems_.Add(bits.line, ShownName(bits.name) + ": a meaning of all values: left out");
  }
  if (lines.empty()) return {};
  if (!fallback.empty()) lines.push_back("default = " + TomlString(fallback));
  std::string one;
  std::string table;
  for (const std::string& line : lines) {
    one += (one.empty() ? "{ " : ", ") + line;
    table += line + '\n';
  }
  if (lines.size() <= kInlineEntries && one.size() <= kInlineCharacters) return one + " }";
  return '"' + enums_.NameOf(table, wanted) + '"';
}

std::string BitsWriter::Line(const ImportedBits& bits,
                             const std::string& name,
                             const std::string& wanted) {
  const std::string place = bits.width == 1
                                ? std::to_string(bits.low)
                                : fmt::format("\"{}:{}\"", bits.low + bits.width - 1, bits.low);
  std::string more;
  if (const std::string values = EnumOf(bits, wanted + '_' + name); !values.empty()) {
    more += ", enum = " + values;
  }
  if (!bits.access.empty()) more += ", access = \"" + bits.access + '"';
  if (const std::string text = TidyText(bits.text); !text.empty()) {
    more += ", text = " + TomlString(text);
  }
  if (more.empty()) return name + " = " + place + '\n';
  return name + " = { at = " + place + more + " }\n";
}

std::vector<std::string> BitsWriter::TablesOf(const std::vector<ImportedBits>& bits,
                                              uint64_t width,
                                              const std::string& wanted) {
  struct Layer {
    uint64_t taken = 0;
    UniqueNames names;
    std::string lines;
  };
  std::vector<Layer> layers;
  for (const ImportedBits& one : bits) {
    if (one.width == 0 || one.low >= width || one.width > width - one.low) {
      problems_.Add(one.line, fmt::format("{}: bits {} on, {} of them, of a register of {}: left "
                                          "out",
                                          ShownName(one.name), one.low, one.width, width));
      continue;
    }
    const uint64_t mask = MaskOf(one);
    auto layer = std::find_if(layers.begin(), layers.end(),
                              [mask](const Layer& known) { return (known.taken & mask) == 0; });
    if (layer == layers.end() && layers.size() == kMaxLayers) {
      problems_.Add(one.line, ShownName(one.name) + ": bits over too many others: left out");
      continue;
    }
    if (layer == layers.end()) layer = layers.emplace(layers.end());
    layer->taken |= mask;
    layer->lines += Line(one, layer->names.Take(one.name), wanted);
  }
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const Layer& layer : layers) names.push_back(bits_.NameOf(layer.lines, wanted));
  return names;
}

}  // namespace vmcoredd::internal
