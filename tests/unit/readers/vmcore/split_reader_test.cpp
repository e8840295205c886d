// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/split_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "readers/vmcore/device_dump_table.h"
#include "tests/unit/readers/vmcore/support.h"

namespace vmcoredd {
namespace {

using testing::Bytes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::KdumpFile;
using testing::NoteWriter;

KdumpFile Piece(uint64_t start_pfn, uint64_t end_pfn) {
  KdumpFile file;
  file.notes = NoteWriter().Dump("drv_0", "state").Cpu().bytes();
  file.max_mapnr = 64;
  file.pages = 48;
  file.split = true;
  file.start_pfn = start_pfn;
  file.end_pfn = end_pfn;
  return file;
}

class SplitReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("vmcoredd-split-test-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const Bytes& bytes) {
    const std::string path = folder_ / name;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    return path;
  }

  std::filesystem::path folder_;
};

TEST_F(SplitReaderTest, IsOneVmcoreInPageFrameOrder) {
  const auto high = Write("high", Piece(40, 64).Build());
  const auto low = Write("low", Piece(0, 16).Build());
  const auto middle = Write("middle", Piece(16, 40).Build());
  auto opened = OpenVmcores({high, low, middle}, {});
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_THAT(opened[0].files, ElementsAre(high, low, middle));
  ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
  VmcoreReader& reader = **opened[0].reader;
  EXPECT_EQ(reader.info().pieces, 3u);
  EXPECT_EQ(reader.info().complete, true);
  EXPECT_THAT(testing::Texts(reader.info().diagnostics), IsEmpty());
  EXPECT_EQ(ReadDeviceDumps(reader).dumps.size(), 1u);
  EXPECT_THAT(testing::Problems(reader), IsEmpty());
}

TEST_F(SplitReaderTest, SaysWhichPagesAreMissing) {
  const auto piece = Write("a", Piece(16, 40).Build());
  auto opened = OpenVmcores({piece}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader);
  VmcoreReader& reader = **opened[0].reader;
  EXPECT_EQ(reader.info().complete, false);
  EXPECT_THAT(testing::Texts(reader.info().diagnostics),
              ElementsAre("a piece of the split set is missing: page frames 0 to 15",
                          "a piece of the split set is missing: page frames 40 to 63"));
  EXPECT_EQ(ReadDeviceDumps(reader).dumps.size(), 1u);
  EXPECT_EQ(testing::Problems(reader).size(), 2u);
}

TEST_F(SplitReaderTest, KeepsSetsAndOtherVmcoresApart) {
  KdumpFile other = Piece(0, 32);
  other.release = "6.1.0-other";
  KdumpFile whole = Piece(0, 0);
  whole.split = false;
  const auto a1 = Write("a1", Piece(0, 32).Build());
  const auto b1 = Write("b1", other.Build());
  const auto w = Write("w", whole.Build());
  other.start_pfn = 32;
  other.end_pfn = 64;
  const auto b2 = Write("b2", other.Build());
  const auto a2 = Write("a2", Piece(32, 64).Build());
  auto opened = OpenVmcores({a1, b1, w, b2, folder_ / "none", a2}, {});
  ASSERT_EQ(opened.size(), 4u);
  EXPECT_THAT(opened[0].files, ElementsAre(a1, a2));
  EXPECT_THAT(opened[1].files, ElementsAre(b1, b2));
  EXPECT_THAT(opened[2].files, ElementsAre(w));
  ASSERT_FALSE(opened[3].reader);
  EXPECT_EQ(opened[3].reader.error().code(), ErrorCode::kIo);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(opened[i].reader);
    EXPECT_EQ((*opened[i].reader)->info().complete, true) << i;
  }
  EXPECT_EQ((*opened[1].reader)->info().release, "6.1.0-other");
}

TEST_F(SplitReaderTest, TakesTheSamePieceTwiceForTwoSets) {
  const auto a = Write("a", Piece(0, 32).Build());
  const auto b = Write("b", Piece(32, 64).Build());
  const auto opened = OpenVmcores({a, a, b}, {});
  ASSERT_EQ(opened.size(), 2u);
  EXPECT_THAT(opened[0].files, ElementsAre(a, b));
  EXPECT_THAT(opened[1].files, ElementsAre(a));
}

// makedumpfile gives the pieces of a small machine empty ranges.
TEST_F(SplitReaderTest, TakesSeveralEmptyPieces) {
  const auto a = Write("a", Piece(0, 64).Build());
  const auto b = Write("b", Piece(64, 64).Build());
  const auto c = Write("c", Piece(64, 64).Build());
  const auto opened = OpenVmcores({a, b, c}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader);
  EXPECT_EQ((*opened[0].reader)->info().complete, true);
}

TEST_F(SplitReaderTest, ReportsPagesThatAreInTwoPieces) {
  const auto a = Write("a", Piece(0, 40).Build());
  const auto b = Write("b\n", Piece(32, 64).Build());
  auto opened = OpenVmcores({a, b}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader);
  EXPECT_THAT(testing::Texts((*opened[0].reader)->info().diagnostics),
              ElementsAre(HasSubstr("b\\x0a: page frames 32 to 39 are in another piece")));
}

TEST_F(SplitReaderTest, ReportsNotesThatDiffer) {
  KdumpFile second = Piece(32, 64);
  second.notes = NoteWriter().Dump("drv_1", "state").Cpu().bytes();
  const auto a = Write("a", Piece(0, 32).Build());
  const auto b = Write("b", second.Build());
  auto opened = OpenVmcores({a, b}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader);
  EXPECT_THAT(testing::Texts((*opened[0].reader)->info().diagnostics),
              ElementsAre(HasSubstr("notes differ")));
  EXPECT_EQ(ReadDeviceDumps(**opened[0].reader).dumps[0].name(), "drv_0");
  EXPECT_THAT(testing::Problems(**opened[0].reader), ElementsAre(HasSubstr("notes differ")));
}

// Where the notes of one piece are cut off, another still has them.
TEST_F(SplitReaderTest, ReadsNotesFromAPieceThatHasThemAll) {
  Bytes cut = Piece(0, 32).Build();
  cut.resize(4096 + 500);
  const auto a = Write("a", cut);
  const auto b = Write("b", Piece(32, 64).Build());
  auto opened = OpenVmcores({a, b}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader);
  VmcoreReader& reader = **opened[0].reader;
  EXPECT_EQ(reader.info().complete, false);
  EXPECT_THAT(testing::Texts(reader.info().diagnostics), Each(HasSubstr(a + ": ")));
  const DeviceDumpTable table = ReadDeviceDumps(reader);
  ASSERT_EQ(table.dumps.size(), 1u);
  EXPECT_FALSE(table.dumps[0].truncated());
}

}  // namespace
}  // namespace vmcoredd
