// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "tests/unit/vmcoredd/writer/attach/attach_support.h"
#include "vmcoredd/format/flattened.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;
using testing::Bytes;

const std::string kNotes = "dump name=old_1 size=5000\nvmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096\n";
const std::string kKdump = "kdump\n" + kNotes + "pages exist=0-63 dumped=2-40\n";
const std::string kElf = "elf\n" + kNotes + "load paddr=0x1000 size=20K data=random:1\n";

class AttachFailureTest : public testing::AttachTest {
 protected:
  enum ChildExit { kDone = 0, kCannotMount = 77, kFailed = 1 };

  // Runs `test` in a process of its own with a small tmpfs over "disk". It says
  // in words what went wrong, or nothing.
  void OnSmallDisk(const std::string& options, const std::function<std::string()>& test) {
    disk_ = folder_ + "/disk";
    fs::create_directory(disk_);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (::unshare(CLONE_NEWNS) != 0 ||
          ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("none", disk_.c_str(), "tmpfs", 0, options.c_str()) != 0) {
        ::_exit(kCannotMount);
      }
      const std::string problem = test();
      if (!problem.empty()) (void)!::write(STDERR_FILENO, problem.data(), problem.size());
      ::_exit(problem.empty() ? kDone : kFailed);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kCannotMount) GTEST_SKIP() << "mounting a tmpfs takes root";
    EXPECT_EQ(WEXITSTATUS(status), kDone);
  }

  std::string disk_;
};

TEST_F(AttachFailureTest, FullDiskLeavesTheFileAsItWas) {
  set_.Add("large", testing::SamplePayload("large", 1 << 20));
  for (const std::string& text : {kKdump, kKdump + "flatten\n", kElf, kElf + "flatten\n"}) {
    SCOPED_TRACE(text);
    const std::string made = Make(text);
    OnSmallDisk("size=1m", [&]() -> std::string {
      const std::string path = disk_ + "/vmcore";
      fs::copy_file(made, path);
      const Bytes before = testing::ReadFile(path);
      const auto attached = Attach(path);
      if (attached) return "attached on a full disk";
      if (attached.error().os_error() != ENOSPC) return attached.error().ToString();
      if (testing::ReadFile(path) != before) return "the file changed";
      if (std::distance(fs::directory_iterator(disk_), {}) != 1) return "something was left over";
      // The space is free again.
      set_.dumps().pop_back();
      if (const auto again = Attach(path); !again) return again.error().ToString();
      if (const auto detached = Detach(path); !detached) return detached.error().ToString();
      return testing::ReadFile(path) == before ? "" : "detach did not restore the file";
    });
    fs::remove_all(disk_);
  }
}

TEST_F(AttachFailureTest, FullDiskCostsAnArchiveOneDumpOnly) {
  OnSmallDisk("size=1m", [&]() -> std::string {
    ArchiveOptions options;
    options.path = disk_ + "/a.vmcoredd";
    auto archive = ArchiveWriter::Create(options);
    if (!archive) return archive.error().ToString();
    const auto add = [&](const std::string& name, size_t size) -> Result<void> {
      VMCOREDD_TRY(archive->BeginDump(name));
      auto written = archive->Write(testing::SamplePayload(name, size));
      if (!written) {
        VMCOREDD_TRY(archive->DropDump());
        return written;
      }
      return archive->EndDump({});
    };
    if (!add("small", 1000)) return "no place for a small dump";
    const auto large = add("large", 2 << 20);
    if (large || large.error().os_error() != ENOSPC) return "a large dump fitted";
    if (!add("last", 1000)) return "the space of the large dump was not given back";
    if (const auto done = archive->Finish({}); !done) return done.error().ToString();
    const Bytes bytes = testing::ReadFile(options.path);
    MemorySource source(bytes);
    const auto dumps = testing::DumpsOf(
        testing::ReadNotes(source, {4096, bytes.size() - 4096}, std::endian::native));
    return dumps.size() == 2 && dumps[1].name == "last" ? "" : "not the dumps that were written";
  });
}

TEST_F(AttachFailureTest, DumpThatCannotBeReadLeavesTheFileAsItWas) {
  set_.AddSource("bad", std::make_unique<testing::FailingSource>(1 << 20, 700000));
  for (const std::string& text : {kKdump, kKdump + "flatten\n", kElf, kElf + "flatten\n"}) {
    SCOPED_TRACE(text);
    const std::string path = Make(text);
    const Bytes before = testing::ReadFile(path);
    const auto attached = Attach(path);
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().os_error(), EIO);
    EXPECT_TRUE(testing::ReadFile(path) == before);
    EXPECT_FALSE(fs::exists(path + ".partial"));
  }
}

TEST_F(AttachFailureTest, TornEndMarkerLeavesTheOldVmcoreReadable) {
  // FORMAT.md 9: the 16 bytes that decide may cross a sector.
  const std::string path = Make(kKdump + "flatten\n");
  const Bytes before = testing::ReadFile(path);
  const auto old_view = testing::View(path);
  ASSERT_TRUE(Attach(path));
  const Bytes after = testing::ReadFile(path);
  const size_t marker = before.size() - kFlattenedRecordHeaderBytes;
  for (size_t torn = 1; torn < kFlattenedRecordHeaderBytes; ++torn) {
    for (const bool head_is_new : {false, true}) {
      Bytes bytes = after;
      const size_t from = head_is_new ? torn : 0;
      const size_t until = head_is_new ? kFlattenedRecordHeaderBytes : torn;
      std::fill(&bytes[marker + from], &bytes[marker + until], std::byte{0xff});
      if (bytes == after) continue;  // the new bytes are 0xff as well
      MemorySource source(bytes);
      const auto logical = FlattenedSource::Open(source, FlattenedSource::Extent::kAll);
      ASSERT_TRUE(logical);
      EXPECT_TRUE((*logical)->state().damage);
      const auto header = ReadKdumpHeader(**logical);
      ASSERT_TRUE(header);
      EXPECT_EQ(header->notes, old_view.kdump.notes);
      Bytes old_bytes(old_view.logical.size());
      ASSERT_TRUE(ReadExactAt(**logical, 0, old_bytes, "all"));
      EXPECT_TRUE(old_bytes == old_view.logical) << torn;

      testing::WriteFile(path, bytes);
      const auto attached = Attach(path);
      ASSERT_FALSE(attached);
      EXPECT_EQ(attached.error().code(), ErrorCode::kRefused);
      EXPECT_TRUE(testing::ReadFile(path) == bytes);
    }
  }
}

TEST_F(AttachFailureTest, LeftOverOfAKilledAttachIsHarmless) {
  // Killed before the 32 bytes: notes behind the end that nothing points to.
  const std::string path = Make(kKdump);
  Bytes bytes = testing::ReadFile(path);
  bytes.insert(bytes.end(), 100000, std::byte{0x5a});
  testing::WriteFile(path, bytes);
  ASSERT_TRUE(Attach(path));
  EXPECT_EQ(testing::View(path).dumps.size(), 3u);
  ASSERT_TRUE(Detach(path));
  EXPECT_TRUE(testing::ReadFile(path) == bytes);
}

}  // namespace
}  // namespace vmcoredd
