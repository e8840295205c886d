// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/vmcoredd/writer/support.h"
#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/writer/archive_writer.h"

namespace vmcoredd {
namespace {

using testing::AsBytes;
using testing::AsText;
using testing::Bytes;

class CollectIntoTest : public testing::TempFolderTest {
 protected:
  void SetUp() override {
    TempFolderTest::SetUp();
    path_ = folder_ + "/a.vmcoredd";
    ArchiveOptions options;
    options.path = path_;
    auto archive = ArchiveWriter::Create(options);
    ASSERT_TRUE(archive);
    archive_.emplace(*std::move(archive));
  }

  static DumpRegistration Stream(std::variant<uint64_t, SizeCallback> size,
                                 StreamCallback callback) {
    return {"dump", std::move(size), std::move(callback), "test", "bytes", {{"bus", "pci"}}};
  }
  static DumpRegistration Fill(uint64_t size, FillCallback callback) {
    return {"dump", size, std::move(callback), "test", {}, {}};
  }
  Result<void> Collect(const DumpRegistration& registration, uint64_t quota = 1 << 20) {
    return CollectInto(*archive_, registration, quota, Codec::kNone);
  }
  // What the archive holds of the one dump that was collected.
  ManifestDump Finish() {
    EXPECT_TRUE(archive_->Finish({}));
    const Bytes file = testing::ReadFile(path_);
    MemorySource source(file);
    const auto notes = testing::ReadNotes(source, {4096, file.size() - 4096}, std::endian::native);
    const auto fragments = testing::FragmentsOf(notes);
    const auto dumps = testing::DumpsOf(notes);
    EXPECT_EQ(fragments.size(), 1u);
    EXPECT_EQ(dumps.size(), fragments[0].dumps.size());
    if (dumps.empty()) return {};
    payload_ = testing::Slice(dumps[0].payload, {0, fragments[0].dumps[0].length});
    EXPECT_EQ(HashOf(payload_), fragments[0].dumps[0].hash);
    return fragments[0].dumps[0];
  }

  std::string path_;
  std::optional<ArchiveWriter> archive_;
  Bytes payload_;
};

TEST_F(CollectIntoTest, FillsAZeroedBufferOfTheRegisteredSize) {
  const auto registration =
      Fill(8, [](std::span<std::byte> buffer, DumpContext& context) -> Result<void> {
        EXPECT_EQ(buffer.size(), 8u);
        buffer[1] = std::byte{'x'};
        context.AddPerturbation("AER");
        EXPECT_FALSE(context.WriteHole(1, "no"));
        return {};
      });
  ASSERT_TRUE(Collect(registration));
  const auto dump = Finish();
  EXPECT_EQ(AsText(payload_), std::string("\0x\0\0\0\0\0\0", 8));
  EXPECT_EQ(dump.outcome, Outcome::kOk);
  EXPECT_EQ(dump.source, "test");
  EXPECT_EQ(dump.perturbed, std::vector<std::string>{"AER"});
  EXPECT_TRUE(dump.duration_us);
  EXPECT_FALSE(dump.time.empty());
}

TEST_F(CollectIntoTest, FillMarksHoles) {
  ASSERT_TRUE(Collect(Fill(8, [](std::span<std::byte>, DumpContext& context) -> Result<void> {
    context.MarkHole({0, 2}, "a");
    context.MarkHole({2, 2}, "a");
    context.MarkHole({6, 100}, "b");
    context.MarkHole({UINT64_MAX, 2}, "c");
    return {};
  })));
  const auto dump = Finish();
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  ASSERT_EQ(dump.holes.size(), 2u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{0, 4}));
  EXPECT_EQ(dump.holes[1].range, (ByteRange{6, 2}));
}

TEST_F(CollectIntoTest, StreamsUnknownLength) {
  const auto no_size = SizeCallback([](uint64_t quota) -> std::optional<uint64_t> {
    EXPECT_EQ(quota, 100u);
    return std::nullopt;
  });
  ASSERT_TRUE(Collect(Stream(no_size,
                             [](OutputStream& out, DumpContext& context) -> Result<void> {
                               VMCOREDD_TRY(out.Write(AsBytes("abc")));
                               VMCOREDD_TRY(context.WriteHole(2, "bus error"));
                               return out.Write(AsBytes("de"));
                             }),
                      100));
  const auto dump = Finish();
  EXPECT_EQ(AsText(payload_), std::string("abc\0\0de", 7));
  EXPECT_EQ(dump.length, 7u);
  ASSERT_EQ(dump.holes.size(), 1u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{3, 2}));
  EXPECT_EQ(dump.holes[0].reason, "bus error");
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  EXPECT_EQ(dump.content, "bytes");
  EXPECT_EQ(dump.device, (Properties{{"bus", "pci"}}));
}

TEST_F(CollectIntoTest, CutsAnEndlessStreamAtTheQuota) {
  const auto no_size = SizeCallback([](uint64_t) { return std::nullopt; });
  ASSERT_TRUE(Collect(Stream(no_size,
                             [](OutputStream& out, DumpContext&) -> Result<void> {
                               for (;;) VMCOREDD_TRY(out.Write(AsBytes("abcdefg")));
                             }),
                      100));
  const auto dump = Finish();
  EXPECT_EQ(dump.length, 100u);
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  EXPECT_EQ(dump.warnings.size(), 1u);
}

