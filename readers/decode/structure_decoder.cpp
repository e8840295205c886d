// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/structure_decoder.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxPrefillDepth = 8;

bool IsNumber(const FieldSpec& field) {
  return field.type == FieldType::kUint || field.type == FieldType::kInt;
}

}  // namespace

Frame StructureDecoder::Open(const Structure& structure,
                             ByteWindow& window,
                             uint64_t begin,
                             uint64_t limit) {
  Frame frame{&structure, &window, begin, std::max(begin, limit), {}};
  frame.slots.resize(structure.slot_count);
  frame.slots[kSlotSize].value = frame.limit - begin;
  frame.slots[kSlotOffset].value = begin;
  frame.slots[kSlotIndex].value = 0;
  return frame;
}

void StructureDecoder::PassParams(const Frame& user, const FieldSpec& field, Frame& to) const {
  for (const auto& [param, formula] : field.with) {
    const auto& params = to.structure->params;
    const auto at = std::find(params.begin(), params.end(), param);
    if (at == params.end()) continue;
    to.slots[kFirstOwnSlot + static_cast<size_t>(at - params.begin())].value =
        formula.expression.Evaluate(user.slots);
  }
}

void StructureDecoder::Prefill(Frame& frame, size_t depth) {
  for (const FieldSpec& field : frame.structure->fields) {
    if (field.bindings.empty() || !field.fixed_at) continue;
    const uint64_t at = AddCapped(frame.begin, *field.fixed_at);
    if (IsNumber(field)) {
      const uint64_t stride =
          field.stride ? Evaluate(frame, field.stride).value_or(0) : uint64_t{field.width};
      const uint64_t count = field.count ? Evaluate(frame, field.count).value_or(0) : 1;
      for (const SlotBinding& binding : field.bindings) {
        uint64_t ahead = 0;
        if (!Step()) return;
        if (binding.index >= count || (binding.index > 0 && stride == 0) ||
            __builtin_mul_overflow(binding.index, stride, &ahead)) {
          continue;
        }
        const uint64_t place = AddCapped(at, ahead);
        FillSlots(frame, field, ReadNumber(frame, field, place), place, binding.index);
      }
    } else if (field.type == FieldType::kStruct && field.content.always &&
               depth < kMaxPrefillDepth && Step()) {
      uint64_t limit = frame.limit;
      if (field.size) {
        limit = std::min(limit, AddCapped(at, Evaluate(frame, field.size).value_or(0)));
      }
      Frame inner = Open(*field.content.always, *frame.window, at, limit);
      Prefill(inner, depth + 1);
      TakeInner(frame, field, inner);
    }
  }
}

void StructureDecoder::TakeInner(Frame& frame, const FieldSpec& field, const Frame& inner) {
  for (const SlotBinding& binding : field.bindings) {
    if (binding.inner < inner.slots.size()) frame.slots[binding.slot] = inner.slots[binding.inner];
  }
}

std::optional<uint64_t> StructureDecoder::DeclaredEnd(const Frame& frame) const {
  const auto size = Evaluate(frame, frame.structure->size);
  uint64_t end = 0;
  if (!size || __builtin_add_overflow(frame.begin, *size, &end)) return std::nullopt;
  return end;
}

void StructureDecoder::DecodeWindow(const Structure& structure,
                                    ByteWindow& window,
                                    const Frame* user,
                                    const FieldSpec* field) {
  Frame frame = Open(structure, window, 0, window.size());
  if (user) PassParams(*user, *field, frame);
  Prefill(frame, 0);
  Decode(frame);
}

uint64_t StructureDecoder::Decode(Frame& frame) {
  if (depth_ >= options_.limits.depth) {
    Remark(*frame.window, frame.begin,
           fmt::format("nested deeper than {} structures: not decoded", options_.limits.depth));
    return frame.limit;
  }
  ++depth_;
  const auto declared = DeclaredEnd(frame);
  if (declared) frame.limit = std::min(frame.limit, *declared);
  uint64_t behind = frame.begin;
  uint64_t end = frame.begin;
  for (const FieldSpec& field : frame.structure->fields) {
    if (stopped_) break;
    behind = DecodeField(frame, field, behind);
    if (!field.from_window) end = std::max(end, behind);
  }
  if (!stopped_) ApplyFindings(frame);
  --depth_;
  return declared.value_or(end);
}

