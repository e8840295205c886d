// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/decode_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "readers/decode/layout_decoder.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

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

std::string BytesText(const Field& field) {
  const auto shown = field.bytes.first(std::min(field.bytes.size(), kShownBytes));
  std::string text = fmt::format("{} bytes", field.size);
  if (!shown.empty()) text += ": ";
  for (const std::byte byte : shown)
    text += fmt::format("{:02x} ", std::to_integer<unsigned>(byte));
  if (text.ends_with(' ')) text.pop_back();
  if (field.size > shown.size() && !shown.empty()) text += " ...";
  return text;
}

}  // namespace

std::string FieldValueText(const Field& field) {
  if (field.state == FieldState::kMissing) {
    if (!field.bytes.empty()) {
      return fmt::format("cut: not all of its {} bytes are there", field.size);
    }
    return field.reason.empty() ? "missing: the dump ends before it"
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
      } else if (!field.meaning.empty()) {
        text += "  " + Capped(field.meaning, kMaxText);
      }
      break;
    }
    case FieldType::kText: text = '"' + Capped(field.meaning, kMaxText) + '"'; break;
    case FieldType::kGuid:
    case FieldType::kMac: text = Capped(field.meaning, kMaxText); break;
    default: text = BytesText(field); break;
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

bool DecodeTextSink::BeginGroup(const Group& group) {
  if (options_.only_findings) return true;
  Flush();
  std::string line = fmt::format("{:>{}}{}", "", 12 + 2 * depth_, Capped(group.name, 200));
  if (!group.text.empty()) line += "  -- " + Capped(group.text, kMaxText);
  out_(line + '\n');
  ++depth_;
  return true;
}

void DecodeTextSink::EndGroup() {
  if (options_.only_findings) return;
  Flush();
  --depth_;
}

void DecodeTextSink::OnField(const Field& field) {
  if (field.state == FieldState::kMissing && field.bit_width == 0) ++damage_;
  if (options_.only_findings) return;
  const bool is_bits = field.bit_width != 0;
  const bool is_unread = field.state == FieldState::kHole || field.state == FieldState::kMissing;
  if (!options_.all && is_unread) {
    ++(field.state == FieldState::kMissing ? missing_ : unread_);
    if (field.state == FieldState::kHole && unread_reason_.empty()) unread_reason_ = field.reason;
    return;
  }
  // A bit that is not set says nothing that its absence does not.
  if (!options_.all && is_bits && field.value == 0 && field.meaning.empty()) return;
  Line line;
  line.depth = depth_;
  line.offset = field.offset;
  line.name = Capped(field.name, 200);
  if (!is_bits) line.array = Capped(SplitIndex(field.name).first, 200);
  line.rest = FieldValueText(field);
  if (is_bits) {
    Flush();
    const std::string bits =
        field.bit_width == 1
            ? fmt::format("{}", field.bit_low)
            : fmt::format("{}:{}", field.bit_low + field.bit_width - 1, field.bit_low);
    const std::string text = field.spec ? Capped(field.spec->text, kMaxText) : std::string();
    out_(fmt::format("{:>{}}{:>5}  {:<22} {}{}{}\n", "", 14 + 2 * depth_, bits, line.name,
                     line.rest, text.empty() ? "" : "  -- ", text));
    return;
  }
  line.text = field.spec ? Capped(field.spec->text, kMaxText) : std::string();
  const bool is_lines = field.type == FieldType::kText && field.state == FieldState::kRead &&
                        field.meaning.find('\n') != field.meaning.npos;
  if (is_lines) line.rest = fmt::format("{} bytes of text", field.size);
  Put(std::move(line));
  if (is_lines) PutLines(field.meaning, field.size);
}

// A text of several lines, as they are.
void DecodeTextSink::PutLines(std::string_view text, uint64_t size) {
  Flush();
  const bool is_cut = text.size() < size && text.size() >= kMaxLines;
  text = text.substr(0, kMaxLines);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    out_(fmt::format("{:>{}}| {}\n", "", 14 + 2 * depth_, Capped(text.substr(0, end), kMaxText)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (is_cut) out_(fmt::format("{:>{}}| ...\n", "", 14 + 2 * depth_));
}

void DecodeTextSink::Put(Line line) {
  const bool same = pending_ && !line.array.empty() && pending_->array == line.array &&
                    pending_->rest == line.rest && pending_->depth == line.depth;
  if (same) {
    pending_->last = line.name;
    return;
  }
  Flush();
  pending_ = std::move(line);
}

void DecodeTextSink::Flush() {
  if (!pending_) return;
  Line line = *std::exchange(pending_, std::nullopt);
  if (!line.last.empty()) {
    line.name = fmt::format("{}[{}..{}]", line.array, SplitIndex(line.name).second,
                            SplitIndex(line.last).second);
  }
  out_(fmt::format("  {:#08x}  {:>{}}{:<22} {}{}{}\n", line.offset, "", 2 * line.depth, line.name,
                   line.rest, line.text.empty() ? "" : "  -- ", line.text));
}

void DecodeTextSink::OnRemark(const Remark& remark) {
  if (remark.is_damage) ++damage_;
  if (options_.only_findings && !remark.is_damage) return;
  Flush();
  out_(fmt::format("  {:#08x}  ! {}{}{}\n", remark.offset, Capped(remark.path, 300),
                   remark.path.empty() ? "" : ": ", Capped(remark.text, 500)));
}

void DecodeTextSink::OnFinding(Finding finding) {
  if (findings_.size() < kMaxFindings) findings_.push_back(std::move(finding));
}

void DecodeTextSink::Finish() {
  if (options_.only_findings) {
    for (const Finding& finding : Sorted()) out_(FindingText(finding));
    return;
  }
  Flush();
  const std::string reason = unread_reason_.empty() ? "not read" : Capped(unread_reason_, 200);
  const std::pair<uint64_t, std::string_view> left_out[] = {{missing_, "the dump ends before them"},
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
