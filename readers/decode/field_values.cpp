// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "readers/decode/layout_slots.h"
#include "readers/decode/structure_decoder.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"

// Numbers, bits, bytes: reading them, and the rules about them.

namespace vmcoredd::internal {

namespace {

constexpr size_t kMaxMeaning = 4096;

uint64_t BitsOf(uint64_t value, unsigned low, unsigned width) {
  return width >= 64 ? value >> low : value >> low & ((uint64_t{1} << width) - 1);
}

// A value of the layout's list counts for fields as wide as itself; of a field's own list all.
bool IsUnreadable(const Layout& layout, const FieldSpec& field, uint64_t value) {
  const bool fills = field.unreadable || value >> (8 * (field.width - 1)) != 0;
  const std::vector<uint64_t>& values = field.unreadable ? *field.unreadable : layout.unreadable;
  return fills && std::find(values.begin(), values.end(), value) != values.end();
}

std::string GuidText(std::span<const std::byte, 16> b) {
  const auto at = [b](size_t i) { return std::to_integer<unsigned>(b[i]); };
  return fmt::format(
      "{:02x}{:02x}{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}{:02x}{:02x}{:"
      "02x}{:02x}",
      at(3), at(2), at(1), at(0), at(5), at(4), at(7), at(6), at(8), at(9), at(10), at(11), at(12),
      at(13), at(14), at(15));
}

std::string MacText(std::span<const std::byte> b) {
  std::string text;
  for (const std::byte byte : b) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", std::to_integer<unsigned>(byte));
  }
  return text;
}

std::string MeaningOfBytes(FieldType type, std::span<const std::byte> bytes) {
  if (type == FieldType::kGuid && bytes.size() == 16) return GuidText(bytes.first<16>());
  if (type == FieldType::kMac) return MacText(bytes);
  if (type != FieldType::kText) return {};
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return std::string(text.substr(0, text.find('\0')));
}

}  // namespace

bool StructureDecoder::IsPerturbed(const FieldMeaning& meaning) const {
  // A driver of the crash kernel has had the device: all its registers may be new.
  return std::any_of(options_.perturbed.begin(), options_.perturbed.end(),
                     [&meaning](const std::string& keyword) {
                       return keyword == "registers" || keyword == meaning.perturbed;
                     });
}

bool StructureDecoder::IsPartlyPerturbed(const FieldSpec& field) const {
  if (IsPerturbed(field.meaning)) return true;
  return field.bits &&
         std::any_of(field.bits->fields.begin(), field.bits->fields.end(),
                     [this](const BitsField& bits) { return IsPerturbed(bits.meaning); });
}

StructureDecoder::Number StructureDecoder::ReadNumber(const Frame& frame,
                                                      const FieldSpec& field,
                                                      uint64_t at) const {
  Number number;
  const uint64_t limit = field.from_window ? frame.window->size() : frame.limit;
  if (at >= limit || limit - at < field.width) return number;
  const std::span<std::byte> bytes(number.bytes.data(), field.width);
  ByteWindow::Answer answer = frame.window->Read(at, bytes);
  number.state = answer.state;
  number.hole = answer.hole;
  number.error = std::move(answer.error);
  if (number.state != FieldState::kRead) return number;
  const ByteOrder order = field.order.value_or(frame.structure->layout->order);
  const bool big = order == ByteOrder::kBig ||
                   (order == ByteOrder::kNative && options_.native == std::endian::big);
  for (unsigned i = 0; i < field.width; ++i) {
    const size_t from = big ? i : field.width - 1 - i;
    number.value = number.value << 8 | std::to_integer<uint64_t>(bytes[from]);
  }
  if (IsUnreadable(*frame.structure->layout, field, number.value)) {
    number.state = FieldState::kUnreadable;
  }
  return number;
}

