// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/formats.h"

#include <algorithm>
#include <array>
#include <string>

#include "readers/import/importers.h"

namespace vmcoredd {

namespace internal {

namespace {

Result<void> WriteZeros(OutputStream& out, uint64_t size) {
  constexpr std::array<std::byte, 4096> zeros{};
  while (size != 0) {
    const auto piece = std::span(zeros).first(std::min<uint64_t>(size, zeros.size()));
    VMCOREDD_TRY(out.Write(piece));
    size -= piece.size();
  }
  return {};
}

}  // namespace

Result<void> ImportRaw(TextInput& in, ImportSink& sink) {
  if (in.Peek().empty()) {
    return in.error() ? tl::unexpected(*in.error()) : Fail(ErrorCode::kTruncated, "no bytes");
  }
  SavedDump dump;
  dump.kind = SavedKind::kRaw;
  VMCOREDD_TRY(sink.Begin(dump));
  uint64_t size = 0;
  for (;;) {
    const std::string_view block = in.TakeBlock();
    if (block.empty()) break;
    size += block.size();
    VMCOREDD_TRY(sink.Write(std::as_bytes(std::span(block))));
  }
  DumpRemarks remarks;
  if (in.error()) AddDamage(sink, remarks, *in.error());
  const uint64_t expected = sink.expected_size().value_or(size);
  if (expected != size) {
    AddDamage(
        sink, remarks,
        Error(expected > size ? ErrorCode::kTruncated : ErrorCode::kCorrupt,
              "expected " + std::to_string(expected) + " bytes, found " + std::to_string(size))
            .At(in.offset()));
  }
  if (expected > size && expected - size <= kMaxGapBytes) {
    remarks.holes.push_back({{size, expected - size}, "not in the file"});
    VMCOREDD_TRY(WriteZeros(sink, expected - size));
  }
  return sink.End(remarks);
}

}  // namespace internal

namespace {

using namespace internal;

bool NeverLooks(std::string_view) { return false; }

template <SavedKind kind>
Result<void> ImportText(TextInput& in, ImportSink& sink) {
  return ImportMessageText(in, sink, kind);
}

template <SavedKind kind>
Result<void> ImportJson(TextInput& in, ImportSink& sink) {
  return ImportMessageJson(in, sink, kind);
}

constexpr std::string_view kHealthDump = "health-dump";
constexpr std::string_view kDiagnosis = "health-diagnose";

// A message looks like much else, so that it comes late; of the same name, the form that
// is told apart by its first byte comes first.
constexpr SavedFormat kFormats[] = {
    {"region", "JSON", LooksLikeRegionJson, ImportRegionJson},
    {"region", "text", LooksLikeRegionText, ImportRegionText},
    {"health-show", "JSON", LooksLikeHealthStateJson, ImportHealthStateJson},
    {"health-show", "text", LooksLikeHealthStateText, ImportHealthStateText},
    {"mstdump", "text", LooksLikeMstdump, ImportMstdump},
    {"lspci", "text", LooksLikeLspci, ImportLspci},
    {kHealthDump, "JSON", LooksLikeMessageJson, ImportJson<SavedKind::kHealthDump>},
    {kHealthDump, "text", LooksLikeMessageText, ImportText<SavedKind::kHealthDump>},
    {kDiagnosis, "JSON", LooksLikeMessageJson, ImportJson<SavedKind::kDiagnosis>},
    {kDiagnosis, "text", LooksLikeMessageText, ImportText<SavedKind::kDiagnosis>},
    {"raw", "bytes", NeverLooks, ImportRaw},
};

}  // namespace

std::span<const SavedFormat> SavedFormats() { return kFormats; }

Result<const SavedFormat*> ChooseFormat(std::string_view head, std::string_view name) {
  const SavedFormat* last = nullptr;
  for (const SavedFormat& format : kFormats) {
    if (!name.empty() && format.name != name) continue;
    last = &format;
    if (!format.looks_like(head)) continue;
    if (name.empty() && format.name == kHealthDump) {
      return Fail(ErrorCode::kInvalidArgument,
                  "this may be a message of devlink health, and those of a dump and of a diagnosis "
                  "look the same: give --format health-dump or --format health-diagnose");
    }
    return &format;
  }
  // Somebody says that it is of this format: what is wrong with it, the importer says.
  if (!name.empty() && last != nullptr) return last;
  if (!name.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no such format: " + Excerpt(name));
  }
  return Fail(ErrorCode::kNotRecognised,
              "expected the output of devlink region, devlink health, mstdump or lspci -x");
}

}  // namespace vmcoredd