TEST_F(CollectIntoTest, HoleAtTheQuotaIsNoLongerThanTheDump) {
  const auto no_size = SizeCallback([](uint64_t) { return std::nullopt; });
  ASSERT_TRUE(Collect(Stream(no_size,
                             [](OutputStream& out, DumpContext& context) -> Result<void> {
                               VMCOREDD_TRY(out.Write(AsBytes("ab")));
                               return context.WriteHole(UINT64_MAX, "gone");
                             }),
                      10));
  const auto dump = Finish();
  EXPECT_EQ(dump.length, 10u);
  ASSERT_EQ(dump.holes.size(), 1u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{2, 8}));
}

TEST_F(CollectIntoTest, PadsWhatIsShortAndSaysSo) {
  ASSERT_TRUE(Collect(Stream(uint64_t{8}, [](OutputStream& out, DumpContext&) -> Result<void> {
    return out.Write(AsBytes("abc"));
  })));
  const auto dump = Finish();
  EXPECT_EQ(AsText(payload_), std::string("abc\0\0\0\0\0", 8));
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  ASSERT_EQ(dump.holes.size(), 1u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{3, 5}));
  EXPECT_EQ(dump.warnings, std::vector<std::string>{"the dump has 3 of 8 bytes"});
}

TEST_F(CollectIntoTest, CutsWhatIsLongAndSaysSo) {
  ASSERT_TRUE(Collect(Stream(uint64_t{4}, [](OutputStream& out, DumpContext&) -> Result<void> {
    EXPECT_FALSE(out.Write(AsBytes("abcdef")));
    EXPECT_FALSE(out.Write(AsBytes("ghi")));
    return {};
  })));
  const auto dump = Finish();
  EXPECT_EQ(AsText(payload_), "abcd");
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  EXPECT_EQ(dump.warnings.size(), 1u);
}

TEST_F(CollectIntoTest, KeepsWhatACallbackGaveBeforeItFailed) {
  ASSERT_TRUE(Collect(Stream(uint64_t{6}, [](OutputStream& out, DumpContext&) -> Result<void> {
    VMCOREDD_TRY(out.Write(AsBytes("abc")));
    return Fail(ErrorCode::kPluginFailed, "the mailbox is stuck");
  })));
  const auto dump = Finish();
  EXPECT_EQ(AsText(payload_), std::string("abc\0\0\0", 6));
  EXPECT_EQ(dump.outcome, Outcome::kPartial);
  EXPECT_EQ(dump.warnings, std::vector<std::string>{"collecting stopped: the mailbox is stuck"});
}

TEST_F(CollectIntoTest, DropsADumpWhoseCallbackFailsAtOnce) {
  const auto stream = Collect(Stream(uint64_t{6}, [](OutputStream&, DumpContext&) -> Result<void> {
    return Fail(ErrorCode::kPluginFailed, "no answer");
  }));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code(), ErrorCode::kPluginFailed);
  const auto fill = Collect(Fill(6, [](std::span<std::byte> buffer, DumpContext&) -> Result<void> {
    buffer[0] = std::byte{1};
    return Fail(ErrorCode::kPluginFailed, "no answer");
  }));
  EXPECT_FALSE(fill);
  EXPECT_EQ(Finish().name, "");  // nothing in the archive
}

TEST_F(CollectIntoTest, AsksTheSizeWithTheQuota) {
  const auto half = SizeCallback([](uint64_t quota) { return quota / 2; });
  ASSERT_TRUE(Collect(Stream(half,
                             [](OutputStream& out, DumpContext&) -> Result<void> {
                               return out.Write(AsBytes("abcd"));
                             }),
                      8));
  EXPECT_EQ(Finish().outcome, Outcome::kOk);
}

TEST_F(CollectIntoTest, RefusesSizesAboveTheQuotaBeforeCalling) {
  const StreamCallback never = [](OutputStream&, DumpContext&) -> Result<void> {
    ADD_FAILURE();
    return {};
  };
  const auto code = [&](std::variant<uint64_t, SizeCallback> size) {
    const auto result = Collect(Stream(std::move(size), never), 10);
    return result ? ErrorCode::kIo : result.error().code();
  };
  EXPECT_EQ(code(uint64_t{11}), ErrorCode::kLimitExceeded);
  EXPECT_EQ(code(SizeCallback([](uint64_t quota) { return quota + 1; })),
            ErrorCode::kLimitExceeded);
  EXPECT_EQ(code(SizeCallback([](uint64_t) { return uint64_t{0}; })), ErrorCode::kLimitExceeded);
  const auto large = Collect(Fill(kMaxFillBytes + 1, nullptr), UINT64_MAX);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), ErrorCode::kLimitExceeded);
  EXPECT_EQ(Finish().name, "");
}

TEST_F(CollectIntoTest, BoundsWhatACallbackSays) {
  ASSERT_TRUE(Collect(Stream(uint64_t{1 << 19}, [](OutputStream& out, DumpContext& context) {
    for (int i = 0; i < (1 << 18); ++i) {
      context.AddWarning(std::string(2000, 'w'));
      if (auto done = out.Write(AsBytes("a")); !done) return done;
      if (auto done = context.WriteHole(1, std::to_string(i)); !done) return done;
    }
    return Result<void>();
  })));
  const auto dump = Finish();
  EXPECT_EQ(dump.warnings.size(), 1025u);
  EXPECT_EQ(dump.warnings[0].size(), 1024u);
  ASSERT_EQ(dump.holes.size(), 1025u);
  EXPECT_EQ(dump.holes.back().range.End(), dump.length);
}

}  // namespace
}  // namespace vmcoredd
