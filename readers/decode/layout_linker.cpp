// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_linker.h"

#include <algorithm>
#include <utility>

#include "readers/decode/layout_checks.h"
#include "readers/decode/layout_places.h"
#include "readers/decode/layout_slots.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// Elements of an array that are shown as evidence.
constexpr uint64_t kMaxEvidence = 16;

class Linker {
 public:
  Linker(LayoutMap& layouts, const NameSet& broken, std::vector<LayoutProblem>& problems)
      : layouts_(layouts), slots_(layouts), broken_(broken), problems_(problems) {}

  void Run() {
    // Names first: expressions reach into other structures.
    ForAllStructures([this](Structure& structure) { LinkNames(structure); });
    for (auto& [name, layout] : layouts_) {
      layout_ = layout.get();
      LinkRoot(*layout);
      for (auto& [bits_name, set] : layout->bits) {
        for (BitsField& field : set->fields) {
          LinkEnum(field.meaning, field.width, "bits " + field.name);
        }
      }
    }
    if (!problems_.empty()) return;
    ForAllStructures([this](Structure& structure) { DeclareParams(structure); });
    ForAllStructures([this](Structure& structure) { LinkExpressions(structure); });
    for (auto& [name, layout] : layouts_) {
      layout_ = layout.get();
      LinkBits();
    }
    if (!problems_.empty()) return;
    is_last_ = true;
    PlaceChecker places(report_);
    InlineNames names(report_);
    ForAllStructures([&](Structure& structure) { places.Check(structure); });
    ForAllStructures([&](Structure& structure) { names.Check(structure); });
    ForAllStructures([this](Structure& structure) { CheckTexts(structure); });
  }

 private:
  template <typename Function>
  void ForAllStructures(Function function) {
    for (auto& [name, layout] : layouts_) {
      layout_ = layout.get();
      for (auto& [structure_name, structure] : layout->structures) function(*structure);
    }
  }

  void Problem(LayoutPlace place, std::string text) {
    problems_.push_back({layout_->file, place, std::move(text), /*hides_others=*/!is_last_});
  }

  template <typename T>
  T* Find(NamedParts<T> Layout::*where, std::string_view name) {
    return FindPart(layouts_, *layout_, where, name);
  }

  const Structure* FindStructure(const std::string& name, LayoutPlace place) {
    if (name.empty()) return nullptr;
    const Structure* const found = Find(&Layout::structures, name);
    if (!found && !NeedsBroken(name)) {
      Problem(place, "there is no structure " + EscapeBytes(name));
    }
    return found;
  }

  // A name of a layout that has mistakes: said once.
  bool NeedsBroken(std::string_view name) {
    const std::string other(name.substr(0, name.find('.')));
    if (!broken_.contains(other)) return false;
    if (needs_broken_.insert(layout_->name).second) {
      Problem({1, 1}, "not used: it needs " + other + ", which has mistakes");
    }
    return true;
  }

  void LinkRoot(Layout& layout) {
    layout.root = FindStructure(layout.root_name, layout.root_place);
    if (layout.root && !layout.root->params.empty()) {
      Problem(layout.root_place, "root: a structure with params cannot be the root");
    }
  }

  void LinkEnum(FieldMeaning& meaning, unsigned bits, const std::string& what) {
    if (meaning.enum_name.empty()) return;
    meaning.enumeration = Find(&Layout::enums, meaning.enum_name);
    if (!meaning.enumeration && !NeedsBroken(meaning.enum_name)) {
      Problem(meaning.place, "there is no enum " + EscapeBytes(meaning.enum_name));
    }
    CheckEnumeration(meaning, bits, what, report_);
  }

  void LinkChoice(StructureChoice& choice, FieldSpec& field, const Structure& structure) {
    choice.always = FindStructure(choice.always_name, field.place);
    choice.fallback = FindStructure(choice.fallback_name, field.place);
    for (StructureCase& item : choice.cases) {
      item.structure = FindStructure(item.structure_name, item.place);
    }
    if (!choice.on) return;
    // A choice by a text or a GUID: the name alone.
    const std::vector<std::string>& names = choice.on->expression.names();
    const FieldSpec* const on = names.empty() ? nullptr : structure.FindField(names.front());
    if (on && (on->type == FieldType::kText || on->type == FieldType::kGuid)) {
      choice.on_text = names.front();
      choice.on.reset();
      return;
    }
    for (const StructureCase& item : choice.cases) {
      if (item.is_number && item.low <= item.high) continue;
      Problem(item.place, "cases: expected a number or a range like \"0x10..0x1f\", found \"" +
                              EscapeBytes(item.text) + '"');
    }
  }

