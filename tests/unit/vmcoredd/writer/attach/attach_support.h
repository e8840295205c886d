// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_VMCOREDD_WRITER_ATTACH_ATTACH_SUPPORT_H_
#define TESTS_UNIT_VMCOREDD_WRITER_ATTACH_ATTACH_SUPPORT_H_

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/vmcoredd/writer/support.h"
#include "vmcoredd/format/kdump_header.h"
#include "vmcoredd/writer/attach/attach.h"

namespace vmcoredd::testing {

// The notes of a vmcore, read without anything from the attach code.
struct VmcoreView {
  std::vector<ReadNote> notes;
  std::vector<ReadDump> dumps;
  std::vector<ManifestFragment> fragments;
  ByteRange segment;
  Bytes logical;  // the whole file, unflattened
  KdumpHeader kdump;
};
VmcoreView View(const std::string& path);

// Payloads in memory as the sources of an attach.
class DumpSet {
 public:
  void Add(const std::string& name, Bytes payload, Codec codec = Codec::kNone);
  // In parts of `part_size` bytes.
  void AddInParts(const std::string& name, Bytes payload, uint64_t part_size);
  void AddSource(const std::string& name, std::unique_ptr<ByteSource> source);
  std::vector<DumpToAttach>& dumps() { return dumps_; }

 private:
  std::list<Bytes> payloads_;
  std::list<std::unique_ptr<ByteSource>> sources_;
  std::vector<DumpToAttach> dumps_;
};

// A source that fails, as a disk does, from an offset on.
class FailingSource final : public ByteSource {
 public:
  FailingSource(uint64_t size, uint64_t good) : size_(size), good_(good) {}
  Result<size_t> ReadAt(uint64_t offset, std::span<std::byte> out) override;
  std::optional<uint64_t> Size() const override { return size_; }

 private:
  uint64_t size_;
  uint64_t good_;
};

class AttachTest : public TempFolderTest {
 protected:
  void SetUp() override;
  // A vmcore made by tests/support/mkvmcore of this text.
  std::string Make(const std::string& text, const std::string& name = "vmcore");
  // A copy of a real one: a sample, unpacked if its name ends in .zst, or any path
  // that begins with a slash. Empty when there are no samples.
  std::string CopySample(const std::string& file);

  Result<AttachResult> Attach(const std::string& path);
  Result<AttachResult> Detach(const std::string& path);

  DumpSet set_;  // two dumps, one of them compressed
  ManifestFragment fragment_;
  AttachOptions options_;
};

}  // namespace vmcoredd::testing

#endif  // TESTS_UNIT_VMCOREDD_WRITER_ATTACH_ATTACH_SUPPORT_H_
