// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <array>
#include <set>
#include <string>

#include "readers/decode/layout_reader.h"
#include "vmcoredd/base/text.h"

// [struct.NAME]: its fields, and what those that hold other structures say.

namespace vmcoredd::internal {

namespace {

constexpr std::array<std::string_view, 12> kTypes = {"uint",  "int",    "text",   "bytes",
                                                     "guid",  "mac",    "struct", "records",
                                                     "chain", "stream", "sparse", "pairs"};
constexpr std::array<std::string_view, 3> kOrders = {"little", "big", "native"};
constexpr std::array<std::string_view, 3> kCodecs = {"none", "zlib", "deflate"};
constexpr std::array<std::string_view, 1> kOrigins = {"window"};
constexpr size_t kMaxFields = 4096;
constexpr size_t kMaxRanges = 4096;

bool HoldsStructures(FieldType type) { return type >= FieldType::kStruct; }

void ReadCases(const TomlNode& node, TableReader& table, StructureChoice& choice) {
  if (node.kind != TomlNode::Kind::kTable) return table.WrongType(node, "cases", "a table");
  for (const TomlMember& member : node.members) {
    StructureCase item;
    item.place = member.place;
    item.structure_name = member.node.text;
    if (member.node.kind != TomlNode::Kind::kText || member.node.text.empty()) {
      table.WrongType(member.node, "cases", "the name of a structure");
    }
    item.text = member.key;
    if (const auto range = RangeOf(member.key, "..")) {
      item.is_number = true;
      item.low = range->first;
      item.high = range->second;
    }
    choice.cases.push_back(std::move(item));
  }
}

void ReadChoice(TableReader& table, StructureChoice& choice) {
  choice.always_name = table.Text("struct");
  const TomlNode* const on = table.Take("switch");
  if (on) choice.on = FormulaOf(*on, table.what() + ": switch", table.problems());
  if (const TomlNode* const cases = table.Take("cases")) ReadCases(*cases, table, choice);
  choice.fallback_name = table.Text("default");
  if (on && !choice.always_name.empty()) table.Problem(on->place, "both struct and switch");
  if ((on != nullptr) != !choice.cases.empty()) {
    table.Problem(table.place(), "switch and cases belong together");
  }
}

void ReadRanges(TableReader& table, FieldSpec& field) {
  const TomlNode* const node = table.Take("ranges");
  if (!node) return table.Problem(table.place(), "sparse needs ranges");
  uint64_t end = 0;
  for (const TomlNode& item : node->items) {
    const bool pair = item.kind == TomlNode::Kind::kList && item.items.size() == 2;
    const auto at = pair ? NumberOf(item.items[0]) : std::nullopt;
    const auto size = pair ? NumberOf(item.items[1]) : std::nullopt;
    constexpr uint64_t limit = uint64_t{1} << 48;
    if (!at || !size || *at < end || *size == 0 || *at > limit || *size > limit ||
        field.ranges.size() == kMaxRanges) {
      table.WrongType(item, "ranges", "[address, size], ascending and apart");
      return;
    }
    field.ranges.push_back({*at, *size});
    end = *at + *size;
  }
  if (field.ranges.empty()) table.WrongType(*node, "ranges", "a list of [address, size]");
}

void ReadContainer(TableReader& table, FieldSpec& field) {
  ReadChoice(table, field.content);
  if (const TomlNode* const with = table.Take("with")) {
    if (with->kind != TomlNode::Kind::kTable) table.WrongType(*with, "with", "a table");
    for (const TomlMember& member : with->members) {
      auto value = FormulaOf(member.node, table.what() + ": with", table.problems());
      if (value) field.with.emplace_back(member.key, std::move(*value));
    }
  }
  const FieldType type = field.type;
  if (type == FieldType::kStruct) field.is_inline = table.Flag("inline");
  if (type == FieldType::kRecords || type == FieldType::kChain) field.key = table.Text("key");
  if (type == FieldType::kRecords) {
    field.record_while = table.Formula("while");
    field.record_where = table.Formula("where");
  }
  if (type == FieldType::kChain) {
    field.first = table.Formula("first");
    field.next = table.Formula("next");
    if (!field.first || !field.next) table.Problem(table.place(), "chain needs first and next");
  }
  if (type == FieldType::kStream) {
    if (const auto codec = table.OneOf("codec", kCodecs)) {
      field.codec = static_cast<StreamCodec>(*codec);
    }
    field.record_name = table.Text("chunk");
    field.data_size = table.Formula("data_size");
    field.length = table.Formula("length");
    if (!field.record_name.empty() && !field.data_size) {
      table.Problem(table.place(), "a chunk needs data_size");
    }
  }
  if (type == FieldType::kSparse) ReadRanges(table, field);
  if (type == FieldType::kPairs) {
    field.record_name = table.Text("record");
    field.address = table.Formula("address");
    field.value = table.Formula("value");
    field.meaning.value.reset();  // the same word: of the pairs, not of a number
    field.width = static_cast<uint8_t>(table.Number("width", 8).value_or(4));
    if (field.record_name.empty() || !field.address || !field.value || field.width == 0) {
      table.Problem(table.place(), "pairs needs record, address and value");
    }
  }
  const bool may_be_bytes = type == FieldType::kStream;
  if (!field.content.is_set() && !may_be_bytes) {
    table.Problem(table.place(), "it needs struct, or switch and cases");
  }
  if (type == FieldType::kChain && field.content.always_name.empty()) {
    table.Problem(table.place(), "chain needs struct");
  }
}

void ReadInteger(TableReader& table, const std::string& prefix, Layout& layout, FieldSpec& field) {
  const TomlNode* const size = table.Take("size");
  if (size) {
    const auto bytes = NumberOf(*size);
    if (!bytes || *bytes == 0 || *bytes > 8) {
      table.WrongType(*size, "size", "1 to 8 bytes");
    } else {
      field.width = static_cast<uint8_t>(*bytes);
    }
  }
  field.bits_name = NameOrTable(table, "bits", prefix, layout, ReadBits);
}

std::optional<FieldSpec> ReadField(const TomlNode& node,
                                   const Structure& structure,
                                   Layout& layout,
                                   LayoutProblems& problems) {
  const std::string where = "struct " + structure.name;
  if (node.kind != TomlNode::Kind::kTable) {
    problems.Add(node.place, where + ": expected a field as a table, found " + node.Description());
    return std::nullopt;
  }
  const TomlNode* const name = node.Find("name");
  FieldSpec field;
  field.place = node.place;
  if (name && name->kind == TomlNode::Kind::kText) field.name = name->text;
  TableReader table(node, where + ": " + EscapeBytes(field.name), problems);
  table.Take("name");
  if (!IsLayoutName(field.name)) {
    table.Problem(name ? name->place : node.place, "a field needs a name of letters, digits, '_'");
  }
  if (const auto type = table.OneOf("type", kTypes)) field.type = static_cast<FieldType>(*type);
  const std::string prefix = structure.name + '.' + field.name;
  field.at = table.Formula("at");
  field.from_window = table.OneOf("from", kOrigins).has_value();
  if (const auto order = table.OneOf("order", kOrders)) {
    field.order = static_cast<ByteOrder>(*order);
  }
  field.count = table.Formula("count");
  field.stride = table.Formula("stride");
  field.when = table.Formula("when");
  field.overlay = table.Flag("overlay");
  ReadMeaning(table, prefix, layout, field.meaning);
  if (field.type == FieldType::kUint || field.type == FieldType::kInt) {
    ReadInteger(table, prefix, layout, field);
    if (field.type == FieldType::kInt) field.meaning.signed_bytes = field.width;
  } else if (field.type == FieldType::kGuid || field.type == FieldType::kMac) {
    const uint64_t bytes = field.type == FieldType::kGuid ? 16 : 6;
    const auto size = table.Formula("size");
    if (size && size->expression.Constant() != bytes) {
      table.Problem(size->place, "size: it has " + std::to_string(bytes) + " bytes");
    }
    field.size = PlacedExpression{Expression::Number(bytes), node.place};
  } else {
    field.size = table.Formula("size");
  }
  if (const TomlNode* const list = table.Take("unreadable")) {
    field.unreadable.emplace();
    for (const TomlNode& item : list->items) {
      const auto number = NumberOf(item);
      if (!number) table.WrongType(item, "unreadable", "a number");
      field.unreadable->push_back(number.value_or(0));
    }
    if (list->kind != TomlNode::Kind::kList) table.WrongType(*list, "unreadable", "a list");
  }
  if (HoldsStructures(field.type)) ReadContainer(table, field);
  const FieldMeaning& meaning = field.meaning;
  const bool is_number = field.type == FieldType::kUint || field.type == FieldType::kInt;
  const bool has_number_keys = meaning.bad || meaning.value || !meaning.enum_name.empty() ||
                               meaning.advances || field.unreadable;
  if (!is_number && has_number_keys) {
    table.Problem(node.place, "only integers have bad, value, enum, advances and unreadable");
  }
  if (field.type == FieldType::kInt) {
    // 32767 would be said of -2, or found in it.
    for (const OptionalExpression* const formula :
         {&meaning.value, meaning.bad ? &meaning.bad->when : nullptr}) {
      if (!formula || !*formula) continue;
      table.Problem((*formula)->place,
                    "an int has no value and no when: expressions know no numbers below zero");
    }
  }
  for (const uint64_t value : field.unreadable.value_or(std::vector<uint64_t>{})) {
    if (!is_number || field.width == 8 || value >> (8 * field.width) == 0) continue;
    table.Problem(node.Find("unreadable")->place,
                  fmt::format("unreadable: 0x{:x} does not fit into {} bytes", value, field.width));
  }
  if (field.stride && !field.count) table.Problem(node.place, "stride without count");
  if (field.type == FieldType::kChain && field.count)
    table.Problem(node.place, "a chain has no count");
  table.Close();
  return field;
}

}  // namespace

void ReadStructure(const TomlNode& node,
                   std::string name,
                   Layout& layout,
                   LayoutProblems& problems) {
  auto out = std::make_unique<Structure>();
  out->name = name;
  out->layout = &layout;
  out->place = node.place;
  TableReader table(node, "struct " + name, problems);
  out->text = table.Text("text");
  out->size = table.Formula("size");
  out->params = table.Texts("params");
  for (const std::string& param : out->params) {
    if (!IsLayoutName(param)) {
      table.Problem(node.Find("params")->place, "params: a name has letters, digits, '_'");
    }
  }
  std::set<std::string> names;
  const TomlNode* const fields = table.Take("fields");
  if (!fields || fields->kind != TomlNode::Kind::kList || fields->items.empty() ||
      fields->items.size() > kMaxFields) {
    table.Problem(fields ? fields->place : node.place,
                  "fields: expected a list of 1 to " + std::to_string(kMaxFields) + " tables");
  } else {
    for (const TomlNode& item : fields->items) {
      auto field = ReadField(item, *out, layout, problems);
      if (!field) continue;
      if (!names.insert(field->name).second) {
        table.Problem(item.place, "a second field " + EscapeBytes(field->name));
        continue;
      }
      out->fields.push_back(std::move(*field));
    }
  }
  if (const TomlNode* const findings = table.Take("findings")) {
    if (findings->kind != TomlNode::Kind::kList) table.WrongType(*findings, "findings", "a list");
    for (const TomlNode& item : findings->items) {
      auto rule = ReadRule(item, table.what() + ": findings", problems);
      if (!rule) continue;
      if (!rule->when || rule->text.literals.empty()) {
        table.Problem(item.place, "a rule of a structure needs when and text");
        continue;
      }
      out->findings.push_back(std::move(*rule));
    }
  }
  table.Close();
  layout.structures[std::move(name)] = std::move(out);
}

}  // namespace vmcoredd::internal
