// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/checked_decode.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/byte_window.h"
#include "readers/decode/decode_sink.h"
#include "readers/report/decode_json.h"
#include "readers/report/decode_text.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::fuzz {

namespace {

constexpr uint64_t kFields = 3000;

// Holds the promises of DecodeSink. Some groups are skipped.
class CheckingSink final : public DecodeSink {
 public:
  explicit CheckingSink(uint64_t size) : size_(size) {}

  bool BeginGroup(const Group& group) override {
    Shown(group.path, group.name, group.window);
    if (++groups_ % 16 == 15) return false;
    ++depth_;
    return true;
  }
  void EndGroup() override {
    Require(depth_ > 0, "a group that ends has begun");
    --depth_;
  }
  void OnField(const Field& field) override {
    Shown(field.path, field.name, field.window);
    Require(field.bytes.size() <= kMaxFieldBytes, "the bytes of a field are limited");
    Require(field.bit_width <= 64 && field.bit_low + field.bit_width <= 64, "bits are of a number");
    const bool is_number = field.type == FieldType::kUint || field.type == FieldType::kInt;
    Require(!is_number || (field.size >= 1 && field.size <= 8), "a number has 1 to 8 bytes");
    if (field.state != FieldState::kRead) {
      Require(field.meaning.empty(), "what was not read means nothing");
      return;
    }
    if (!is_number || field.bit_width != 0) return;
    Require(field.bytes.size() == field.size, "a number was read whole");
    const bool in_dump = field.window->path.empty();
    Require(!in_dump || (field.offset <= size_ && field.size <= size_ - field.offset),
            "what was read is in the dump");
  }
  void OnRemark(const Remark& remark) override {
    Require(remark.window != nullptr && !remark.text.empty(), "a remark says where and what");
    Require(++remarks_ <= 20 * kFields, "remarks are limited");
  }
  void OnFinding(Finding finding) override {
    Require(!finding.text.empty() && !finding.id.empty(), "a finding has a text and an id");
  }

  void Finish() const {
    Require(depth_ == 0, "every group ends");
    Require(shown_ <= kFields + 1, "no more than the limit is shown");
  }

 private:
  void Shown(std::string_view path, std::string_view name, const WindowInfo* window) {
    ++shown_;
    Require(window != nullptr, "it is in a window");
    Require(path.ends_with(name), "a name is the end of its path");
  }

  uint64_t size_;
  uint64_t shown_ = 0;
  uint64_t groups_ = 0;
  uint64_t remarks_ = 0;
  size_t depth_ = 0;
};

// JSON keeps letters of UTF-8, but for the controls among them.
void RequireTerminal(std::string_view printed, bool is_json) {
  for (size_t i = 0; i < printed.size(); ++i) {
    const auto c = static_cast<unsigned char>(printed[i]);
    const auto next = static_cast<unsigned char>(i + 1 < printed.size() ? printed[i + 1] : 0);
    const bool is_letter = is_json && c >= 0x80 && (c != 0xc2 || next >= 0xa0);
    Require((c >= 0x20 && c < 0x7f) || c == '\n' || is_letter,
            "what is printed is fit for a terminal");
  }
}

}  // namespace

void DecodeChecked(const Layout& layout, unsigned way, std::span<const std::byte> bytes) {
  DecodeOptions options;
  options.native = (way & 1) != 0 ? std::endian::big : std::endian::little;
  if ((way & 2) != 0) options.perturbed = {"aer-status", "msi", "command"};
  options.limits.fields = kFields;
  options.limits.records = 512;
  options.limits.chain = 256;
  options.limits.stream_bytes = 1u << 20;
  options.limits.steps = 50000;
  std::vector<Hole> holes;
  if ((way & 4) != 0) holes.push_back({{bytes.size() / 4, bytes.size() / 4}, "\x1b a hole"});
  MemorySource source(bytes);
  const auto decode = [&](DecodeSink& sink) {
    ByteWindow window(source, "", holes);
    DecodeByLayout(layout, window, options, sink);
  };

  CheckingSink checking(bytes.size());
  decode(checking);
  checking.Finish();

  std::string printed;
  const auto print = [&printed](std::string_view text) { printed += text; };
  if ((way & 8) != 0) {
    JsonStream json(print, false);
    json.BeginObject();
    DecodeJsonSink sink(json, (way & 16) != 0);
    decode(sink);
    sink.Finish();
    json.EndObject();
    Require(nlohmann::json::accept(printed), "JSON is JSON");
  } else {
    DecodeTextSink sink(print, {(way & 16) != 0, (way & 32) != 0});
    decode(sink);
    sink.Finish();
  }
  RequireTerminal(printed, (way & 8) != 0);
}

}  // namespace vmcoredd::fuzz