void StructureDecoder::FillSlots(
    Frame& frame, const FieldSpec& field, const Number& number, uint64_t at, uint64_t index) const {
  const bool any_perturbed = IsPartlyPerturbed(field);
  for (const SlotBinding& binding : field.bindings) {
    if (binding.index != index) continue;
    SlotValue& slot = frame.slots[binding.slot];
    slot = {};
    slot.offset = at;
    slot.unreadable = number.state == FieldState::kUnreadable;
    if (number.state == FieldState::kRead) {
      slot.value = BitsOf(number.value, binding.low, binding.width);
    }
    // Some bits of a register may have been changed: then all of it may.
    slot.perturbed = binding.width == 64 ? any_perturbed
                                         : IsPerturbed(field.meaning) ||
                                               (binding.meaning && IsPerturbed(*binding.meaning));
  }
}

void StructureDecoder::ShowNumber(
    Frame& frame, const FieldSpec& field, uint64_t at, std::string_view name, uint64_t index) {
  if (!Count()) return;
  const Number number = ReadNumber(frame, field, at);
  FillSlots(frame, field, number, at, index);
  const PathScope scope(*this, name);
  Field shown;
  shown.path = path_;
  shown.name = name;
  shown.window = &frame.window->info();
  shown.source = frame.window;
  shown.privacy = PrivacyOf(field.meaning, field.type);
  shown.offset = at;
  shown.size = field.width;
  shown.type = field.type;
  shown.state = number.state;
  shown.perturbed = IsPerturbed(field.meaning);
  shown.value = number.value;
  if (field.type == FieldType::kInt && field.width < 8 &&
      number.value >> (8 * field.width - 1) != 0) {
    shown.value |= ~uint64_t{0} << (8 * field.width);
  }
  if (number.state == FieldState::kRead || number.state == FieldState::kUnreadable) {
    shown.bytes = std::span(number.bytes).first(field.width);
  }
  shown.spec = &field.meaning;
  if (number.hole) shown.reason = number.hole->reason;
  const std::string why = number.error ? number.error->ToString() : std::string();
  if (number.error) shown.reason = why;
  frame.slots[kSlotRaw] = {};
  std::string meaning;
  if (number.state == FieldState::kRead) {
    frame.slots[kSlotRaw].value = number.value;
    meaning = MeaningOfNumber(number.value, field.width * 8u, field.meaning, frame.slots);
  }
  shown.meaning = meaning;
  sink_.OnField(shown);
  if (number.state != FieldState::kRead) return;
  if (!IsPartlyPerturbed(field)) ApplyRule(frame, field.meaning, shown);
  if (field.bits) ShowBits(frame, field, shown);
}

void StructureDecoder::ShowForeign(Frame* frame, const FieldSpec* spec, Field field) {
  std::string meaning(field.meaning);
  if (frame && spec) {
    Number number;
    number.state = FieldState::kRead;
    number.value = field.value;
    FillSlots(*frame, *spec, number, field.offset, 0);
    field.spec = &spec->meaning;
    field.perturbed = IsPerturbed(spec->meaning);
    field.privacy = spec->meaning.privacy.value_or(field.privacy);
    frame->slots[kSlotRaw] = {};
    frame->slots[kSlotRaw].value = field.value;
    std::string better = MeaningOfNumber(field.value, static_cast<unsigned>(field.size * 8),
                                         spec->meaning, frame->slots);
    if (!better.empty()) meaning = std::move(better);
  }
  field.meaning = meaning;
  sink_.OnField(field);
  if (!frame || !spec) return;
  path_ = field.path;
  if (!IsPartlyPerturbed(*spec)) ApplyRule(*frame, spec->meaning, field);
  if (spec->bits) ShowBits(*frame, *spec, field);
  path_.clear();
}

void StructureDecoder::ShowBits(Frame& frame, const FieldSpec& field, Field shown) {
  const uint64_t value = shown.value;
  const bool perturbed = shown.perturbed;
  for (const BitsField& bits : field.bits->fields) {
    if (!Count()) return;
    const PathScope scope(*this, bits.name);
    shown.path = path_;
    shown.name = bits.name;
    shown.bit_low = bits.low;
    shown.bit_width = bits.width;
    shown.value = BitsOf(value, bits.low, bits.width);
    shown.perturbed = perturbed || IsPerturbed(bits.meaning);
    shown.privacy = PrivacyOf(bits.meaning, field.type);
    shown.spec = &bits.meaning;
    frame.slots[kSlotRaw] = {};
    frame.slots[kSlotRaw].value = shown.value;
    const std::string meaning = MeaningOfNumber(shown.value, bits.width, bits.meaning, frame.slots);
    shown.meaning = meaning;
    sink_.OnField(shown);
    ApplyRule(frame, bits.meaning, shown);
  }
}

