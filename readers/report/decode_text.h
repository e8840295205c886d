// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DECODE_TEXT_H_
#define READERS_REPORT_DECODE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/decode_sink.h"
#include "readers/report/folded_rows.h"
#include "readers/report/json_stream.h"

namespace vmcoredd {

struct DecodeTextOptions {
  // Also what is 0 and means nothing else, and what could not be read.
  bool all = false;
  bool only_findings = false;
};

// A decoded dump for a person: a line a field, indented by structure; the bits of a register
// below it, those that are set or have a meaning; equal neighbours of an array as one
// (folded_rows.h). What the dump says is escaped.
class DecodeTextSink final : public DecodeSink {
 public:
  DecodeTextSink(const TextSink& out, DecodeTextOptions options)
      : out_(out), options_(options), rows_(out) {}

  bool BeginGroup(const Group& group) override;
  void EndGroup() override;
  void OnField(const Field& field) override;
  void OnRemark(const Remark& remark) override;
  void OnFinding(Finding finding) override;

  // Findings, and what was left out: the end of a dump.
  void Finish();

  const std::vector<Finding>& findings() const { return findings_; }
  size_t damage_count() const { return damage_; }

 private:
  // A row of a group or field, which begins an element if its name has a number.
  bool Begin(std::string_view name, TextRow row);
  void EndField();
  void PutLines(std::string_view text, uint64_t size);
  const std::vector<Finding>& Sorted();  // the worst first

  TextSink out_;
  DecodeTextOptions options_;
  FoldedRows rows_;
  std::vector<bool> groups_;    // that are open: is it an element?
  bool field_is_open_ = false;  // as an element: its bits may follow
  size_t damage_ = 0;
  uint64_t missing_ = 0;  // fields that were left out: the dump is cut
  uint64_t unread_ = 0;   // nobody read them
  std::string unread_reason_;
  std::vector<Finding> findings_;
};

// A finding in two to four lines.
std::string FindingText(const Finding& finding);

// What is shown of a field's value: the number, the text, the bytes; and its state.
std::string FieldValueText(const Field& field);

}  // namespace vmcoredd

#endif  // READERS_REPORT_DECODE_TEXT_H_
