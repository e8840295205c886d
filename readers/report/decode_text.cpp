// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/decode_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "readers/decode/layout_decoder.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxName = 200;
constexpr size_t kNameWidth = 22;   // that most names fit into
constexpr size_t kMaxText = 512;    // of a text field, on one line
constexpr size_t kMaxLines = 4096;  // bytes of one with several lines; the engine gives no more
constexpr size_t kShownBytes = 16;  // of a field of bytes
constexpr size_t kMaxFindings = 1000;

std::string Capped(std::string_view raw, size_t limit) {
  std::string text = EscapeBytes(raw.substr(0, limit));
  if (raw.size() > limit) text += "...";
  return text;
}

// "RETA[3]" -> "RETA", "3".
std::pair<std::string_view, std::string_view> SplitIndex(std::string_view name) {
  const size_t open = name.rfind('[');
  if (open == name.npos || !name.ends_with(']')) return {};
  return {name.substr(0, open), name.substr(open + 1, name.size() - open - 2)};
}

std::string FirstBytes(std::span<const std::byte> bytes, uint64_t size) {
  const auto shown = bytes.first(std::min(bytes.size(), kShownBytes));
  std::string text;
  for (const std::byte byte : shown)
    text += fmt::format(" {:02x}", std::to_integer<unsigned>(byte));
  if (size > shown.size() && !shown.empty()) text += " ...";
  return text.empty() ? text : ':' + text;
}

// A field of which the data ends before its end does.
std::string CutText(const Field& field) {
  const bool is_all = field.bytes.size() < kMaxFieldBytes;  // a sink gets no more
  std::string text =
      is_all ? fmt::format("cut: {} of its {} bytes are there", field.bytes.size(), field.size)
             : fmt::format("cut: not all of its {} bytes are there", field.size);
  if (field.type != FieldType::kText) {
    return text + FirstBytes(field.bytes, is_all ? field.bytes.size() : field.size);
  }
  const std::string_view there(reinterpret_cast<const char*>(field.bytes.data()),
                               field.bytes.size());
  return text + ": \"" + Capped(there.substr(0, there.find('\0')), kMaxText) + '"';
}

}  // namespace

std::string FieldValueText(const Field& field) {
  if (field.state == FieldState::kMissing) {
    if (!field.bytes.empty()) return CutText(field);
    return field.reason.empty() ? "missing: the data ends before it"
                                : fmt::format("missing: {}", Capped(field.reason, 200));
  }
  if (field.state == FieldState::kHole) {
    return field.reason.empty() ? "not read"
                                : fmt::format("not read: {}", Capped(field.reason, 200));
  }
  static const FieldMeaning plain;
  const FieldMeaning& spec = field.spec ? *field.spec : plain;
  std::string text;
  switch (field.type) {
    case FieldType::kUint:
    case FieldType::kInt: {
      const unsigned bits =
          field.bit_width != 0 ? field.bit_width : static_cast<unsigned>(field.size * 8);
      const uint64_t value = bits < 64 ? field.value & ((uint64_t{1} << bits) - 1) : field.value;
      text = field.bit_width != 0 && field.bit_width < 4 ? std::to_string(value)
                                                         : NumberText(value, bits, spec);
      if (field.state == FieldState::kUnreadable) {
        text += "  unreadable: nobody answered";
      } else if (!spec.unit.empty() && field.meaning == text + ' ' + spec.unit) {
        text = Capped(field.meaning, kMaxText);  // the number is in it
      } else if (!field.meaning.empty()) {
        text += "  " + Capped(field.meaning, kMaxText);
      }
      break;
    }
    case FieldType::kText: text = '"' + Capped(field.meaning, kMaxText) + '"'; break;
    case FieldType::kGuid:
    case FieldType::kMac: text = Capped(field.meaning, kMaxText); break;
    default:
      text = fmt::format("{} bytes{}", field.size, FirstBytes(field.bytes, field.size));
      break;
  }
  const bool is_cut = field.state == FieldState::kRead && !field.reason.empty();
  if (is_cut) text += fmt::format("  (not all read: {})", Capped(field.reason, 200));
  if (field.perturbed) text += "  (the crash kernel may have changed it)";
  return text;
}

std::string FindingText(const Finding& finding) {
  // The text of a field's own rule names the field already.
  const bool names_it = finding.path.empty() || finding.text.starts_with(finding.path);
  std::string text = fmt::format("{}: {}{}{}\n", SeverityName(finding.severity),
                                 names_it ? "" : Capped(finding.path, 300), names_it ? "" : ": ",
                                 Capped(finding.text, 2000));
  for (const Evidence& item : finding.evidence) {
    text += fmt::format("    {} at 0x{:x} = {}\n", Capped(item.field, 300), item.offset,
                        Capped(item.value, 300));
  }
  if (!finding.window.empty())
    text += fmt::format("    offsets are in {}\n", Capped(finding.window, 300));
  if (!finding.next.empty()) text += fmt::format("    next: {}\n", Capped(finding.next, 1000));
  return text;
}