void StructureDecoder::ShowBytes(
    const Frame& frame, const FieldSpec& field, uint64_t at, uint64_t size, std::string_view name) {
  if (!Count()) return;
  const PathScope scope(*this, name);
  std::array<std::byte, kMaxFieldBytes> first;
  const uint64_t limit = field.from_window ? frame.window->size() : frame.limit;
  const uint64_t there = std::min(size, limit - std::min(limit, at));
  // Texts are shown whole, as far as that makes sense.
  std::vector<std::byte> text;
  std::span<std::byte> out(first.data(), std::min<uint64_t>(there, first.size()));
  if (field.type == FieldType::kText && there > first.size()) {
    text.resize(std::min<uint64_t>(there, kMaxMeaning));
    out = text;
  }
  ByteWindow::Answer answer = frame.window->Read(at, out);
  Field shown;
  shown.path = path_;
  shown.name = name.empty() ? std::string_view(field.name) : name;
  shown.window = &frame.window->info();
  shown.source = frame.window;
  shown.offset = at;
  shown.size = size;
  const bool is_atom = field.type == FieldType::kGuid || field.type == FieldType::kMac;
  shown.type = is_atom || field.type == FieldType::kText ? field.type : FieldType::kBytes;
  shown.privacy = PrivacyOf(field.meaning, shown.type);
  shown.bytes = std::span<const std::byte>(out).first(answer.size);
  if (const Hole* const hole = frame.window->FindHole(at, there)) {
    // What is in front of the hole can be used, unless all of it makes the value.
    const uint64_t good = hole->range.offset - std::min(hole->range.offset, at);
    shown.bytes = shown.bytes.first(is_atom ? 0 : std::min<uint64_t>(good, shown.bytes.size()));
    shown.reason = hole->reason.empty() ? std::string_view("not read") : hole->reason;
    if (shown.bytes.empty()) shown.state = FieldState::kHole;
  }
  if (there < size || at > limit ||
      (answer.size < out.size() && shown.state == FieldState::kRead)) {
    shown.state = FieldState::kMissing;
  }
  const std::string why = answer.error ? answer.error->ToString() : std::string();
  if (answer.error) shown.reason = why;
  shown.spec = &field.meaning;
  const std::string meaning =
      shown.state == FieldState::kRead ? MeaningOfBytes(shown.type, shown.bytes) : std::string();
  shown.meaning = meaning;
  if (shown.bytes.size() > kMaxFieldBytes) shown.bytes = shown.bytes.first(kMaxFieldBytes);
  sink_.OnField(shown);
}

std::string StructureDecoder::TextOf(const Frame& frame, const FieldSpec& field) const {
  const auto size = Evaluate(frame, field.size);
  std::array<std::byte, kMaxFieldBytes> bytes;
  if (!size || !field.fixed_at || *size > bytes.size()) return {};
  const uint64_t at = AddCapped(frame.begin, *field.fixed_at);
  if (AddCapped(at, *size) > frame.limit) return {};
  const auto answer = frame.window->Read(at, std::span(bytes).first(static_cast<size_t>(*size)));
  if (answer.state != FieldState::kRead) return {};
  return MeaningOfBytes(field.type, std::span(bytes).first(answer.size));
}

