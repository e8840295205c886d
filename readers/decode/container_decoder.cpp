// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "readers/decode/structure_decoder.h"
#include "vmcoredd/base/zero_blocks.h"

// Records one after the other, and chains of them.

namespace vmcoredd::internal {

namespace {
// Of one container; records with other keys are numbered.
constexpr size_t kMaxKeys = 65536;
}  // namespace

bool StructureDecoder::AllZero(ByteWindow& window, uint64_t at, uint64_t end) {
  std::array<std::byte, 4096> bytes;
  while (at < end && Step(bytes.size() / 64)) {
    const auto out = std::span(bytes).first(std::min<uint64_t>(bytes.size(), end - at));
    const auto answer = window.Read(at, out);
    if (answer.state != FieldState::kRead) return false;
    if (!IsZero(out)) return false;
    at += out.size();
  }
  return true;
}

std::string StructureDecoder::RecordName(const Frame& record,
                                         const FieldSpec& field,
                                         uint64_t index,
                                         KeyCounts& counts) {
  std::string key;
  if (field.key_field) {
    key = TextOf(record, *field.key_field);
  } else if (field.key_slot) {
    const SlotValue& slot = record.slots[*field.key_slot];
    if (slot.value) key = SlotText(record, *field.key_slot, field.key_meaning);
  }
  if (key.empty()) {
    // Not to be taken for one whose key is that number.
    return fmt::format("{}[{}{}]", field.name, field.key.empty() ? "" : "#", index);
  }
  const bool is_kept = counts.size() < kMaxKeys || counts.contains(key);
  if (!is_kept) return fmt::format("{}[#{}]", field.name, index);
  const uint64_t count = ++counts[key];
  return count == 1 ? fmt::format("{}[{}]", field.name, key)
                    : fmt::format("{}[{}#{}]", field.name, key, count);
}

bool StructureDecoder::ShowRecord(Frame& record, std::string_view name, uint64_t* end) {
  const PathScope scope(*this, name);
  if (!BeginGroup(record.structure->text, *record.window, record.begin, name)) return false;
  *end = Decode(record);
  sink_.EndGroup();
  return true;
}

uint64_t StructureDecoder::DecodeRecords(Frame& frame, const FieldSpec& field, uint64_t at) {
  const uint64_t limit = LimitOf(frame, field, at, field.name);
  const auto remark = [&](uint64_t place, const std::string& text, bool damage = true) {
    const PathScope scope(*this, field.name);
    Remark(*frame.window, place, text, damage);
  };
  const auto count = Evaluate(frame, field.count);
  if (field.count && !count) {
    remark(at, "left out: how many there are depends on what is not known");
    return at;
  }
  KeyCounts counts;
  const auto own_index = frame.slots[kSlotIndex];
  uint64_t i = 0;
  for (; !stopped_ && (count ? i < *count : at < limit); ++i) {
    if (i >= options_.limits.records) {
      remark(at, fmt::format("more than {} records: the rest is not decoded", i));
      break;
    }
    if (at >= limit) {
      remark(at, fmt::format("records {} to {} are missing: the data ends", i, *count - 1));
      break;
    }
    frame.slots[kSlotIndex].value = i;
    const Structure* const structure = Choose(frame, field);
    if (!structure) {
      remark(at, fmt::format("record {} is of an unknown kind: it and the rest is not decoded", i));
      break;
    }
    Frame record = Open(*structure, *frame.window, at, limit);
    record.slots[kSlotIndex].value = i;
    PassParams(frame, field, record);
    Prefill(record, 0);
    if (field.record_while) {
      const auto goes_on = Evaluate(record, field.record_while);
      if (!goes_on && !AllZero(*frame.window, at, limit)) {
        remark(at, fmt::format("the list ends in the middle of record {}, after {} of its bytes", i,
                               limit - at));
      }
      if (goes_on.value_or(0) == 0) break;
    }
    const auto declared = DeclaredEnd(record);
    const uint64_t least = structure->fixed_size && !structure->size ? *structure->fixed_size : 1;
    if (structure->size && (!declared || *declared <= at)) {
      remark(at, fmt::format("record {} has no size: {} bytes are left; it and the rest is not "
                             "decoded",
                             i, limit - at));
      break;
    }
    if ((declared && *declared > limit) || limit - at < least) {
      if (!count && limit - at < least && AllZero(*frame.window, at, limit)) break;
      remark(at, fmt::format("record {} is cut: {} of its {} bytes are there", i, limit - at,
                             declared ? *declared - at : least));
    }
    uint64_t end = 0;
    // Where it may be passed over, its end must be known without decoding it.
    const bool passed_over = field.record_where && (declared || structure->fixed_size) &&
                             Evaluate(record, field.record_where) == uint64_t{0};
    if (passed_over || !ShowRecord(record, RecordName(record, field, i, counts), &end)) {
      end = declared                ? *declared
            : structure->fixed_size ? AddCapped(at, *structure->fixed_size)
                                    : limit;
    }
    if (end <= at) {
      remark(at, fmt::format("record {} has no bytes: the rest is not decoded", i));
      break;
    }
    at = end;
  }
  frame.slots[kSlotIndex] = own_index;
  return field.size ? limit : std::min(at, limit);
}

void StructureDecoder::DecodeChain(Frame& frame, const FieldSpec& field) {
  const uint64_t base = field.from_window ? 0 : frame.begin;
  const uint64_t limit = field.from_window ? frame.window->size() : frame.limit;
  auto link = Evaluate(frame, field.first);
  const auto remark = [&](uint64_t place, const std::string& text) {
    const PathScope scope(*this, field.name);
    Remark(*frame.window, place, text);
  };
  if (!link) return remark(frame.begin, "left out: where it begins is not known");
  KeyCounts counts;
  std::set<uint64_t> visited;
  for (uint64_t i = 0; *link != 0 && !stopped_; ++i) {
    const uint64_t at = AddCapped(base, *link);
    if (at >= limit) {
      return remark(
          at, fmt::format("the chain leads to 0x{:x}, outside of its 0x{:x} bytes", at, limit));
    }
    if (!visited.insert(at).second)
      return remark(at, fmt::format("the chain comes back to 0x{:x}", at));
    if (i >= options_.limits.chain)
      return remark(at, fmt::format("more than {} links: the rest is not decoded", i));
    Frame record = Open(*field.content.always, *frame.window, at, limit);
    record.slots[kSlotIndex].value = i;
    PassParams(frame, field, record);
    Prefill(record, 0);
    uint64_t end = 0;
    ShowRecord(record, RecordName(record, field, i, counts), &end);
    link = Evaluate(record, field.next);
    if (!link) return remark(at, "the chain ends: the next link cannot be read");
  }
}

}  // namespace vmcoredd::internal
