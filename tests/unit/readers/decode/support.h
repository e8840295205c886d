// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_DECODE_SUPPORT_H_
#define TESTS_UNIT_READERS_DECODE_SUPPORT_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/layout_decoder.h"
#include "readers/decode/layout_set.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd {

// What a layout begins with; lines 1 to 4 of its file.
std::string LayoutHead(std::string_view name = "test");

// A layout with one structure, "all", that has these fields: lines of the list, then other
// tables.
std::string LayoutOf(std::string_view fields, std::string_view more = "");

// Layouts from texts, linked: "0.toml", "1.toml", ...
LayoutSet LayoutsOf(std::initializer_list<std::string> texts);

// "LINE:COLUMN TEXT" of each problem.
std::vector<std::string> ProblemsOf(const LayoutSet& layouts);
// Of one text that has mistakes.
std::vector<std::string> ProblemsOf(const std::string& text);

// "01 02 ff" or "0102ff"; what is between brackets is text: "01 [abc] 00".
std::vector<std::byte> Bytes(std::string_view text);

// A source that fails in a range, and counts what it is asked for.
class TestSource final : public ByteSource {
 public:
  explicit TestSource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  void FailIn(uint64_t begin, uint64_t end) {
    bad_begin_ = begin;
    bad_end_ = end;
  }
  void HideSize() { knows_size_ = false; }

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override;

  size_t reads = 0;
  uint64_t furthest = 0;  // the end of the furthest read

 private:
  std::vector<std::byte> bytes_;
  uint64_t bad_begin_ = 0, bad_end_ = 0;
  bool knows_size_ = true;
};

struct SeenField {
  std::string path, name, window, meaning, reason;
  uint64_t offset = 0, size = 0, value = 0;
  FieldType type = FieldType::kUint;
  FieldState state = FieldState::kRead;
  bool perturbed = false;
  uint8_t bit_low = 0, bit_width = 0;
  std::vector<std::byte> bytes;
  PrivacyClasses privacy;
};

// Keeps all that decoding gives, and checks what must hold of it whatever the layout and the
// bytes are: groups are closed, no field that was read reaches out of its window, and a number
// is what its bytes say.
class SeenDump final : public DecodeSink {
 public:
  bool BeginGroup(const Group& group) override;
  void EndGroup() override;
  void OnField(const Field& field) override;
  void OnRemark(const Remark& remark) override;
  void OnFinding(Finding finding) override;

  // The field with this path; fails the test, and gives an empty one, if there is none.
  const SeenField& at(std::string_view path) const;
  bool has(std::string_view path) const;
  // "PATH = VALUE" of each number, "PATH = MEANING" of others; "PATH: STATE" of what was not
  // read; "PATH:" of groups; "! PATH: TEXT" of remarks. In order.
  const std::vector<std::string>& lines() const { return lines_; }
  std::vector<std::string> remarks() const;  // "PATH: TEXT"

  std::vector<SeenField> fields;
  std::vector<Finding> findings;
  size_t depth = 0;
  size_t damage = 0;
  // What BeginGroup answers for these paths is false.
  std::vector<std::string> skipped;

 private:
  std::vector<std::string> lines_;
};

struct DecodeSetup {
  DecodeOptions options;
  std::vector<Hole> holes;
  std::vector<std::string> skipped;
};

// Decodes bytes by the layout "test" of a text that must have no mistakes.
SeenDump Decode(const std::string& layout,
                const std::vector<std::byte>& bytes,
                const DecodeSetup& setup = {});
SeenDump Decode(const LayoutSet& layouts, ByteSource& source, const DecodeSetup& setup = {});

}  // namespace vmcoredd

#endif  // TESTS_UNIT_READERS_DECODE_SUPPORT_H_
