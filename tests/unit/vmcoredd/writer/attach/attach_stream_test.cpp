// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "tests/unit/vmcoredd/writer/attach/attach_support.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::HasSubstr;
using testing::View;

const std::string kKdump =
    "kdump\ndump name=old_1 size=5000\nvmcoreinfo OSRELEASE=6.1.0 PAGESIZE=4096\n"
    "pages exist=0-63 dumped=2-40\n";

class AttachStreamTest : public testing::AttachTest {
 protected:
  // Sends `input` through a pair of pipes, and what comes out to "out".
  Result<AttachResult> Stream(const Bytes& input) {
    int in[2], out[2];
    EXPECT_EQ(::pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(out, O_CLOEXEC), 0);
    UniqueFd in_read(in[0]), in_write(in[1]), out_read(out[0]), out_write(out[1]);
    std::thread feeder([&] {
      FdStream stream(in_write.get());
      EXPECT_TRUE(stream.Write(input));
      in_write.reset();
    });
    Bytes output;
    std::thread drain([&] {
      Bytes buffer(64 * 1024);
      for (ssize_t got; (got = ::read(out_read.get(), buffer.data(), buffer.size())) > 0;) {
        output.insert(output.end(), buffer.begin(), buffer.begin() + got);
      }
    });
    auto result =
        AttachToFlattenedStream(in_read.get(), out_write.get(), set_.dumps(), fragment_, options_);
    out_write.reset();
    drain.join();
    feeder.join();
    testing::WriteFile(folder_ + "/out", output);
    return result;
  }
  Bytes Output() const { return testing::ReadFile(folder_ + "/out"); }
  // The stream cannot take notes and comes out as it came in.
  void ExpectPassedOn(const Bytes& input, ErrorCode code, const char* reason) {
    const auto result = Stream(input);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code) << result.error().ToString();
    EXPECT_THAT(result.error().ToString(), HasSubstr(reason));
    EXPECT_TRUE(Output() == input);
  }
};

TEST_F(AttachStreamTest, YieldsTheSameFileAsAttachToAFile) {
  for (const char* order : {"makedumpfile", "qemu", "file", "shuffle:3", "reverse"}) {
    SCOPED_TRACE(order);
    const std::string path = Make(kKdump + "flatten order=" + order + "\n");
    const Bytes input = testing::ReadFile(path);
    const auto result = Stream(input);
    ASSERT_TRUE(result) << result.error().ToString();
    EXPECT_EQ(result->kind, "flattened");
    EXPECT_EQ(result->dumps, 2u);
    ASSERT_TRUE(Attach(path));
    EXPECT_TRUE(Output() == testing::ReadFile(path));
    ASSERT_TRUE(Detach(folder_ + "/out"));
    EXPECT_TRUE(Output() == input);
  }
}

TEST_F(AttachStreamTest, YieldsTheSameFileForARealVmcore) {
  const std::string path = CopySample("vmcore.kdump-flat");
  if (path.empty()) GTEST_SKIP() << testing::kNoSamples;
  const auto result = Stream(testing::ReadFile(path));
  ASSERT_TRUE(result) << result.error().ToString();
  ASSERT_TRUE(Attach(path));
  EXPECT_TRUE(Output() == testing::ReadFile(path));
}

TEST_F(AttachStreamTest, PassesOnWhatCannotTakeNotes) {
  const Bytes flat = testing::ReadFile(Make(kKdump + "flatten\n"));
  const auto made = [&](const std::string& text) { return testing::ReadFile(Make(text)); };
  ExpectPassedOn({}, ErrorCode::kNotRecognised, "not a flattened");
  ExpectPassedOn(Bytes(10), ErrorCode::kNotRecognised, "not a flattened");
  ExpectPassedOn(made(kKdump), ErrorCode::kNotRecognised, "not a flattened");
  // The header first, last behind many records, or in one record with all the rest.
  for (const char* flatten : {"chunk=64 order=makedumpfile", "chunk=64 order=reverse", ""}) {
    ExpectPassedOn(
        made("elf\nvmcoreinfo A=1\nload paddr=0 size=8K\nflatten " + std::string(flatten) + "\n"),
        ErrorCode::kRefused, "is a flattened ELF");
  }
  ExpectPassedOn(made("bytes\nraw text:hello\nflatten\n"), ErrorCode::kRefused,
                 "not a flattened kdump-compressed");
  ExpectPassedOn(made("kdump status=9\n" + kKdump.substr(6) + "flatten\n"), ErrorCode::kRefused,
                 "incomplete");
  ExpectPassedOn(made("kdump layout=32-packed\n" + kKdump.substr(6) + "flatten\n"),
                 ErrorCode::kRefused, "32-bit");
  for (const size_t cut : {size_t{20}, size_t{1}, size_t{100}, flat.size() - 4000}) {
    ExpectPassedOn(Bytes(flat.begin(), flat.end() - static_cast<ptrdiff_t>(cut)),
                   ErrorCode::kTruncated, "stream");
  }
  Bytes longer = flat;
  longer.insert(longer.end(), 300000, std::byte{1});
  ExpectPassedOn(longer, ErrorCode::kCorrupt, "bytes follow");
  ExpectPassedOn(made(kKdump + "flatten\npoke record1+8 be64:0xfffffffffffffff0\n"),
                 ErrorCode::kCorrupt, "impossible");
}

TEST_F(AttachStreamTest, PassesOnWhatHasNotesAttachedAlready) {
  const std::string path = Make(kKdump + "flatten\n");
  ASSERT_TRUE(Attach(path));
  ExpectPassedOn(testing::ReadFile(path), ErrorCode::kRefused, "attached already");
}

TEST_F(AttachStreamTest, PassesOnWithoutAPlaceForATemporaryFile) {
  options_.spool_folder = folder_ + "/missing";
  ExpectPassedOn(testing::ReadFile(Make(kKdump + "flatten\n")), ErrorCode::kIo, "temporary file");
}

TEST_F(AttachStreamTest, KeepsTheVmcoreWhenADumpCannotBeRead) {
  const std::string path = Make(kKdump + "flatten\n");
  const auto before = View(path);
  set_.AddSource("bad", std::make_unique<testing::FailingSource>(1 << 20, 300000));
  const auto result = Stream(testing::ReadFile(path));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().os_error(), EIO);
  const auto after = View(folder_ + "/out");
  EXPECT_EQ(after.segment, before.segment);
  EXPECT_EQ(after.notes.size(), before.notes.size());
  EXPECT_TRUE(std::equal(before.logical.begin(), before.logical.end(), after.logical.begin()));
}

TEST_F(AttachStreamTest, ReportsProgressUpToTheEnd) {
  uint64_t last = 0;
  options_.progress = [&](uint64_t done) {
    EXPECT_GE(done, last);
    last = done;
  };
  const Bytes input = testing::ReadFile(Make(kKdump + "flatten\n"));
  const auto result = Stream(input);
  ASSERT_TRUE(result);
  EXPECT_EQ(last, input.size() - 16 + result->bytes_written);
}

}  // namespace
}  // namespace vmcoredd
