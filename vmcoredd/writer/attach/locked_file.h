// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_ATTACH_LOCKED_FILE_H_
#define VMCOREDD_WRITER_ATTACH_LOCKED_FILE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::attach {

// A vmcore that we are about to change: a regular file, open for writing, locked
// (flock) against another attach for as long as the object lives.
class LockedFile {
 public:
  // Follows symbolic links. kRefused when it is not a regular file, when another
  // process holds the lock, or when the file was replaced while we waited.
  static Result<LockedFile> Open(const std::string& path);

  const std::string& path() const { return path_; }  // without symbolic links
  int fd() const { return source_->fd(); }
  FileSource& source() const { return *source_; }
  uint64_t size() const { return *source_->Size(); }

 private:
  LockedFile(std::string path, std::unique_ptr<FileSource> source)
      : path_(std::move(path)), source_(std::move(source)) {}

  std::string path_;
  std::unique_ptr<FileSource> source_;
};

Result<void> SyncData(int fd);

// The error for when a detach is done and only its last sync failed.
tl::unexpected<Error> FailDetached(const Error& error);

// Cuts off again what was appended to a file, unless Keep() is called.
class AppendGuard {
 public:
  AppendGuard(int fd, uint64_t size) : fd_(fd), size_(size) {}
  AppendGuard(const AppendGuard&) = delete;
  AppendGuard& operator=(const AppendGuard&) = delete;
  ~AppendGuard();
  void Keep() { fd_ = -1; }

 private:
  int fd_;
  uint64_t size_;
};

// Makes `bytes` at `offset` durable as the step that decides: when that fails the
// `old` bytes are put back and the error is returned. `put_back` says
// whether that worked: if not, nothing may be truncated.
Result<void> ReplaceBytes(int fd,
                          uint64_t offset,
                          std::span<const std::byte> bytes,
                          std::span<const std::byte> old,
                          bool& put_back);

// Writes to a file from an offset on. Borrows the descriptor.
class OffsetStream final : public OutputStream {
 public:
  OffsetStream(int fd, uint64_t offset) : fd_(fd), offset_(offset), writeback_(offset) {}
  Result<void> Write(std::span<const std::byte> bytes) override;
  uint64_t offset() const { return offset_; }

 private:
  int fd_;
  uint64_t offset_;
  Writeback writeback_;
};

}  // namespace vmcoredd::attach

#endif  // VMCOREDD_WRITER_ATTACH_LOCKED_FILE_H_
