// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/region_header.h"

#include <charconv>

#include "vmcoredd/base/text.h"

namespace vmcoredd::internal {

namespace {

// Names are far shorter: of a region the kernel takes what fits a page, drivers use 20.
constexpr size_t kMaxValueBytes = 4096;
constexpr size_t kMaxProblems = 8;
constexpr size_t kMaxNumberDigits = 10;  // of a port or snapshot

bool TakeNumber(std::string_view text, std::optional<uint64_t>& into) {
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return false;
  into = value;
  return true;
}

bool IsSmallNumber(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNumberDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void RegionHeader::Take(const TextLine& line) {
  std::string_view text = line.text;
  if (!text.starts_with("# ")) return;
  text.remove_prefix(2);
  const size_t blank = text.find(' ');
  const std::string_view key = text.substr(0, blank);
  if (key == "device") {
    // That of an output without a byte stands in front of the next one's.
    *this = {};
    has_begun_ = true;
  }
  if (!has_begun_) return;
  const std::string_view escaped =
      blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
  const auto value = escaped.size() <= kMaxValueBytes ? UnescapeBytes(escaped) : std::nullopt;
  if (value && !value->empty() && TakeFact(key, *value)) return;
  if (problems_.size() == kMaxProblems) return;
  problems_.push_back("line " + std::to_string(line.number) +
                      ": this line of the header cannot be understood: " + Excerpt(line.text));
}

bool RegionHeader::TakeDevice(std::string_view handle) {
  const size_t slash = handle.find('/');
  if (slash == 0 || slash == std::string_view::npos) return false;
  std::string_view device = handle.substr(slash + 1);
  const size_t second = device.find('/');
  if (second != std::string_view::npos) {
    if (!IsSmallNumber(device.substr(second + 1))) return false;
    port = device.substr(second + 1);
    device = device.substr(0, second);
  }
  if (device.empty()) {
    port.clear();
    return false;
  }
  bus = handle.substr(0, slash);
  address = device;
  return true;
}

bool RegionHeader::TakeFact(std::string_view key, const std::string& value) {
  if (key == "device") return TakeDevice(value);
  if (key == "size") return TakeNumber(value, size_);
  if (key == "address") return TakeNumber(value, first_);
  if (key == "length") return TakeNumber(value, length_);
  if (key == "region") region = value;
  if (key == "time") time = value;
  if (key == "snapshot") {
    if (value != "none" && !IsSmallNumber(value)) return false;
    snapshot = value == "none" ? "live" : value;
  }
  return true;
}

std::optional<ByteRange> RegionHeader::range() const {
  const uint64_t first = first_.value_or(0);
  if (!length_ && (!size_ || first > *size_)) return std::nullopt;
  const ByteRange range{first, length_ ? *length_ : *size_ - first};
  if (range.size == 0 || !range.End()) return std::nullopt;
  return range;
}

}  // namespace vmcoredd::internal
