// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_OUTPUT_FILE_H_
#define VMCOREDD_BASE_OUTPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// A file that appears under its name only when it is complete: written as
// "NAME.partial" (mode 0600, O_EXCL, O_NOFOLLOW), then fsync, rename, fsync of
// the folder. Without Commit() the destructor removes the partial file, so a
// failure leaves nothing, and a kill leaves only "NAME.partial".
class OutputFile final : public OutputStream {
 public:
  enum class Existing { kFail, kReplace };

  // Starts `path`. With kFail an existing `path` is kAlreadyExists, at once and
  // again at Commit(); with kReplace, what is no regular file is (a link, a device). A left-over "PATH.partial" that no process holds locked
  // is removed first.
  static Result<OutputFile> Create(const std::string& path, Existing existing);

  OutputFile(OutputFile&&) = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() override;

  // Appends at the current end.
  Result<void> Write(std::span<const std::byte> bytes) override;
  // Overwrites bytes that were already written (headers whose content is known
  // only at the end). Does not move the end.
  Result<void> WriteAt(uint64_t offset, std::span<const std::byte> bytes);
  // Moves the end: forward leaves a hole that reads as zeros, back truncates.
  Result<void> SetEnd(uint64_t offset);
  // Bytes from the start to the current end.
  uint64_t end() const { return end_; }
  int fd() const { return fd_.get(); }

  // Makes the file durable under its final name. No writes after this. The only
  // error after which the file has its name is that of syncing the folder.
  Result<void> Commit();
  // Commits files together, which is much faster than one by one: all are synced,
  // then all get their names, then each folder is synced once. Returns what
  // Commit() would have returned for each; one that fails does not stop the others.
  static std::vector<Result<void>> CommitAll(std::span<OutputFile* const> files);

 private:
  OutputFile(UniqueFd fd, std::string path, Existing existing);
  Result<void> Rename();

  UniqueFd fd_;
  std::string path_;  // final name; empty after Commit()
  Existing existing_;
  uint64_t end_ = 0;
  Writeback writeback_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_OUTPUT_FILE_H_
