// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/writer/attach/old_notes.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "vmcoredd/base/text.h"
#include "vmcoredd/format/manifest_parser.h"
#include "vmcoredd/format/note.h"
#include "vmcoredd/format/note_walker.h"

namespace vmcoredd::attach {

namespace {

constexpr std::string_view kVmcoreinfoOwner = "VMCOREINFO";
constexpr std::string_view kPageSizeKey = "PAGESIZE=";
// The kernel's is one page (VMCOREINFO_BYTES in include/linux/vmcore_info.h).
constexpr uint64_t kMaxVmcoreinfoBytes = 64 * 1024;
constexpr uint64_t kMinPageSize = 4096;
constexpr uint64_t kMaxPageSize = 1024 * 1024;
constexpr size_t kCompareWindow = 64 * 1024;

std::optional<uint64_t> ParseNumber(std::string_view text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return number;
}

Result<uint64_t> PageSizeIn(ByteSource& source, ByteRange vmcoreinfo) {
  std::string text(std::min(vmcoreinfo.size, kMaxVmcoreinfoBytes), '\0');
  const size_t got =
      VMCOREDD_TRY(source.ReadAt(vmcoreinfo.offset, std::as_writable_bytes(std::span(text))));
  text.resize(got);
  for (size_t at = text.find(kPageSizeKey); at != std::string::npos;
       at = text.find(kPageSizeKey, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const std::string_view rest = std::string_view(text).substr(at + kPageSizeKey.size());
    const auto size = ParseNumber(rest.substr(0, rest.find('\n')));
    if (size && IsPowerOfTwo(*size) && *size >= kMinPageSize && *size <= kMaxPageSize) {
      return *size;
    }
  }
  return 0;
}

Result<std::string> FindValue(const AttachRecord& record, std::string_view key) {
  for (const auto& [name, value] : record.values) {
    if (name == key) return value;
  }
  return Fail(ErrorCode::kCorrupt, "the attach record lacks \"" + std::string(key) + "\"");
}

}  // namespace

tl::unexpected<Error> Refuse(const Error& error, std::string_view context) {
  const std::string message = std::string(context) + ": " + error.message();
  if (error.offset()) return FailAt(ErrorCode::kRefused, *error.offset(), message);
  return Fail(ErrorCode::kRefused, message);
}

Result<OldNotes> SurveyNotes(ByteSource& source, ByteRange segment, std::endian order) {
  OldNotes notes;
  notes.kept.offset = segment.offset;
  ByteRange vmcoreinfo;
  uint64_t descriptors_end = segment.offset;
  const auto walked = WalkNotes(source, segment, order, [&](const Note& note) -> Result<bool> {
    notes.kept.size = note.note.offset + note.note.size - segment.offset;
    descriptors_end = note.descriptor.offset + note.descriptor.size;
    notes.ends_with_fragment = note.owner == kManifestNoteOwner && note.type == kManifestNoteType;
    if (notes.ends_with_fragment) notes.last_fragment = note.descriptor;
    if (note.owner == kVmcoreinfoOwner) vmcoreinfo = note.descriptor;
    return true;
  });
  if (!walked) {
    if (walked.error().code() == ErrorCode::kIo) return tl::unexpected(walked.error());
    return Refuse(walked.error(), "the notes of the vmcore are damaged");
  }
  const auto size = source.Size();
  if (size && descriptors_end > *size) {
    return FailAt(ErrorCode::kRefused, *size, "the vmcore ends inside its notes: it is truncated");
  }
  if (vmcoreinfo.size != 0) notes.page_size = VMCOREDD_TRY(PageSizeIn(source, vmcoreinfo));
  return notes;
}

Result<ManifestFragment> ReadAttachFragment(ByteSource& source,
                                            const OldNotes& notes,
                                            std::string_view kind) {
  if (!notes.last_fragment) {
    return Fail(ErrorCode::kNotFound, "nothing is attached to this vmcore");
  }
  const ByteRange descriptor = *notes.last_fragment;
  if (descriptor.size > kMaxManifestBytes) {
    return FailAt(ErrorCode::kLimitExceeded, descriptor.offset,
                  "a manifest fragment of " + std::to_string(descriptor.size) + " bytes");
  }
  std::string json(descriptor.size, '\0');
  VMCOREDD_TRY(ReadExactAt(source, descriptor.offset, std::as_writable_bytes(std::span(json)),
                           "manifest fragment"));
  auto fragment = VMCOREDD_TRY(ParseManifest(json));
  if (!fragment.attach) {
    return Fail(ErrorCode::kNotFound, "nothing is attached to this vmcore");
  }
  if (!notes.ends_with_fragment) {
    return Fail(ErrorCode::kRefused,
                "other notes follow the attached ones: the vmcore was changed since");
  }
  if (fragment.attach->kind != kind) {
    return Fail(ErrorCode::kRefused, "the dumps were attached to a file of another format (" +
                                         EscapeBytes(fragment.attach->kind.substr(0, 32)) +
                                         "), this one was converted from it: expected " +
                                         std::string(kind));
  }
  return fragment;
}

Result<uint64_t> NumberIn(const AttachRecord& record, std::string_view key) {
  const std::string text = VMCOREDD_TRY(FindValue(record, key));
  if (const auto number = ParseNumber(text)) return *number;
  return Fail(ErrorCode::kCorrupt,
              "the attach record holds no number in \"" + std::string(key) + "\"");
}

Result<std::vector<std::byte>> BytesIn(const AttachRecord& record, std::string_view key) {
  const std::string text = VMCOREDD_TRY(FindValue(record, key));
  if (auto bytes = FromHex(text)) return *std::move(bytes);
  return Fail(ErrorCode::kCorrupt,
              "the attach record holds no hexadecimal bytes in \"" + std::string(key) + "\"");
}

Result<void> CheckSameBytes(ByteSource& source, uint64_t a, uint64_t b, uint64_t size) {
  std::vector<std::byte> first(std::min<uint64_t>(size, kCompareWindow));
  std::vector<std::byte> second(first.size());
  for (uint64_t done = 0; done < size; done += first.size()) {
    const size_t want = std::min<uint64_t>(first.size(), size - done);
    VMCOREDD_TRY(ReadExactAt(source, a + done, std::span(first).first(want), "notes"));
    VMCOREDD_TRY(ReadExactAt(source, b + done, std::span(second).first(want), "notes"));
    if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(want),
                    second.begin())) {
      return FailAt(ErrorCode::kRefused, a + done,
                    "the notes from before the attach are not what they were: the vmcore was "
                    "changed since");
    }
  }
  return {};
}

}  // namespace vmcoredd::attach
