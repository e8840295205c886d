// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SAVE_SPOOL_READER_H_
#define VMCOREDD_COLLECTOR_SAVE_SPOOL_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collector/capture/record_packer.h"
#include "collector/capture/spool_format.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// What a spool is replayed into, in the order of the capture.
class SpoolVisitor {
 public:
  virtual ~SpoolVisitor() = default;
  virtual Result<void> OnDump(const ManifestDump& head) = 0;
  virtual Result<void> OnData(std::span<const std::byte> bytes) = 0;
  // These bytes were not read; they are zero.
  virtual Result<void> OnHole(uint64_t size) = 0;
  // The dump is whole: `facts` is all that is known of it.
  virtual Result<void> OnDumpEnd(ManifestDump facts) = 0;
  // The dump that was begun is damaged and must not be used.
  virtual Result<void> OnDumpLost(const std::string& name, std::string reason) = 0;
};

// Reads the spool of one capture from start to end, in one window of memory.
class SpoolReader {
 public:
  // kNotRecognised when it is no spool, kUnsupported when it is of another version.
  static Result<SpoolReader> Open(const std::string& path);
  static Result<SpoolReader> FromSource(std::unique_ptr<ByteSource> source);

  // Replays every dump; what is said of the capture as a whole is in capture()
  // afterwards: skipped dumps, warnings. A spool whose end is missing or damaged
  // gives what comes before, and a warning. Fails only when the visitor does or the
  // file cannot be read.
  Result<void> Replay(SpoolVisitor& visitor);

  const ManifestFragment& capture() const { return capture_; }

 private:
  explicit SpoolReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  struct Record {
    SpoolRecord type;
    std::span<const std::byte> bytes;  // header and payload
    std::span<const std::byte> payload;
    std::string text() const {
      return {reinterpret_cast<const char*>(payload.data()), payload.size()};
    }
  };
  // The next record, valid until the following call; nothing at the end. kTruncated
  // or kCorrupt when there is no whole record.
  Result<std::optional<Record>> Next();

  Result<void> ReadStart();
  Result<void> OnRecord(const Record& record, SpoolVisitor& visitor);
  Result<void> OnPacked(const Record& record, SpoolVisitor& visitor);
  Result<void> OnDumpRecord(const Record& record, SpoolVisitor& visitor);
  Result<void> OnDumpEnd(const Record& record, SpoolVisitor& visitor);
  Result<void> OnSkip(const Record& record);
  // The lines of a flat payload; nothing, and a warning, when it is damaged.
  Properties LinesOf(const Record& record);
  Result<void> LoseDump(SpoolVisitor& visitor, std::string reason);

  std::unique_ptr<ByteSource> source_;
  uint64_t offset_ = 0;
  std::vector<std::byte> window_;
  RecordUnpacker unpacker_;
  ManifestFragment capture_;
  std::optional<ManifestDump> dump_;  // the one that is being replayed
  uint64_t dump_length_ = 0;
  uint64_t max_dump_bytes_ = 0;  // holes take no room on the spool, but in the archive
  std::optional<PayloadHasher> hasher_;
  bool is_lost_ = false;  // the rest of the current dump is passed over
  bool is_finished_ = false;
};

// Names of the dumps in the spool of `folder` that are there without a fault.
Result<std::vector<std::string>> CompleteDumps(const std::string& folder);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SAVE_SPOOL_READER_H_