void StructureDecoder::ApplyRule(const Frame& frame,
                                 const FieldMeaning& meaning,
                                 const Field& field) {
  if (field.perturbed) return;
  const unsigned bits = field.bit_width != 0                ? field.bit_width
                        : field.size == 0 || field.size > 8 ? 64u
                                                            : static_cast<unsigned>(field.size * 8);
  // As it is in the dump, without the sign in front of it.
  const uint64_t value = BitsOf(field.value, 0, bits);
  const EnumEntry* const entry = meaning.enumeration ? meaning.enumeration->Find(value) : nullptr;
  const bool entry_speaks = entry && entry->bad;
  if (!meaning.bad && !entry_speaks) return;
  Finding finding;
  const std::string number = NumberText(value, bits, meaning);
  std::string shown = number;
  if (!meaning.unit.empty() && field.meaning == number + ' ' + meaning.unit) {
    shown = field.meaning;  // the number is in it
  } else if (!field.meaning.empty()) {
    shown = fmt::format("{} ({})", field.meaning, number);
  }
  if (meaning.bad) {
    const Rule& rule = *meaning.bad;
    const auto speaks = rule.when ? rule.when->expression.EvaluateRule(frame.slots)
                                  : std::optional<uint64_t>(value);
    if (speaks.value_or(0) == 0) {
      if (!entry_speaks) return;
    } else {
      finding.severity = rule.severity;
      finding.next = rule.next;
      finding.id = rule.id;
      finding.text = ExpandText(frame, rule.text);
    }
  }
  if (entry_speaks && finding.text.empty()) {
    finding.severity = std::max(finding.severity, *entry->bad);
    if (finding.next.empty()) finding.next = entry->next;
  }
  if (finding.text.empty()) {
    finding.text = meaning.text.empty() ? std::string(field.path)
                                        : fmt::format("{}: {}", field.path, meaning.text);
    if (entry) finding.text += ": " + entry->text;
  }
  if (finding.id.empty()) {
    finding.id =
        fmt::format("{}.{}.{}", frame.structure->layout->name, frame.structure->name, field.name);
  }
  finding.path = field.path;
  finding.window = field.window->path;
  finding.evidence.push_back({finding.path, field.offset, shown});
  sink_.OnFinding(std::move(finding));
}

std::string StructureDecoder::SlotText(const Frame& frame,
                                       uint32_t slot,
                                       const FieldMeaning* meaning) const {
  const SlotValue& value = frame.slots[slot];
  if (!value.value) return value.unreadable ? "unreadable" : "not known";
  static const FieldMeaning plain;
  const FieldMeaning& how = meaning ? *meaning : plain;
  std::vector<SlotValue> slots = frame.slots;
  slots[kSlotRaw] = {};
  slots[kSlotRaw].value = value.value;
  std::string text = MeaningOfNumber(*value.value, 0, how, slots);
  return text.empty() ? NumberText(*value.value, 4, how) : text;
}

std::string StructureDecoder::ExpandText(const Frame& frame, const TextTemplate& text) const {
  std::string out;
  for (size_t i = 0; i < text.literals.size(); ++i) {
    out += text.literals[i];
    if (i < text.fields.size() && text.fields[i]) {
      out += TextOf(frame, *text.fields[i]);
    } else if (i < text.slots.size()) {
      const uint32_t slot = text.slots[i];
      const std::string flags =
          FlagsOfSlot(*frame.structure, slot, frame.slots[slot].value.value_or(0));
      out += flags.empty() ? SlotText(frame, slot, MeaningOfSlot(*frame.structure, slot)) : flags;
    }
  }
  return out;
}

void StructureDecoder::ApplyFindings(const Frame& frame) {
  for (const Rule& rule : frame.structure->findings) {
    if (rule.when->expression.EvaluateRule(frame.slots).value_or(0) == 0) continue;
    Finding finding;
    finding.severity = rule.severity;
    finding.text = ExpandText(frame, rule.text);
    finding.next = rule.next;
    finding.id = rule.id.empty() ? fmt::format("{}.{}:{}", frame.structure->layout->name,
                                               frame.structure->name, rule.place.line)
                                 : rule.id;
    finding.path = path_;
    finding.window = frame.window->info().path;
    for (size_t i = 0; i < rule.evidence.size(); ++i) {
      const uint32_t slot = rule.evidence_slots[i];
      if (slot < kFirstOwnSlot) continue;
      std::string value = SlotText(frame, slot, MeaningOfSlot(*frame.structure, slot));
      const std::string flags =
          FlagsOfSlot(*frame.structure, slot, frame.slots[slot].value.value_or(0));
      if (!flags.empty()) value = fmt::format("{} ({})", flags, value);
      finding.evidence.push_back({path_.empty() ? rule.evidence[i] : path_ + '.' + rule.evidence[i],
                                  frame.slots[slot].offset, std::move(value)});
    }
    sink_.OnFinding(std::move(finding));
  }
}

}  // namespace vmcoredd::internal
