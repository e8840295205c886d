// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/layout-import/svd_fields.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "readers/layout-import/import_text.h"
#include "readers/layout-import/svd_numbers.h"
#include "vmcoredd/base/checked_math.h"

namespace vmcoredd::internal {

namespace {

constexpr uint64_t kMaxArray = 65536;

// What an element of an array costs: blocks, registers and bits, and long texts.
size_t CountOf(const ImportedItem& item) {
  constexpr size_t short_text = 64;
  size_t count = 1 + item.text.size() / short_text;
  for (const ImportedBits& bits : item.bits) {
    count += 1 + bits.text.size() / short_text + bits.values.entries.size();
  }
  for (const ImportedItem& inner : item.items) count += CountOf(inner);
  return count;
}

// "%s" of a name or text.
std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// In another way than that it is cleared: layouts have no word for it.
bool ChangesWhenRead(const SvdElement& element) {
  const std::string action = TidyText(element.Text("readAction"));
  return action == "set" || action == "modify" || action == "modifyExternal";
}

}  // namespace

std::string SvdFields::DescriptionOf(const SvdElement& element) {
  std::string text = TidyText(element.Text("description"));
  if (ChangesWhenRead(element))
    text += text.empty() ? "reading changes it" : " (reading changes it)";
  return text;
}

std::string SvdProperties::Access() const {
  if (access == "write-only" || access == "writeOnce") return "wo";
  if (!side_effect.empty()) return side_effect;
  if (access == "read-only") return "ro";
  if (access == "read-write" || access == "read-writeOnce") return "rw";
  return {};
}

SvdProperties SvdFields::PropertiesOf(const SvdElement& element, const SvdProperties& around) {
  SvdProperties out = around;
  const auto wrong = [&](const char* key) {
    problems_.Add(element.line(), ShownName(element.Name()) + ": " + key + ' ' +
                                      ShownName(element.Text(key)) + ": left out");
  };
  if (element.Has("size")) {
    const auto size = ParseSvdNumber(element.Text("size"));
    if (size && *size != 0 && *size < kMaxImportBits) {
      out.size = *size;
    } else {
      wrong("size");
    }
  }
  if (element.Has("access")) {
    SvdProperties own;
    own.access = TidyText(element.Text("access"));
    if (own.Access().empty()) {
      wrong("access");
    } else {
      out.access = own.access;
    }
  }
  if (element.Has("readAction")) {
    const std::string action = TidyText(element.Text("readAction"));
    out.side_effect = action == "clear" ? "rc" : "";
    if (action != "clear" && !ChangesWhenRead(element)) wrong("readAction");
  } else if (element.Has("modifiedWriteValues")) {
    // Of what writing does, only this is something that a dump can be read by.
    const bool clears = TidyText(element.Text("modifiedWriteValues")) == "oneToClear";
    out.side_effect = clears && out.access != "read-only" ? "w1c" : "";
  } else if (out.access == "read-only" && out.side_effect == "w1c") {
    out.side_effect.clear();
  }
  return out;
}

std::optional<SvdFields::Array> SvdFields::ArrayOf(const SvdElement& element) {
  if (element.OwnText("dim").empty()) return std::nullopt;
  Array array;
  const auto count = ParseSvdNumber(element.OwnText("dim"));
  const auto increment = ParseSvdNumber(element.OwnText("dimIncrement"));
  if (!count || *count == 0 || *count > kMaxArray || !increment || *increment >= kMaxImportBits) {
    problems_.Add(
        element.line(),
        fmt::format("{}: an array of {}, {} apart: one of it is taken", ShownName(element.Name()),
                    ShownName(element.OwnText("dim")), ShownName(element.OwnText("dimIncrement"))));
    return std::nullopt;
  }
  array.count = *count;
  array.increment = *increment;
  const std::string index = element.OwnText("dimIndex");
  auto names = ParseSvdIndex(index, *count);
  if (!index.empty() && !names) {
    problems_.Add(element.line(), fmt::format("{}: dimIndex {} for {}: numbers are taken",
                                              ShownName(element.Name()), ShownName(index), *count));
  }
  array.is_counted = true;
  for (uint64_t i = 0; i < *count; ++i) {
    array.names.push_back(names ? (*names)[i] : std::to_string(i));
    array.is_counted = array.is_counted && array.names.back() == std::to_string(i);
  }
  return array;
}

void SvdFields::Expand(const SvdElement& element,
                       ImportedItem item,
                       const std::function<void(ImportedItem)>& add) {
  const std::string name = TidyText(element.Name());
  const auto array = ArrayOf(element);
  const size_t each = CountOf(item);
  if (!array) {
    item.name = Replaced(Replaced(name, "[%s]", ""), "%s", "");
    item.text = Replaced(std::move(item.text), "%s", "n");  // of an array that it is derived from
    items_ += each;
    return add(std::move(item));
  }
  const std::string text = item.text;
  // A layout has such arrays itself. The others are registers that are alike.
  if (array->is_counted && name.ends_with("[%s]") && array->increment != 0) {
    item.name = name.substr(0, name.size() - 4);
    item.text = Replaced(text, "%s", "n");
    item.count = array->count;
    item.stride = array->increment * 8;
    items_ += each;
    return add(std::move(item));
  }
  const uint64_t begin = item.offset;
  for (uint64_t i = 0; i < array->count; ++i) {
    items_ += each;
    const auto step = CheckedMul(array->increment * 8, i);
    const auto offset = step ? CheckedAdd(begin, *step) : std::nullopt;
    if (items_ > kMaxImportItems || !offset) return;  // which the reader says
    ImportedItem one = item;
    one.offset = *offset;
    one.name = Replaced(Replaced(name, "[%s]", array->names[i]), "%s", array->names[i]);
    one.text = Replaced(text, "%s", array->names[i]);
    add(std::move(one));
  }
}

void SvdFields::AddFields(const SvdElement& element,
                          const SvdProperties& properties,
                          ImportedItem& to) {
  for (const pugi::xml_node node : document_.Children(element, "fields", {"field"})) {
    if (items_ + to.bits.size() > kMaxImportItems) return;
    AddField(document_.Element(node, problems_), properties, to);
  }
}

void SvdFields::AddField(const SvdElement& element, const SvdProperties& around, ImportedItem& to) {
  NoteUnknownElements(
      document_, element,
      {"name", "description", "bitOffset", "bitWidth", "lsb", "msb", "bitRange", "access",
       "modifiedWriteValues", "writeConstraint", "readAction", "enumeratedValues", "dim",
       "dimIncrement", "dimIndex", "dimName", "dimArrayIndex", "vendorExtensions"},
      problems_);
  const std::string name = TidyText(element.Name());
  std::optional<std::pair<uint64_t, uint64_t>> range;
  const auto number = [&](const char* key) { return ParseSvdNumber(element.Text(key)); };
  if (const auto offset = number("bitOffset")) {
    range = std::pair(*offset, element.Has("bitWidth") ? number("bitWidth").value_or(0) : 1);
  } else if (const auto lsb = number("lsb"), msb = number("msb"); lsb && msb && *lsb <= *msb) {
    range = std::pair(*lsb, *msb - *lsb + 1);
  } else if (element.Has("bitRange")) {
    range = ParseSvdBitRange(element.Text("bitRange"));
  }
  if (!range || range->second == 0 || range->first >= kMaxImportBits ||
      range->second >= kMaxImportBits) {
    return problems_.Add(element.line(), ShownName(name) + ": no bits that are numbers: left out");
  }
  ImportedBits bits;
  bits.low = range->first;
  bits.width = range->second;
  bits.text = DescriptionOf(element);
  bits.line = element.line();
  const SvdProperties properties = PropertiesOf(element, around);
  if (properties.Access() != around.Access()) bits.access = properties.Access();
  AddValues(element, bits);
  const auto array = ArrayOf(element);
  const uint64_t count = array ? array->count : 1;
  for (uint64_t i = 0; i < count && items_ + to.bits.size() <= kMaxImportItems; ++i) {
    ImportedBits one = bits;
    // Increments of fields are bits.
    one.low += array ? array->increment * i : 0;
    const std::string index = array ? array->names[i] : "";
    one.name = Replaced(Replaced(name, "[%s]", index), "%s", index);
    one.text = Replaced(one.text, "%s", index);
    to.bits.push_back(std::move(one));
  }
}

// What values mean when they are read.
void SvdFields::AddValues(const SvdElement& field, ImportedBits& bits) {
  for (const pugi::xml_node node : document_.Children(field, nullptr, {"enumeratedValues"})) {
    const SvdElement values = document_.Element(node, problems_);
    if (TidyText(values.Text("usage")) == "write" || !bits.values.empty()) continue;
    NoteUnknownElements(document_, values,
                        {"name", "headerEnumName", "usage", "enumeratedValue", "vendorExtensions"},
                        problems_);
    for (const pugi::xml_node value : document_.Children(values, nullptr, {"enumeratedValue"})) {
      if (++items_ > kMaxImportItems) return;
      AddValue(document_.Element(value, problems_), bits.values);
    }
  }
}

void SvdFields::AddValue(const SvdElement& value, ImportedEnum& values) {
  std::string text = TidyText(value.Name());
  const std::string description = TidyText(value.Text("description"));
  if (!description.empty() && description != text) {
    text += (text.empty() ? "" : ": ") + description;
  }
  const std::string is_default = TidyText(value.Text("isDefault"));
  if (is_default == "true" || is_default == "1") {
    values.fallback = text.empty() ? "default" : text;
    return;
  }
  const auto ranges = ParseSvdEnumValue(value.Text("value"));
  if (!ranges) {
    return problems_.Add(value.line(), "a value " + ShownName(value.Text("value")) + " of " +
                                           ShownName(text) + ": left out");
  }
  items_ += ranges->size() - 1;
  for (const auto& [low, high] : *ranges) values.entries.push_back({low, high, text});
}

void NoteUnknownElements(const SvdDocument& document,
                         const SvdElement& element,
                         std::initializer_list<std::string_view> known,
                         ImportProblems& problems) {
  for (const pugi::xml_node child : element.node().children()) {
    if (child.type() != pugi::node_element) continue;
    if (std::find(known.begin(), known.end(), std::string_view(child.name())) != known.end()) {
      continue;
    }
    problems.Add(document.LineOf(child),
                 ShownName(element.Name()) + ": " + ShownName(child.name()) + ": left out");
  }
}

}  // namespace vmcoredd::internal
