// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/dump_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "vmcoredd/base/temporary_file.h"
#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd {

namespace {

// Stored as it is: ranges of the vmcore, one after the other.
class SlicedDump final : public DumpSource {
 public:
  SlicedDump(VmcoreReader& reader, const DeviceDump& dump) : reader_(reader) {
    for (size_t i = 0; i < dump.notes.size(); ++i) {
      const DumpNote& note = dump.notes[i];
      uint64_t size = note.payload.size;
      if (dump.manifest) {
        const auto& parts = dump.manifest->parts;
        size = std::min(size, parts.empty() ? dump.manifest->stored : parts[i].stored);
      }
      slices_.push_back({size_, note.payload.offset});
      size_ += std::min(size, note.available);
      if (size > note.available) {
        damage_ = Error(ErrorCode::kTruncated, "the file holds " + std::to_string(note.available) +
                                                   " of " + std::to_string(size) + " bytes")
                      .At(note.payload.offset + note.available);
        break;
      }
    }
  }

  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    if (offset >= size_) return 0;
    out = out.first(std::min<uint64_t>(out.size(), size_ - offset));
    auto slice = std::upper_bound(slices_.begin(), slices_.end(), offset,
                                  [](uint64_t at, const Slice& s) { return at < s.begin; });
    size_t done = 0;
    for (--slice; done < out.size(); ++slice) {
      const auto next = std::next(slice);
      const uint64_t end = next == slices_.end() ? size_ : next->begin;
      const uint64_t at = offset + done - slice->begin;
      const size_t want = std::min<uint64_t>(out.size() - done, end - slice->begin - at);
      if (want == 0) continue;  // an empty part
      const size_t got =
          VMCOREDD_TRY(reader_.data().ReadAt(slice->file_offset + at, out.subspan(done, want)));
      done += got;
      if (got < want) {
        EndAt(offset + done, slice->file_offset + at + got);
        break;
      }
    }
    return done;
  }
  std::optional<uint64_t> Size() const override { return size_; }
  const std::optional<Error>& damage() const override { return damage_; }
  std::optional<bool> hash_matches() const override { return std::nullopt; }

 private:
  struct Slice {
    uint64_t begin;  // in the dump
    uint64_t file_offset;
  };

  // The vmcore ends before its headers say so: a stream's end is only found by reading.
  void EndAt(uint64_t size, uint64_t file_offset) {
    size_ = size;
    damage_ = Error(ErrorCode::kTruncated, "the data ends in the payload").At(file_offset);
    if (const auto stream = reader_.stream_damage()) {
      damage_ = Error(*damage_).With(stream->ToString());
    }
  }

  VmcoreReader& reader_;
  std::vector<Slice> slices_;
  uint64_t size_ = 0;
  std::optional<Error> damage_;
};

// Takes at most as many bytes as it may, and remembers when it failed: of a copy that
// fails, only this side is no damage of the payload.
class Spool : public OutputStream {
 public:
  explicit Spool(uint64_t limit) : limit_(limit) {}
  Result<void> Write(std::span<const std::byte> bytes) final {
    const auto wanted = bytes.first(std::min<uint64_t>(bytes.size(), limit_ - written_));
    auto kept = Keep(written_, wanted);
    if (!kept) {
      failure_ = kept.error();
      return kept;
    }
    written_ += wanted.size();
    if (wanted.size() == bytes.size()) return {};
    return Fail(ErrorCode::kLimitExceeded, "the payload decodes to more than " +
                                               std::to_string(limit_) +
                                               " bytes, the most that is kept of it");
  }
  uint64_t written() const { return written_; }
  const std::optional<Error>& failure() const { return failure_; }

  // What was written, to be read. To be called once.
  virtual Result<std::unique_ptr<ByteSource>> Open() = 0;

 private:
  virtual Result<void> Keep(uint64_t offset, std::span<const std::byte> bytes) = 0;

  uint64_t limit_;
  uint64_t written_ = 0;
  std::optional<Error> failure_;
};

