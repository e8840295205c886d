// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/field_collector.h"

#include <algorithm>
#include <array>
#include <utility>

#include "readers/decode/byte_window.h"
#include "readers/report/decode_text.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {

namespace {

std::string HashOfField(const Field& field) {
  PayloadHasher hasher;
  std::array<std::byte, 16384> bytes;
  for (uint64_t done = 0; done < field.size;) {
    const auto out = std::span(bytes).first(std::min<uint64_t>(bytes.size(), field.size - done));
    const auto answer = field.source->Read(field.offset + done, out);
    hasher.Update(out.first(answer.size));
    if (answer.size < out.size()) break;
    done += answer.size;
  }
  return hasher.HexDigest();
}

}  // namespace

RemarkRecord RecordOf(const Remark& remark) {
  return {std::string(remark.path), remark.window->path, std::string(remark.text), remark.offset,
          remark.is_damage};
}

bool FieldCollector::BeginGroup(const Group& group) {
  if (fields.size() >= max_fields_) return false;
  FieldRecord record;
  record.path = group.path;
  record.text = group.text;
  record.window = group.window->path;
  record.offset = group.offset;
  record.is_group = true;
  fields.push_back(std::move(record));
  return true;
}

void FieldCollector::OnField(const Field& field) {
  if (field.state == FieldState::kMissing && field.bit_width == 0) ++damage;
  if (fields.size() >= max_fields_) {
    ++left_out;
    return;
  }
  FieldRecord record;
  record.path = field.path;
  record.window = field.window->path;
  record.shown = FieldValueText(field);
  record.offset = field.offset;
  record.size = field.size;
  record.value = field.value;
  record.type = field.type;
  // Of bytes that were read in part there is nothing to compare, either.
  const bool is_cut = field.state == FieldState::kRead && !field.reason.empty();
  record.state = is_cut ? FieldState::kHole : field.state;
  record.bit_low = field.bit_low;
  record.bit_width = field.bit_width;
  record.perturbed = field.perturbed;
  record.privacy = field.privacy;
  if (field.spec) {
    record.text = field.spec->text;
    record.is_volatile = field.spec->is_volatile;
    record.advances = field.spec->advances;
    record.shared = field.spec->shared;
  }
  const bool is_long = field.type == FieldType::kBytes && field.size > kMaxFieldBytes;
  if (is_long && field.source && !record.window.empty()) record.hash = HashOfField(field);
  if (field.bit_width != 0) {
    // The register in front of its bits.
    for (auto at = fields.rbegin(); at != fields.rend(); ++at) {
      if (at->bit_width != 0) continue;
      at->has_bits = true;
      record.is_volatile |= at->is_volatile;
      break;
    }
  } else if (record.window.empty() && !is_long) {
    const bool goes_on =
        !covered.empty() && covered.back().offset + covered.back().size == field.offset;
    if (goes_on) {
      covered.back().size += field.size;
    } else {
      covered.push_back({field.offset, field.size});
    }
  }
  fields.push_back(std::move(record));
}

void FieldCollector::OnRemark(const Remark& remark) {
  if (remark.is_damage) ++damage;
  if (remarks.size() >= kMaxRemarks) return;
  remarks.push_back(RecordOf(remark));
}

void FieldCollector::OnFinding(Finding finding) {
  if (findings.size() < kMaxRemarks) findings.push_back(std::move(finding));
}

}  // namespace vmcoredd
