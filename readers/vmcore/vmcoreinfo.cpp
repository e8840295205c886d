// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/vmcoreinfo.h"

#include <charconv>
#include <optional>
#include <span>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxReleaseLength = 64;  // __NEW_UTS_LEN

template <typename T>
T ParseNumber(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : T{};
}

}  // namespace

VmcoreinfoFacts ParseVmcoreinfo(std::string_view text) {
  VmcoreinfoFacts facts;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (key == "OSRELEASE") facts.release = value.substr(0, kMaxReleaseLength);
    if (key == "PAGESIZE") facts.page_size = ParseNumber<uint64_t>(value);
    if (key == "CRASHTIME") facts.crash_time = ParseNumber<int64_t>(value);
  }
  return facts;
}

Result<std::string> ReadVmcoreinfo(ByteSource& source, ByteRange range) {
  if (range.size > kMaxVmcoreinfoBytes) {
    return FailAt(ErrorCode::kLimitExceeded, range.offset,
                  "VMCOREINFO: at most " + std::to_string(kMaxVmcoreinfoBytes) +
                      " bytes supported, found " + std::to_string(range.size));
  }
  std::string text(range.size, '\0');
  VMCOREDD_TRY(
      ReadExactAt(source, range.offset, std::as_writable_bytes(std::span(text)), "VMCOREINFO"));
  return text;
}

void AddVmcoreinfoFacts(const VmcoreinfoFacts& facts, VmcoreInfo& info) {
  if (info.release.empty()) info.release = facts.release;
  if (info.page_size == 0 && IsPowerOfTwo(facts.page_size)) info.page_size = facts.page_size;
  // A header's time is that of saving the vmcore.
  if (facts.crash_time != 0) info.crash_time = facts.crash_time;
}

Result<std::string> HashVmcoreinfo(VmcoreReader& reader) {
  std::optional<ByteRange> found;
  for (const ByteRange& segment : reader.note_segments()) {
    VMCOREDD_TRY(WalkNotes(reader.data(), segment, reader.info().order,
                           [&](const Note& note) -> Result<bool> {
                             if (note.owner == kVmcoreinfoOwner) found = note.descriptor;
                             return !found;
                           }));
    if (!found) continue;
    const std::string text = VMCOREDD_TRY(ReadVmcoreinfo(reader.data(), *found));
    return HashOf(std::as_bytes(std::span(text)));
  }
  return Fail(ErrorCode::kNotFound, "there is no VMCOREINFO note");
}

}  // namespace vmcoredd
