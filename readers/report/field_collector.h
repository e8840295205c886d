// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_FIELD_COLLECTOR_H_
#define READERS_REPORT_FIELD_COLLECTOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "readers/decode/decode_sink.h"
#include "vmcoredd/base/checked_math.h"

namespace vmcoredd {

// A field of a dump, kept.
struct FieldRecord {
  std::string path;
  std::string text;    // for people
  std::string window;  // the path of the window that offset is in; empty: the dump
  std::string shown;   // the value as text shows it, state included
  std::string hash;    // of long bytes in windows that are gone afterwards; otherwise empty
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t value = 0;
  FieldType type = FieldType::kUint;
  FieldState state = FieldState::kRead;
  PrivacyClasses privacy;
  uint8_t bit_low = 0;
  uint8_t bit_width = 0;
  bool is_group = false;
  bool has_bits = false;  // fields of bits follow
  bool perturbed = false;
  bool is_volatile = false;
  bool advances = false;
  bool shared = false;
};

struct RemarkRecord {
  std::string path, window, text;
  uint64_t offset = 0;
  bool is_damage = false;
};

RemarkRecord RecordOf(const Remark& remark);

// Keeps what decoding a dump gives, up to a number of fields.
class FieldCollector final : public DecodeSink {
 public:
  static constexpr size_t kMaxFields = 500'000;
  static constexpr size_t kMaxRemarks = 1000;

  explicit FieldCollector(size_t max_fields = kMaxFields) : max_fields_(max_fields) {}

  bool BeginGroup(const Group& group) override;
  void EndGroup() override {}
  void OnField(const Field& field) override;
  void OnRemark(const Remark& remark) override;
  void OnFinding(Finding finding) override;

  std::vector<FieldRecord> fields;
  std::vector<RemarkRecord> remarks;
  std::vector<Finding> findings;
  // Of the dump itself: what fields say, so that the rest can be looked at as bytes. Long
  // fields of bytes do not count. Ascending only where the layout is.
  std::vector<ByteRange> covered;
  size_t damage = 0;
  uint64_t left_out = 0;  // fields above the limit

 private:
  size_t max_fields_;
};

}  // namespace vmcoredd

#endif  // READERS_REPORT_FIELD_COLLECTOR_H_