uint64_t StructureDecoder::DecodeField(Frame& frame, const FieldSpec& field, uint64_t behind) {
  if (!Step()) return behind;
  const auto outer = privacy_;
  if (field.meaning.privacy) privacy_ = field.meaning.privacy;
  const uint64_t end = DecodeFieldAt(frame, field, behind);
  privacy_ = outer;
  return end;
}

uint64_t StructureDecoder::DecodeFieldAt(Frame& frame, const FieldSpec& field, uint64_t behind) {
  if (field.when) {
    const auto there = Evaluate(frame, field.when);
    if (!there) {
      const PathScope scope(*this, field.name);
      Remark(*frame.window, behind, "left out: its condition depends on what is not known", false);
    }
    if (there.value_or(0) == 0) return behind;
  }
  if (field.type == FieldType::kChain) {
    DecodeChain(frame, field);
    return behind;
  }
  uint64_t at = behind;
  if (field.at) {
    const auto offset = Evaluate(frame, field.at);
    if (!offset) {
      const PathScope scope(*this, field.name);
      Remark(*frame.window, behind, "left out: where it is depends on what is not known");
      return behind;
    }
    at = field.from_window ? *offset : AddCapped(frame.begin, *offset);
  }
  if (field.count && field.type != FieldType::kRecords) return DecodeArray(frame, field, at);
  if (field.type == FieldType::kRecords) return DecodeRecords(frame, field, at);
  return DecodeElement(frame, field, at, field.name, 0);
}

uint64_t StructureDecoder::DecodeArray(Frame& frame, const FieldSpec& field, uint64_t at) {
  const auto count = Evaluate(frame, field.count);
  const auto stride = Evaluate(frame, field.stride);
  if (!count || (field.stride && stride.value_or(0) == 0)) {
    const PathScope scope(*this, field.name);
    Remark(*frame.window, at, "left out: how many there are depends on what is not known");
    return at;
  }
  const uint64_t limit = field.from_window ? frame.window->size() : frame.limit;
  uint64_t end = at;
  const auto own_index = frame.slots[kSlotIndex];
  for (uint64_t i = 0; i < *count && !stopped_; ++i) {
    if (at >= limit || i >= options_.limits.records) {
      const PathScope scope(*this, field.name);
      Remark(*frame.window, at,
             at >= limit
                 ? fmt::format("elements {} to {} are missing: the data ends", i, *count - 1)
                 : fmt::format("more than {} elements: the rest is not decoded", i));
      break;
    }
    frame.slots[kSlotIndex].value = i;
    const uint64_t behind =
        DecodeElement(frame, field, at, fmt::format("{}[{}]", field.name, i), i);
    end = std::max(end, behind);
    if (!stride && behind <= at) break;
    at = stride ? AddCapped(at, *stride) : behind;
  }
  frame.slots[kSlotIndex] = own_index;
  return end;
}

uint64_t StructureDecoder::DecodeElement(
    Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name, uint64_t index) {
  switch (field.type) {
    case FieldType::kUint:
    case FieldType::kInt:
      ShowNumber(frame, field, at, name, index);
      return AddCapped(at, field.width);
    case FieldType::kText:
    case FieldType::kBytes:
    case FieldType::kGuid:
    case FieldType::kMac: {
      auto size = Evaluate(frame, field.size);
      if (field.size && !size) {
        const PathScope scope(*this, name);
        Remark(*frame.window, at, "left out: its size depends on what is not known");
        return at;
      }
      if (!size) {
        const uint64_t limit = field.from_window ? frame.window->size() : frame.limit;
        size = limit - std::min(limit, at);
      }
      ShowBytes(frame, field, at, *size, name);
      return AddCapped(at, *size);
    }
    case FieldType::kStruct: return DecodeStruct(frame, field, at, name);
    case FieldType::kStream: return DecodeStream(frame, field, at, name);
    case FieldType::kSparse: return DecodeSparse(frame, field, at, name);
    case FieldType::kPairs: return DecodePairs(frame, field, at, name);
    case FieldType::kRecords:
    case FieldType::kChain: return at;  // handled before
  }
  return at;
}

