// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <string>
#include <utility>

#include "readers/vmcore/device_dump_table.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/zstd_stream.h"

namespace vmcoredd {

namespace {

// Passes at most `limit` bytes on, and hashes them.
class ExactStream final : public OutputStream {
 public:
  ExactStream(OutputStream& out, uint64_t limit) : out_(out), limit_(limit) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    const auto wanted = bytes.first(std::min<uint64_t>(bytes.size(), limit_ - written_));
    hasher_.Update(wanted);
    VMCOREDD_TRY(out_.Write(wanted));
    written_ += wanted.size();
    if (wanted.size() == bytes.size()) return {};
    return Fail(ErrorCode::kCorrupt, "the payload decodes to more than the " +
                                         std::to_string(limit_) + " bytes that the manifest says");
  }
  uint64_t written() const { return written_; }
  std::string HexDigest() const { return hasher_.HexDigest(); }

 private:
  OutputStream& out_;
  uint64_t limit_;
  uint64_t written_ = 0;
  PayloadHasher hasher_;
};

// Copies the payloads, or what is stored in them, one after the other.
Result<uint64_t> CopyPayloads(VmcoreReader& reader,
                              const DeviceDump& dump,
                              bool stored_only,
                              OutputStream& out,
                              const ProgressCallback& progress) {
  uint64_t done = 0;
  for (size_t i = 0; i < dump.notes.size(); ++i) {
    uint64_t size = dump.notes[i].payload.size;
    if (stored_only) {
      const auto& parts = dump.manifest->parts;
      size = std::min(size, parts.empty() ? dump.manifest->stored : parts[i].stored);
    }
    ProgressCallback part_progress;
    if (progress) part_progress = [&, done](uint64_t bytes) { progress(done + bytes); };
    auto copied = CopyRange(reader.data(), dump.notes[i].payload.offset, size, out, part_progress);
    if (!copied) {
      const auto damage = reader.stream_damage();
      if (damage && copied.error().code() == ErrorCode::kTruncated) {
        return FailWith(std::move(copied).error(), damage->ToString());
      }
      return tl::unexpected(std::move(copied).error());
    }
    done += size;
  }
  return done;
}

Result<ExtractResult> ExtractExact(VmcoreReader& reader,
                                   const DeviceDump& dump,
                                   OutputStream& out,
                                   const ProgressCallback& progress) {
  const ManifestDump& manifest = *dump.manifest;
  if (!manifest.parts.empty() && manifest.parts.size() != dump.notes.size()) {
    return Fail(ErrorCode::kInvalidArgument, "the manifest's parts are not this dump's notes");
  }
  if (manifest.codec == Codec::kUnknown) {
    return Fail(ErrorCode::kUnsupported,
                "the manifest names a codec that this version does not know");
  }
  ExactStream exact(out, manifest.length);
  if (manifest.codec == Codec::kZstd) {
    ZstdDecompressStream decoder(exact);
    VMCOREDD_TRY(CopyPayloads(reader, dump, true, decoder, progress));
    VMCOREDD_TRY(decoder.Finish());
  } else {
    VMCOREDD_TRY(CopyPayloads(reader, dump, true, exact, progress));
  }
  if (exact.written() < manifest.length) {
    return Fail(ErrorCode::kCorrupt, "the payload holds " + std::to_string(exact.written()) +
                                         " of the " + std::to_string(manifest.length) +
                                         " bytes that the manifest says");
  }
  ExtractResult result{exact.written(), std::nullopt};
  if (!manifest.hash.empty()) result.hash_matches = exact.HexDigest() == manifest.hash;
  return result;
}

}  // namespace

Result<ExtractResult> ExtractDump(VmcoreReader& reader,
                                  const DeviceDump& dump,
                                  PayloadForm form,
                                  OutputStream& out,
                                  const ProgressCallback& progress) {
  if (form == PayloadForm::kExact && dump.manifest) {
    return ExtractExact(reader, dump, out, progress);
  }
  return ExtractResult{VMCOREDD_TRY(CopyPayloads(reader, dump, false, out, progress)),
                       std::nullopt};
}

}  // namespace vmcoredd