  void LinkNames(Structure& structure) {
    for (FieldSpec& field : structure.fields) {
      LinkEnum(field.meaning, 8u * field.width, structure.name + '.' + field.name);
      LinkChoice(field.content, field, structure);
      field.record = FindStructure(field.record_name, field.place);
      if (field.bits_name.empty()) continue;
      field.bits = Find(&Layout::bits, field.bits_name);
      if (!field.bits) {
        if (!NeedsBroken(field.bits_name)) {
          Problem(field.place, "there are no bits " + EscapeBytes(field.bits_name));
        }
        continue;
      }
      for (const BitsField& bits : field.bits->fields) {
        if (bits.low + bits.width > field.width * 8) {
          Problem(field.place, structure.name + '.' + field.name + ": bits " + bits.name +
                                   " do not fit into " + std::to_string(field.width) + " bytes");
        }
      }
    }
  }

  void DeclareParams(Structure& structure) {
    structure.slots = {
        {"$size", kSlotSize}, {"$offset", kSlotOffset}, {"$index", kSlotIndex}, {"$raw", kSlotRaw}};
    for (const std::string& param : structure.params) {
      const bool is_new = structure.slots.emplace(param, structure.slot_count++).second;
      if (!is_new || structure.FindField(param)) {
        Problem(structure.place,
                "struct " + structure.name + ": a second meaning of " + EscapeBytes(param));
      }
    }
  }

  void Bind(OptionalExpression& formula, Structure& structure, size_t limit, bool raw = false) {
    if (!formula) return;
    Expression& expression = formula->expression;
    for (size_t i = 0; i < expression.names().size(); ++i) {
      const std::string& name = expression.names()[i];
      std::string why = "is only known in value and bad";
      const auto slot =
          name == "$raw" && !raw ? std::nullopt : slots_.Find(structure, name, limit, why);
      if (slot) {
        expression.Bind(i, *slot);
        continue;
      }
      LayoutPlace place = formula->place;
      place.column += static_cast<uint32_t>(expression.name_places()[i]);
      Problem(place, "expression: " + EscapeBytes(name) + ' ' + why);
    }
  }

  void BindRule(Rule& rule, Structure& structure, bool raw) {
    Bind(rule.when, structure, kAllFields, raw);
    const auto bind_all = [&](const std::vector<std::string>& names, std::vector<uint32_t>& slots) {
      for (const std::string& name : names) {
        std::string why;
        const auto slot = slots_.Find(structure, name, kAllFields, why);
        if (!slot) Problem(rule.place, "rule: " + EscapeBytes(name) + ' ' + why);
        slots.push_back(slot.value_or(0));
      }
    };
    for (const std::string& name : rule.text.names) {
      const FieldSpec* const field = structure.FindField(name);
      const bool is_text =
          field && field->type >= FieldType::kText && field->type <= FieldType::kMac;
      rule.text.fields.push_back(is_text ? field : nullptr);
      rule.text.slots.push_back(0);
      if (is_text) continue;
      std::vector<uint32_t> slots;
      bind_all({name}, slots);
      rule.text.slots.back() = slots.front();
    }
    if (rule.evidence.empty() && rule.when && !raw) {
      // What it goes by. Numbers that somebody else has passed are nowhere in the dump.
      for (const std::string& name : rule.when->expression.names()) {
        const bool is_field = structure.FindField(name.substr(0, name.find_first_of(".[")));
        std::string said;
        if (is_field && slots_.Find(structure, name, kAllFields, said)) {
          rule.evidence.push_back(name);
        }
      }
    }
    ExpandArrays(rule.evidence, structure);
    bind_all(rule.evidence, rule.evidence_slots);
  }

  // An array as evidence is its elements, if they are few.
  static void ExpandArrays(std::vector<std::string>& names, const Structure& structure) {
    std::vector<std::string> out;
    for (std::string& name : names) {
      const FieldSpec* const field = structure.FindField(name);
      const auto count = field && field->count ? field->count->expression.Constant() : std::nullopt;
      if (count.value_or(0) == 0 || *count > kMaxEvidence) {
        out.push_back(std::move(name));
        continue;
      }
      for (uint64_t i = 0; i < *count; ++i) out.push_back(name + '[' + std::to_string(i) + ']');
    }
    names = std::move(out);
  }

  void BindMeaning(FieldMeaning& meaning, Structure& structure, size_t index) {
    Bind(meaning.value, structure, index, true);
    if (meaning.bad) BindRule(*meaning.bad, structure, true);
  }

  void LinkExpressions(Structure& structure) {
    for (size_t i = 0; i < structure.fields.size(); ++i) {
      FieldSpec& field = structure.fields[i];
      for (OptionalExpression* const formula : {&field.at, &field.size, &field.count, &field.stride,
                                                &field.when, &field.content.on, &field.first}) {
        Bind(*formula, structure, i);
      }
      BindMeaning(field.meaning, structure, i);
      LinkWith(field, structure, i);
      LinkRecord(field, structure);
    }
    Bind(structure.size, structure, kAllFields);
    for (Rule& rule : structure.findings) BindRule(rule, structure, false);
  }

