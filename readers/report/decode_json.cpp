// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/decode_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

#include "readers/decode/layout_decoder.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {
constexpr size_t kMaxKept = 1000;
}  // namespace

DecodeJsonSink::DecodeJsonSink(JsonStream& json, bool only_findings)
    : json_(json), only_findings_(only_findings) {
  if (only_findings_) return;
  json_.Name("fields");
  json_.BeginArray();
}

bool DecodeJsonSink::BeginGroup(const Group& group) {
  if (only_findings_) return true;
  json_.BeginObject();
  json_.Name("path", group.path);
  json_.Name("group");
  json_.Bool(true);
  json_.BigUint("offset", group.offset);
  if (!group.window->path.empty()) json_.Name("window", group.window->path);
  if (!group.text.empty()) json_.Name("text", group.text);
  json_.EndObject();
  return true;
}

void DecodeJsonSink::OnField(const Field& field) {
  if (field.state == FieldState::kMissing && field.bit_width == 0) ++damage_;
  if (only_findings_) return;
  static const FieldMeaning plain;
  const FieldMeaning& spec = field.spec ? *field.spec : plain;
  json_.BeginObject();
  json_.Name("path", field.path);
  json_.BigUint("offset", field.offset);
  if (!field.window->path.empty()) json_.Name("window", field.window->path);
  json_.BigUint("size", field.size);
  if (field.bit_width != 0) {
    json_.Field("bit", field.bit_low);
    json_.Field("bits", field.bit_width);
  }
  const bool is_number = field.type == FieldType::kUint || field.type == FieldType::kInt;
  if (!is_number) json_.Name("type", FieldTypeName(field.type));
  if (field.state != FieldState::kRead) json_.Name("state", FieldStateName(field.state));
  if (!field.reason.empty()) json_.Name("reason", field.reason);
  if (field.perturbed) json_.Flag("perturbed", true);
  if (is_number && (field.state == FieldState::kRead || field.state == FieldState::kUnreadable)) {
    // As it is in the dump, without the sign in front of it.
    const unsigned bits = field.bit_width != 0
                              ? field.bit_width
                              : static_cast<unsigned>(std::min<uint64_t>(field.size, 8) * 8);
    const uint64_t value = bits < 64 ? field.value & ((uint64_t{1} << bits) - 1) : field.value;
    json_.Name("value", fmt::format("0x{:x}", value));
  } else if (!is_number && !field.bytes.empty()) {
    json_.Name("bytes", ToHex(field.bytes));
  }
  if (!field.meaning.empty()) json_.Name("meaning", field.meaning);
  if (!spec.text.empty()) json_.Name("text", spec.text);
  if (spec.is_volatile) json_.Flag("volatile", true);
  if (!field.privacy.empty()) json_.Name("privacy", PrivacyText(field.privacy));
  json_.EndObject();
}

void DecodeJsonSink::OnRemark(const Remark& remark) {
  if (remark.is_damage) ++damage_;
  if (remarks_.size() >= kMaxKept) return;
  remarks_.push_back(RecordOf(remark));
}

void DecodeJsonSink::OnFinding(Finding finding) {
  if (findings_.size() < kMaxKept) findings_.push_back(std::move(finding));
}

void DecodeJsonSink::Finish() {
  if (!only_findings_) json_.EndArray();
  json_.Name("remarks");
  WriteRemarks(json_, remarks_);
  json_.Name("findings");
  WriteFindings(json_, findings_);
}

}  // namespace vmcoredd
