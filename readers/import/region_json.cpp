// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <limits>
#include <string>

#include "readers/import/around_output.h"
#include "readers/import/importers.h"
#include "readers/import/json_events.h"
#include "readers/import/region_assembly.h"

// devlink -j region dump | read: one object, in which the keys "address" and "data"
// repeat for every 256 bytes that the kernel sent:
//   {"dump":{"address":0,"data":[0,1,...],"address":256,"data":[...]}}
// `vmcoredd export devlink-json` has a list instead, in which no key repeats:
//   {"dump":[{"address":0,"data":[0,1,...]},{"address":256,"data":[...]}]}
// devlink prints addresses with 32 bits (iproute2, devlink.c: pr_out_region_chunk), so
// that those of a region above 4 GiB begin again at 0.

namespace vmcoredd::internal {

namespace {

constexpr uint64_t k4GiB = uint64_t{1} << 32;

class RegionEvents final : public JsonEvents {
 public:
  explicit RegionEvents(ImportSink& sink) : region_(sink) {}

  Answer Key(std::string_view name) override {
    if (depth_ == 1) {
      if (has_dump_ || (name != "dump" && name != "read")) {
        return "expected one \"dump\" or \"read\", found the key " + Excerpt(name);
      }
      is_read_ = name == "read";
      has_dump_ = true;
    } else if (depth_ == chunk_depth_) {
      key_ = name == "address" ? kAddress : name == "data" ? kData : kOther;
      if (key_ == kAddress && address_) return "an address without data";
      if (key_ == kData && !address_) return "data without an address";
    }
    return std::nullopt;
  }

  Answer Number(uint64_t value) override {
    if (depth_ == chunk_depth_ && key_ == kAddress) {
      address_ = Rebuild(value);
      return std::nullopt;
    }
    if (depth_ != chunk_depth_ + 1 || key_ != kData) return Misplaced();
    if (value > 0xff) return "expected a byte, found " + std::to_string(value);
    // A number is certain when something follows it.
    if (Answer answer = TakePending(); answer) return answer;
    pending_ = static_cast<std::byte>(value);
    has_pending_ = true;
    return std::nullopt;
  }

  Answer Other() override { return Misplaced(); }

  Answer BeginObject() override {
    ++depth_;
    const bool is_good = depth_ == 1 || (depth_ == chunk_depth_ && has_dump_) || InOther();
    return is_good ? Answer() : "an object where none is expected";
  }
  Answer EndObject() override {
    --depth_;
    if (depth_ + 1 == chunk_depth_ && address_) return "an address without data";
    return std::nullopt;
  }
  Answer BeginArray() override {
    ++depth_;
    if (depth_ == 2 && has_dump_ && key_ == kNone) {
      chunk_depth_ = 3;
      return std::nullopt;
    }
    const bool is_good = (depth_ == chunk_depth_ + 1 && key_ == kData) || InOther();
    return is_good ? Answer() : "an array where none is expected";
  }
  Answer EndArray() override {
    --depth_;
    if (depth_ != chunk_depth_ || key_ != kData) return std::nullopt;
    if (Answer answer = TakePending(); answer) return answer;
    if (Answer answer = Flush(); answer) return answer;
    address_.reset();
    return std::nullopt;
  }

  // Hands on what is certain.
  void Finish() { static_cast<void>(Flush()); }
  RegionAssembly& region() { return region_; }
  bool is_read() const { return is_read_; }
  bool is_rebuilt() const { return is_rebuilt_; }
  bool has_wide_addresses() const { return has_wide_addresses_; }
  const std::optional<Error>& sink_error() const { return sink_error_; }

 private:
  enum WhichKey { kNone, kAddress, kData, kOther };

  bool InOther() const { return depth_ > chunk_depth_ && key_ == kOther; }
  Answer Misplaced() const {
    if (depth_ == chunk_depth_ && key_ == kOther) return std::nullopt;
    return InOther() ? Answer() : "a value where none is expected";
  }

  // The address of which these are the lowest 32 bits: the next one that has them.
  // A tool that prints all of them is believed.
  uint64_t Rebuild(uint64_t printed) {
    has_wide_addresses_ = has_wide_addresses_ || printed >= k4GiB;
    const uint64_t expected = region_.next_address();
    if (has_wide_addresses_ || !region_.has_begun() || expected < k4GiB - kMaxGapBytes) {
      return printed;
    }
    const uint64_t distance = (printed - expected) & (k4GiB - 1);
    if (distance > kMaxGapBytes || distance > std::numeric_limits<uint64_t>::max() - expected) {
      return printed;  // which does not follow
    }
    if (expected + distance != printed) is_rebuilt_ = true;
    return expected + distance;
  }

  Answer TakePending() {
    if (!has_pending_) return std::nullopt;
    has_pending_ = false;
    bytes_[count_++] = pending_;
    return count_ == bytes_.size() ? Flush() : std::nullopt;
  }

  Answer Flush() {
    if (count_ == 0) return std::nullopt;
    const size_t count = count_;
    count_ = 0;
    if (auto objection = region_.Objection(*address_, count)) return objection;
    if (auto added = region_.Add(*address_, std::span(bytes_).first(count)); !added) {
      sink_error_ = added.error();
      return "the sink failed";
    }
    address_ = *address_ + count;
    return std::nullopt;
  }

  RegionAssembly region_;
  size_t depth_ = 0;
  size_t chunk_depth_ = 2;  // of the keys "address" and "data"; 3 in a list
  WhichKey key_ = kNone;
  bool has_dump_ = false;
  bool is_read_ = false;
  bool is_rebuilt_ = false;
  bool has_wide_addresses_ = false;
  std::optional<uint64_t> address_;  // of the next byte of bytes_
  std::array<std::byte, 4096> bytes_;
  size_t count_ = 0;
  std::byte pending_{};
  bool has_pending_ = false;
  std::optional<Error> sink_error_;
};

}  // namespace

bool LooksLikeRegionJson(std::string_view head) {
  const std::string_view key = FirstJsonKey(head);
  return key == "dump" || key == "read";
}

Result<void> ImportRegionJson(TextInput& in, ImportSink& sink) {
  RegionEvents events(sink);
  const auto answer = ReadPreamble(in);
  auto read = ReadJson(in, events);
  if (events.sink_error()) return tl::unexpected(*events.sink_error());
  if (read) read = ExpectOnlyTrailer(in);
  events.Finish();
  if (events.sink_error()) return tl::unexpected(*events.sink_error());
  RegionAssembly& region = events.region();
  if (!region.has_begun()) {
    return FailWith(read ? Error(ErrorCode::kCorrupt, "no bytes") : read.error(),
                    "no devlink region");
  }
  if (events.is_rebuilt()) {
    region.remarks().warnings.push_back(
        "addresses above 4 GiB were rebuilt: the JSON has their lowest 32 bits only");
  } else if (events.is_read() && !events.has_wide_addresses()) {
    region.remarks().warnings.push_back(
        "the JSON has the lowest 32 bits of addresses only: the region may have been read above "
        "4 GiB");
  }
  if (answer) AddDamage(sink, region.remarks(), *answer);
  if (!read) AddDamage(sink, region.remarks(), read.error());
  return region.End(in.offset());
}

}  // namespace vmcoredd::internal
