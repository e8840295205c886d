// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_NEW_ARCHIVE_H_
#define READERS_CLI_NEW_ARCHIVE_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "readers/cli/new_file.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd::cli {

// The archive that a command writes: an ArchiveWriter, its partial file while it is
// written, and how many dumps it has got. Bytes of the open dump are written to it as
// to any stream.
class NewArchive final : public OutputStream {
 public:
  static Result<std::unique_ptr<NewArchive>> Create(const std::string& path,
                                                    bool force,
                                                    bool compress) {
    const DeferInterrupts defer;  // as for a NewFile
    ArchiveOptions options;
    options.path = path;
    options.existing = ExistingFor(force);
    auto writer = VMCOREDD_TRY(ArchiveWriter::Create(options));
    return std::unique_ptr<NewArchive>(
        new NewArchive(std::move(writer), compress ? Codec::kZstd : Codec::kNone, path));
  }

  Result<void> BeginDump(const std::string& name) { return writer_.BeginDump(name, codec_); }
  Result<void> Write(std::span<const std::byte> bytes) override { return writer_.Write(bytes); }
  Result<void> EndDump(ManifestDump facts) {
    ++count_;
    return writer_.EndDump(std::move(facts));
  }
  Result<void> DropDump() { return writer_.DropDump(); }

  size_t count() const { return count_; }
  // An archive of nothing is not written. `verb`: "nothing to VERB".
  Result<void> Commit(const ManifestFragment& fragment, const std::string& verb) {
    if (count_ == 0) {
      return Fail(ErrorCode::kNotFound, "nothing to " + verb + ": not written");
    }
    return writer_.Finish(fragment);
  }

 private:
  NewArchive(ArchiveWriter writer, Codec codec, const std::string& path)
      : guard_(path), writer_(std::move(writer)), codec_(codec) {}

  PartialFileGuard guard_;  // goes after the file
  ArchiveWriter writer_;
  Codec codec_;
  size_t count_ = 0;
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_NEW_ARCHIVE_H_