const Structure* StructureDecoder::Choose(Frame& frame, const FieldSpec& field) {
  const StructureChoice& choice = field.content;
  if (choice.always) return choice.always;
  if (!choice.on_text.empty()) {
    const FieldSpec* const on = frame.structure->FindField(choice.on_text);
    if (!on || !on->fixed_at) return choice.fallback;
    const std::string text = TextOf(frame, *on);
    for (const StructureCase& item : choice.cases) {
      if (!text.empty() && item.text == text) return item.structure;
    }
    return choice.fallback;
  }
  const auto value = Evaluate(frame, choice.on);
  for (const StructureCase& item : choice.cases) {
    if (value && *value >= item.low && *value <= item.high) return item.structure;
  }
  return choice.fallback;
}

uint64_t StructureDecoder::LimitOf(const Frame& frame,
                                   const FieldSpec& field,
                                   uint64_t at,
                                   std::string_view name) {
  const PathScope scope(*this, name);
  const uint64_t outer = field.from_window ? frame.window->size() : frame.limit;
  if (!field.size) return outer;
  const auto size = Evaluate(frame, field.size);
  if (!size) {
    Remark(*frame.window, at, "its size depends on what is not known");
    return at;
  }
  const uint64_t end = AddCapped(at, *size);
  if (end > outer) {
    Remark(*frame.window, at,
           at > outer ? fmt::format("it is at 0x{:x}, outside of its 0x{:x} bytes", at, outer)
                      : fmt::format("{} of its {} bytes are there", outer - at, *size));
  }
  return std::min(end, outer);
}

uint64_t StructureDecoder::DecodeStruct(Frame& frame,
                                        const FieldSpec& field,
                                        uint64_t at,
                                        std::string_view name) {
  const Structure* const structure = Choose(frame, field);
  if (!structure) {
    const uint64_t limit = LimitOf(frame, field, at, name);
    if (limit > at) ShowBytes(frame, field, at, limit - at, name);
    return limit;
  }
  const uint64_t limit = LimitOf(frame, field, at, name);
  const PathScope scope(*this, field.is_inline ? std::string_view() : name);
  Frame inner = Open(*structure, *frame.window, at, limit);
  inner.slots[kSlotIndex] = frame.slots[kSlotIndex];
  PassParams(frame, field, inner);
  Prefill(inner, 0);
  uint64_t end = limit;
  if (field.is_inline) {
    end = Decode(inner);
  } else {
    const std::string& text = field.meaning.text.empty() ? structure->text : field.meaning.text;
    if (BeginGroup(text, *frame.window, at, name)) {
      end = Decode(inner);
      sink_.EndGroup();
    } else {
      end = DeclaredEnd(inner).value_or(
          structure->fixed_size ? AddCapped(at, *structure->fixed_size) : limit);
    }
  }
  TakeInner(frame, field, inner);
  return field.size ? limit : end;
}

bool StructureDecoder::BeginGroup(std::string_view text,
                                  const ByteWindow& window,
                                  uint64_t offset,
                                  std::string_view name) {
  if (!Count()) return false;
  return sink_.BeginGroup(Group{path_, name, text, &window.info(), offset});
}

void StructureDecoder::Remark(const ByteWindow& window,
                              uint64_t offset,
                              std::string_view text,
                              bool is_damage) {
  sink_.OnRemark(vmcoredd::Remark{path_, &window.info(), offset, text, is_damage});
}

bool StructureDecoder::Count() {
  if (stopped_) return false;
  if (++fields_ <= options_.limits.fields) return true;
  Stop(fmt::format("more than {} fields", options_.limits.fields));
  return false;
}

bool StructureDecoder::Step(uint64_t steps) {
  if (stopped_) return false;
  steps_ = AddCapped(steps_, steps);
  if (steps_ <= options_.limits.steps) return true;
  Stop("too much work for what it shows");
  return false;
}

void StructureDecoder::Stop(const std::string& what) {
  stopped_ = true;
  static const WindowInfo none;
  sink_.OnRemark(
      vmcoredd::Remark{path_, &none, 0, what + ": the rest is not decoded", /*is_damage=*/true});
}

}  // namespace vmcoredd::internal

namespace vmcoredd {

void DecodeByLayout(const Layout& layout,
                    ByteWindow& window,
                    const DecodeOptions& options,
                    DecodeSink& sink) {
  if (!layout.root) return;
  internal::StructureDecoder decoder(options, sink);
  decoder.SetPath(window.info().path);
  decoder.DecodeWindow(*layout.root, window, nullptr, nullptr);
}

}  // namespace vmcoredd