bool DecodeTextSink::Begin(std::string_view name, TextRow row) {
  row.name = Capped(name, kMaxName);
  row.before = std::string(2 * groups_.size(), ' ');
  const auto [array, index] = SplitIndex(name);
  if (index.empty() || index.find_first_not_of("0123456789") != index.npos) {
    rows_.Add(std::move(row));
    return false;
  }
  rows_.BeginElement(Capped(array, kMaxName), std::string(index), std::move(row));
  return true;
}

void DecodeTextSink::EndField() {
  if (std::exchange(field_is_open_, false)) rows_.EndElement();
}

bool DecodeTextSink::BeginGroup(const Group& group) {
  if (options_.only_findings) return true;
  EndField();
  TextRow row;
  if (!group.text.empty()) row.after = "  -- " + Capped(group.text, kMaxText);
  groups_.push_back(Begin(group.name, std::move(row)));
  return true;
}

void DecodeTextSink::EndGroup() {
  if (options_.only_findings) return;
  EndField();
  const bool is_element = groups_.back();
  groups_.pop_back();
  if (is_element) rows_.EndElement();
}

void DecodeTextSink::OnField(const Field& field) {
  if (field.state == FieldState::kMissing && field.bit_width == 0) ++damage_;
  if (options_.only_findings) return;
  const bool is_bits = field.bit_width != 0;
  // Of bytes and texts that are cut there is what is in front of the cut.
  const bool is_unread = field.state == FieldState::kHole ||
                         (field.state == FieldState::kMissing && field.bytes.empty());
  if (!options_.all && is_unread) {
    ++(field.state == FieldState::kMissing ? missing_ : unread_);
    if (field.state == FieldState::kHole && unread_reason_.empty()) unread_reason_ = field.reason;
    return;
  }
  // A bit that is not set says nothing that its absence does not.
  if (!options_.all && is_bits && field.value == 0 && field.meaning.empty()) return;
  const std::string text = field.spec ? Capped(field.spec->text, kMaxText) : std::string();
  const std::string note = text.empty() ? text : "  -- " + text;
  TextRow row;
  row.width = kNameWidth;
  row.after = ' ' + FieldValueText(field) + note;
  if (is_bits) {
    const std::string bits =
        field.bit_width == 1
            ? fmt::format("{}", field.bit_low)
            : fmt::format("{}:{}", field.bit_low + field.bit_width - 1, field.bit_low);
    row.before = fmt::format("{:>{}}{:>5}  ", "", 2 + 2 * groups_.size(), bits);
    row.name = Capped(field.name, kMaxName);
    return rows_.Add(std::move(row));
  }
  EndField();
  row.offset = field.offset;
  const bool is_lines = field.type == FieldType::kText && field.state == FieldState::kRead &&
                        field.meaning.find('\n') != field.meaning.npos;
  if (is_lines) row.after = fmt::format(" {} bytes of text{}", field.size, note);
  field_is_open_ = Begin(field.name, std::move(row));
  if (is_lines) PutLines(field.meaning, field.size);
}

// A text of several lines, as they are.
void DecodeTextSink::PutLines(std::string_view text, uint64_t size) {
  const bool is_cut = text.size() < size && text.size() >= kMaxLines;
  const auto put = [this](std::string line) {
    TextRow row;
    row.before = std::string(2 + 2 * groups_.size(), ' ') + "| " + std::move(line);
    rows_.Add(std::move(row));
  };
  text = text.substr(0, kMaxLines);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    put(Capped(text.substr(0, end), kMaxText));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (is_cut) put("...");
}

void DecodeTextSink::OnRemark(const Remark& remark) {
  if (remark.is_damage) ++damage_;
  if (options_.only_findings && !remark.is_damage) return;
  EndField();
  TextRow row;
  row.offset = remark.offset;
  row.after = fmt::format("! {}{}{}", Capped(remark.path, 300), remark.path.empty() ? "" : ": ",
                          Capped(remark.text, 500));
  rows_.Add(std::move(row));
}

void DecodeTextSink::OnFinding(Finding finding) {
  if (findings_.size() < kMaxFindings) findings_.push_back(std::move(finding));
}

void DecodeTextSink::Finish() {
  if (options_.only_findings) {
    for (const Finding& finding : Sorted()) out_(FindingText(finding));
    return;
  }
  EndField();
  rows_.Finish();
  const std::string reason = unread_reason_.empty() ? "not read" : Capped(unread_reason_, 200);
  const std::pair<uint64_t, std::string_view> left_out[] = {{missing_, "the data ends before them"},
                                                            {unread_, reason}};
  for (const auto& [count, why] : left_out) {
    if (count == 0) continue;
    out_(fmt::format("  {} field{} left out: {}\n", count, count == 1 ? "" : "s", why));
  }
  for (const Finding& finding : Sorted()) out_("  " + FindingText(finding));
}

const std::vector<Finding>& DecodeTextSink::Sorted() {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings_;
}

}  // namespace vmcoredd
