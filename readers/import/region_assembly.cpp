// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/region_assembly.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace vmcoredd {

namespace {

constexpr char kDigits[] = "0123456789abcdef";
// Also when the text goes on behind damage.
constexpr char kNotRead[] = "not read from the text";

std::string Hex(uint64_t value) {
  std::string text;
  do {
    text.insert(text.begin(), kDigits[value & 0xf]);
    value >>= 4;
  } while (value != 0);
  return "0x" + text;
}

}  // namespace

std::optional<std::string> RegionAssembly::Objection(uint64_t address, uint64_t size) const {
  if (size > std::numeric_limits<uint64_t>::max() - address) {
    return "address " + Hex(address) + " is too close to the end of all addresses";
  }
  if (!has_begun_) return std::nullopt;
  if (address < next_) {
    return "address " + Hex(address) + " comes again or goes back, expected " + Hex(next_);
  }
  if (address - next_ > kMaxGapBytes - gap_bytes_) {
    return "address " + Hex(address) + " is more than 64 MiB of missing bytes away from " +
           Hex(next_);
  }
  return std::nullopt;
}

Result<void> RegionAssembly::Describe(const internal::RegionHeader& header) {
  expected_ = header.range();
  const auto size = sink_.expected_size();
  if (expected_ && size && expected_->size != *size) {
    return Fail(ErrorCode::kInvalidArgument, "expected " + std::to_string(*size) +
                                                 " bytes, the header of the text says " +
                                                 std::to_string(expected_->size));
  }
  described_.bus = header.bus;
  described_.address = header.address;
  described_.port = header.port;
  described_.region = header.region;
  described_.snapshot = header.snapshot;
  described_.time = header.time;
  remarks_.warnings = header.problems();
  return {};
}

Result<void> RegionAssembly::Begin(uint64_t address) {
  const auto size = sink_.expected_size();
  is_range_known_ = expected_.has_value();
  if (!expected_ && size && CheckedAdd(address, *size)) {
    expected_ = ByteRange{address, *size};
    // Otherwise it is part of a region, or what is missing may as well be in front.
    is_range_known_ = address == 0;
  }
  found_ = first_ = next_ = address;
  if (expected_ && expected_->offset < address && address - expected_->offset <= kMaxGapBytes) {
    first_ = next_ = expected_->offset;
  }
  SavedDump dump = described_;
  dump.kind = SavedKind::kRegion;
  dump.content = "devlink-region";
  dump.first_address = first_;
  VMCOREDD_TRY(sink_.Begin(dump));
  has_begun_ = true;
  if (first_ == found_) return {};
  VMCOREDD_TRY(AddGap(found_, kNotRead));
  front_bytes_ = gap_bytes_;
  return {};
}

Result<void> RegionAssembly::Add(uint64_t address, std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  if (!has_begun_) VMCOREDD_TRY(Begin(address));
  if (address != next_) VMCOREDD_TRY(AddGap(address, "not in the text"));
  next_ += bytes.size();
  while (!bytes.empty()) {
    if (buffered_ == buffer_.size()) VMCOREDD_TRY(Flush());
    const size_t count = std::min(bytes.size(), buffer_.size() - buffered_);
    std::memcpy(buffer_.data() + buffered_, bytes.data(), count);
    buffered_ += count;
    bytes = bytes.subspan(count);
  }
  return {};
}

Result<void> RegionAssembly::AddGap(uint64_t address, const char* reason) {
  const uint64_t size = address - next_;
  gap_bytes_ += size;
  if (remarks_.holes.size() < kMaxListedHoles) {
    remarks_.holes.push_back({{next_ - first_, size}, reason});
  } else {
    ++unlisted_holes_;
  }
  remarks_.is_partial = true;
  for (uint64_t left = size; left != 0;) {
    if (buffered_ == buffer_.size()) VMCOREDD_TRY(Flush());
    const auto count = static_cast<size_t>(std::min<uint64_t>(left, buffer_.size() - buffered_));
    std::memset(buffer_.data() + buffered_, 0, count);
    buffered_ += count;
    left -= count;
  }
  next_ = address;
  return {};
}

Result<void> RegionAssembly::Flush() {
  if (buffered_ == 0) return {};
  const size_t count = buffered_;
  buffered_ = 0;
  return sink_.Write(std::span(buffer_).first(count));
}

Result<void> RegionAssembly::CheckRange(uint64_t text_offset) {
  if (!expected_) return {};
  const uint64_t end = *expected_->End();
  if (found_ == expected_->offset && next_ == end) return {};
  const bool is_less = found_ > expected_->offset || next_ < end;
  AddDamage(sink_, remarks_,
            Error(is_less ? ErrorCode::kTruncated : ErrorCode::kCorrupt,
                  "expected " + std::to_string(expected_->size) + " bytes from address " +
                      Hex(expected_->offset) + " on, found " + std::to_string(next_ - found_) +
                      " from address " + Hex(found_) + " on")
                .At(text_offset));
  if (next_ < end && is_range_known_ && end - next_ <= kMaxGapBytes - gap_bytes_) {
    return AddGap(end, kNotRead);
  }
  return {};
}

Result<void> RegionAssembly::End(uint64_t text_offset) {
  if (!has_begun_) return {};
  if (gap_bytes_ != front_bytes_) {
    const uint64_t holes = remarks_.holes.size() + unlisted_holes_ - (front_bytes_ != 0 ? 1 : 0);
    AddDamage(sink_, remarks_,
              Error(ErrorCode::kTruncated, std::to_string(gap_bytes_ - front_bytes_) +
                                               " bytes are missing, in " + std::to_string(holes) +
                                               (holes == 1 ? " gap" : " gaps") +
                                               " between the addresses"));
  }
  VMCOREDD_TRY(CheckRange(text_offset));
  if (unlisted_holes_ != 0) {
    remarks_.warnings.push_back("further holes are not listed: " + std::to_string(unlisted_holes_));
  }
  VMCOREDD_TRY(Flush());
  return sink_.End(remarks_);
}

}  // namespace vmcoredd
