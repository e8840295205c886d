// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_slots.h"

#include <algorithm>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

bool KnowsRawAlone(const PlacedExpression& formula) {
  const auto& names = formula.expression.names();
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return name == "$raw"; });
}

bool BindBits(const FieldSpec& field, std::string_view name, SlotBinding& binding) {
  if (!field.bits) return false;
  for (const BitsField& bits : field.bits->fields) {
    if (bits.name != name) continue;
    binding.low = bits.low;
    binding.width = bits.width;
    binding.meaning = &bits.meaning;
    return true;
  }
  return false;
}

}  // namespace

const FieldMeaning* MeaningOfSlot(const Structure& structure, uint32_t slot) {
  for (const FieldSpec& field : structure.fields) {
    for (const SlotBinding& binding : field.bindings) {
      if (binding.slot == slot) return binding.meaning;
    }
  }
  return nullptr;
}

std::optional<uint32_t> SlotFinder::Find(Structure& structure,
                                         std::string_view name,
                                         size_t limit,
                                         std::string& why) {
  const size_t cut = name.find_first_of(".[");
  const std::string_view first = name.substr(0, cut);
  std::string_view rest = cut == name.npos ? std::string_view() : name.substr(cut);
  FieldSpec* field = nullptr;
  size_t index = 0;
  for (; index < structure.fields.size() && !field; ++index) {
    if (structure.fields[index].name == first) field = &structure.fields[index];
  }
  if (const auto known = structure.slots.find(name); known != structure.slots.end()) {
    if (!field || index <= limit) return known->second;
  }
  if (!field || index > limit) {
    why = field ? "comes later in the structure" : "is no field of " + structure.name;
    return std::nullopt;
  }
  SlotBinding binding;
  binding.meaning = &field->meaning;
  const bool has_index = rest.starts_with('[');
  if (has_index) {
    const size_t close = rest.find(']');
    const auto element = ParseLayoutNumber(rest.substr(1, close - 1));
    const auto count = field->count ? field->count->expression.Constant() : std::nullopt;
    if (!field->count || !element || *element >= count.value_or(kMaxArray)) {
      why = field->count ? "is behind the end of its array" : "is no array";
      return std::nullopt;
    }
    binding.index = *element;
    rest.remove_prefix(close + 1);
  }
  if (rest.starts_with('.')) rest.remove_prefix(1);
  if (field->type == FieldType::kUint || field->type == FieldType::kInt) {
    if (field->count && !has_index) {
      why = "is an array: its first element is " + EscapeBytes(first) + "[0]";
      return std::nullopt;
    }
    if (!rest.empty() && !BindBits(*field, rest, binding)) {
      why = "has no such bits";
      return std::nullopt;
    }
  } else if (field->type == FieldType::kStruct && !rest.empty() && field->content.always) {
    if (field->count) {
      why = "is an array of structures";
      return std::nullopt;
    }
    auto* const inner =
        FindPart(layouts_, *structure.layout, &Layout::structures, field->content.always_name);
    const auto slot = Find(*inner, rest, kAllFields, why);
    if (!slot) return std::nullopt;
    binding.inner = *slot;
    binding.meaning = MeaningOfSlot(*inner, *slot);
    // A value that names others is in the scope of the structure that it is of.
    if (binding.meaning && binding.meaning->value && !KnowsRawAlone(*binding.meaning->value)) {
      binding.meaning = nullptr;
    }
  } else {
    why = "is not a number";
    return std::nullopt;
  }
  binding.slot = structure.slot_count++;
  structure.slots.emplace(name, binding.slot);
  field->bindings.push_back(binding);
  return field->bindings.back().slot;
}

std::string FlagsOfSlot(const Structure& structure, uint32_t slot, uint64_t value) {
  const BitsSet* bits = nullptr;
  for (const FieldSpec& field : structure.fields) {
    for (const SlotBinding& binding : field.bindings) {
      if (binding.slot == slot && binding.width == 64) bits = field.bits;
    }
  }
  std::string names;
  if (!bits) return names;
  for (const BitsField& flag : bits->fields) {
    if (flag.width != 1) return {};
    if ((value >> flag.low & 1) == 0) continue;
    names += names.empty() ? flag.name : ", " + flag.name;
  }
  return names;
}

}  // namespace vmcoredd::internal