class MemorySpool final : public Spool {
 public:
  MemorySpool() : Spool(kMaxDecodedInMemory) {}
  Result<std::unique_ptr<ByteSource>> Open() override {
    class Owned final : public ByteSource {
     public:
      explicit Owned(std::vector<std::byte> bytes) : bytes_(std::move(bytes)), source_(bytes_) {}
      Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
        return source_.ReadAt(offset, out);
      }
      std::optional<uint64_t> Size() const override { return source_.Size(); }

     private:
      const std::vector<std::byte> bytes_;
      MemorySource source_;
    };
    return std::make_unique<Owned>(std::move(bytes_));
  }

 private:
  Result<void> Keep(uint64_t, std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }

  std::vector<std::byte> bytes_;
};

class FileSpool final : public Spool {
 public:
  FileSpool(UniqueFd file, uint64_t limit) : Spool(limit), file_(std::move(file)) {}
  Result<std::unique_ptr<ByteSource>> Open() override {
    // Zeros at the end were not written.
    if (::ftruncate(file_.get(), static_cast<off_t>(written())) != 0) {
      return FailIo("cannot end the temporary file", errno);
    }
    return VMCOREDD_TRY(FileSource::FromFd(std::move(file_), "the temporary file"));
  }

 private:
  Result<void> Keep(uint64_t offset, std::span<const std::byte> bytes) override {
    return VisitBlockRuns(offset, bytes,
                          [this](uint64_t at, auto run, bool is_zero) -> Result<void> {
                            if (is_zero) return {};
                            auto written = PwriteAll(file_.get(), run, at);
                            if (!written)
                              return FailWith(std::move(written).error(), "the temporary file");
                            return {};
                          });
  }

  UniqueFd file_;
};

class DecodedDump final : public DumpSource {
 public:
  DecodedDump(std::unique_ptr<ByteSource> bytes, const Result<ExtractResult>& result)
      : bytes_(std::move(bytes)) {
    if (result) {
      hash_matches_ = result->hash_matches;
    } else {
      damage_ = result.error();
    }
  }
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override {
    return bytes_->ReadAt(offset, out);
  }
  std::optional<uint64_t> Size() const override { return bytes_->Size(); }
  const std::optional<Error>& damage() const override { return damage_; }
  std::optional<bool> hash_matches() const override { return hash_matches_; }

 private:
  std::unique_ptr<ByteSource> bytes_;
  std::optional<Error> damage_;
  std::optional<bool> hash_matches_;
};

Result<std::unique_ptr<DumpSource>> Decode(VmcoreReader& reader,
                                           const DeviceDump& dump,
                                           const DumpSourceOptions& options) {
  std::unique_ptr<Spool> spool;
  if (dump.manifest->length <= kMaxDecodedInMemory) {
    spool = std::make_unique<MemorySpool>();
  } else {
    spool = std::make_unique<FileSpool>(VMCOREDD_TRY(OpenTemporaryFile(options.spool_folder)),
                                        options.max_spool);
  }
  const auto result = ExtractDump(reader, dump, PayloadForm::kExact, *spool, options.progress);
  if (spool->failure()) return tl::unexpected(*spool->failure());
  return std::make_unique<DecodedDump>(VMCOREDD_TRY(spool->Open()), result);
}

}  // namespace

Result<std::unique_ptr<DumpSource>> OpenDump(VmcoreReader& reader,
                                             const DeviceDump& dump,
                                             const DumpSourceOptions& options) {
  if (!dump.manifest) return std::make_unique<SlicedDump>(reader, dump);
  const ManifestDump& manifest = *dump.manifest;
  if (manifest.codec == Codec::kUnknown) {
    return Fail(ErrorCode::kUnsupported,
                "the manifest names a codec that this version does not know");
  }
  if (!manifest.parts.empty() && manifest.parts.size() != dump.notes.size()) {
    return Fail(ErrorCode::kInvalidArgument, "the manifest's parts are not this dump's notes");
  }
  if (manifest.codec == Codec::kZstd) return Decode(reader, dump, options);
  return std::make_unique<SlicedDump>(reader, dump);
}

}  // namespace vmcoredd