  // Bits are shared by many structures: their expressions know only themselves.
  void LinkBits() {
    for (auto& [name, set] : layout_->bits) {
      for (BitsField& bits : set->fields) {
        LinkBitsFormula(bits.meaning.value, bits.meaning.place);
        if (bits.meaning.bad) LinkBitsFormula(bits.meaning.bad->when, bits.meaning.place);
        if (bits.meaning.bad && !bits.meaning.bad->text.names.empty()) {
          Problem(bits.meaning.place, "bits " + bits.name + ": their rule's text knows no fields");
        }
      }
    }
  }

  void LinkBitsFormula(OptionalExpression& formula, LayoutPlace place) {
    if (!formula) return;
    for (size_t i = 0; i < formula->expression.names().size(); ++i) {
      if (formula->expression.names()[i] != "$raw") {
        Problem(place, "expressions of bits know $raw only, found " +
                           EscapeBytes(formula->expression.names()[i]));
      }
      formula->expression.Bind(i, kSlotRaw);
    }
  }

  void LinkWith(FieldSpec& field, Structure& structure, size_t index) {
    for (auto& [param, value] : field.with) {
      OptionalExpression formula = std::move(value);
      Bind(formula, structure, index);
      value = std::move(*formula);
    }
    std::vector<const Structure*> targets = {field.content.always, field.content.fallback};
    for (const StructureCase& item : field.content.cases) targets.push_back(item.structure);
    for (const Structure* const target : targets) {
      if (!target) continue;
      for (const std::string& param : target->params) {
        const bool given = std::any_of(field.with.begin(), field.with.end(),
                                       [&](const auto& pair) { return pair.first == param; });
        if (!given) {
          Problem(field.place, structure.name + '.' + field.name + ": " + target->name +
                                   " needs with " + EscapeBytes(param));
        }
      }
    }
    if (field.content.on_text.empty()) return;
    const FieldSpec* const on = structure.FindField(field.content.on_text);
    if (!on || on - structure.fields.data() >= static_cast<std::ptrdiff_t>(index)) {
      Problem(field.place, field.name + ": switch: " + field.content.on_text + " must come before");
    }
  }

  // Texts that decide something, or name something, are read before they are shown: only
  // where their place does not depend on data.
  void CheckTexts(const Structure& structure) {
    for (const FieldSpec& field : structure.fields) {
      const FieldSpec* const on =
          field.content.on_text.empty() ? nullptr : structure.FindField(field.content.on_text);
      for (const FieldSpec* const text : {on, field.key_field}) {
        if (!text || (text->fixed_at && text->size && !text->count)) continue;
        Problem(field.place, structure.name + '.' + field.name + ": " + EscapeBytes(text->name) +
                                 " has no size, or no fixed place");
      }
    }
  }

  // Expressions in the scope of a record.
  void LinkRecord(FieldSpec& field, Structure& structure) {
    const bool is_stream = field.type == FieldType::kStream;
    const std::string& name =
        field.record_name.empty() && !is_stream ? field.content.always_name : field.record_name;
    // A stream without chunks has no records: its user's scope is all that there is.
    Structure* const record = !name.empty() ? Find(&Layout::structures, name)
                              : is_stream   ? &structure
                                            : nullptr;
    for (OptionalExpression* const formula :
         {&field.record_while, &field.record_where, &field.next, &field.data_size, &field.length,
          &field.address, &field.value}) {
      if (!*formula) continue;
      if (record) {
        Bind(*formula, *record, kAllFields);
      } else if (!(*formula)->expression.names().empty()) {
        Problem((*formula)->place, "expression: names need one structure, not a choice");
      }
    }
    if (field.key.empty()) return;
    if (!record) return Problem(field.place, field.name + ": key needs one structure");
    const FieldSpec* const key = record->FindField(field.key);
    if (key && (key->type == FieldType::kText || key->type == FieldType::kGuid)) {
      field.key_field = key;
      return;
    }
    std::string why;
    field.key_slot = slots_.Find(*record, field.key, kAllFields, why);
    if (!field.key_slot) return Problem(field.place, "key: " + EscapeBytes(field.key) + ' ' + why);
    field.key_meaning = MeaningOfSlot(*record, *field.key_slot);
  }

  LayoutMap& layouts_;
  SlotFinder slots_;
  const NameSet& broken_;
  NameSet needs_broken_;
  std::vector<LayoutProblem>& problems_;
  Layout* layout_ = nullptr;
  bool is_last_ = false;  // nothing more is checked after this
  const ReportProblem report_ = [this](LayoutPlace place, std::string text) {
    Problem(place, std::move(text));
  };
};

}  // namespace

void LinkLayouts(LayoutMap& layouts, const NameSet& broken, std::vector<LayoutProblem>& problems) {
  Linker(layouts, broken, problems).Run();
}

}  // namespace vmcoredd::internal
