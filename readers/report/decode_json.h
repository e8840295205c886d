// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DECODE_JSON_H_
#define READERS_REPORT_DECODE_JSON_H_

#include <cstddef>
#include <vector>

#include "readers/decode/decode_sink.h"
#include "readers/report/json_parts.h"

namespace vmcoredd {

// A decoded dump as members of a JSON object that is open: "fields", in order, then, of
// Finish(), "remarks" and "findings". Written as it comes: memory does not depend on the
// dump. The manual page (JSON, vmcoredd-decode/1) is the contract.
class DecodeJsonSink final : public DecodeSink {
 public:
  explicit DecodeJsonSink(JsonStream& json, bool only_findings = false);

  bool BeginGroup(const Group& group) override;
  void EndGroup() override {}
  void OnField(const Field& field) override;
  void OnRemark(const Remark& remark) override;
  void OnFinding(Finding finding) override;
  void Finish();

  const std::vector<Finding>& findings() const { return findings_; }
  size_t damage_count() const { return damage_; }

 private:
  JsonStream& json_;
  bool only_findings_;
  size_t damage_ = 0;
  std::vector<RemarkRecord> remarks_;
  std::vector<Finding> findings_;
};

}  // namespace vmcoredd

#endif  // READERS_REPORT_DECODE_JSON_H_
