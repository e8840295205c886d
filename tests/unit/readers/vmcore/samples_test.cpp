// SPDX-License-Identifier: LGPL-2.1-or-later
// Real vmcores: one panic, saved by makedumpfile in every format. They are too
// big for the tree; VMCOREDD_SAMPLES names the folder that holds them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/open_vmcore.h"
#include "readers/vmcore/vmcoreinfo.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/payload_hash.h"

namespace vmcoredd {
namespace {

struct ExpectedDump {
  const char* name;
  uint64_t size;  // as the driver asked for
};
constexpr ExpectedDump kDumps[] = {
    {"ddgen_0000:00:04.0", 65536},
    {"ddgen_0000:00:05.0_fw", 300001},
    {"ddgen_0000:00:06.0", 1},
};

// What the kernel module that made the dumps wrote: a linear congruential
// sequence seeded with the FNV-1a hash of the name.
std::vector<std::byte> ExpectedPayload(const ExpectedDump& dump) {
  uint32_t seed = 2166136261u;
  for (const char* c = dump.name; *c != '\0'; ++c) {
    seed = (seed ^ static_cast<unsigned char>(*c)) * 16777619u;
  }
  std::vector<std::byte> bytes((64 + dump.size + 4095) / 4096 * 4096 - 64);
  for (uint64_t i = 0; i < dump.size / 4; ++i) {
    seed = seed * 1664525u + 1013904223u;
    StoreInt<uint32_t>(bytes.data() + 4 * i, i % 64 >= 48 ? seed : seed & 0xff,
                       std::endian::little);
  }
  for (uint64_t i = dump.size / 4 * 4; i < dump.size; ++i) bytes[i] = std::byte{0xa5};
  return bytes;
}

struct Sample {
  const char* file;
  VmcoreFormat format;
  const char* compression;
  std::optional<bool> complete;
};

class SamplesTest : public testing::TestWithParam<Sample> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("VMCOREDD_SAMPLES");
    if (folder == nullptr) GTEST_SKIP() << "VMCOREDD_SAMPLES names no folder of samples";
    folder_ = folder;
  }
  std::string Path(const std::string& file) const { return folder_ + "/" + file; }

  void ExpectDumps(VmcoreReader& reader, size_t broken = 0) {
    const DeviceDumpTable table = ReadDeviceDumps(reader);
    EXPECT_EQ(table.diagnostics.size(), broken);
    ASSERT_EQ(table.dumps.size(), std::size(kDumps));
    for (size_t i = 0; i < std::size(kDumps); ++i) {
      const DeviceDump& dump = table.dumps[i];
      EXPECT_EQ(dump.index(), i);
      EXPECT_EQ(dump.name(), kDumps[i].name);
      EXPECT_EQ(dump.notes[0].owner, "LINUX");
      EXPECT_FALSE(dump.truncated());
      EXPECT_FALSE(dump.length());
      BufferStream payload;
      const auto result = ExtractDump(reader, dump, PayloadForm::kExact, payload);
      ASSERT_TRUE(result) << result.error().ToString();
      EXPECT_EQ(result->written, dump.size());
      EXPECT_EQ(payload.bytes(), ExpectedPayload(kDumps[i]));
    }
    EXPECT_EQ(table.other_note_count, 3u);  // two CPUs and VMCOREINFO
  }

  std::string folder_;
};

TEST_P(SamplesTest, HoldsTheThreeDumpsOfTheModule) {
  const Sample& sample = GetParam();
  auto opened = OpenVmcores({Path(sample.file)}, {});
  ASSERT_EQ(opened.size(), 1u);
  ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
  VmcoreReader& reader = **opened[0].reader;
  const VmcoreInfo& info = reader.info();
  for (const auto& diagnostic : info.diagnostics) {
    RecordProperty("diagnostic", diagnostic.error.ToString());
  }
  EXPECT_EQ(info.format, sample.format);
  EXPECT_EQ(info.compression, sample.compression);
  EXPECT_EQ(info.arch, "x86_64");
  EXPECT_EQ(info.release, "6.1.192");
  EXPECT_EQ(info.page_size, 4096u);
  EXPECT_EQ(info.cpus, 2u);
  EXPECT_NE(info.crash_time, 0);
  EXPECT_EQ(info.complete, sample.complete);
  ExpectDumps(reader);
}

TEST_P(SamplesTest, IsOfTheSameCrash) {
  auto opened = OpenVmcores({Path(GetParam().file), Path("vmcore.kdump-zlib")}, {});
  for (const OpenedVmcore& vmcore : opened) {
    ASSERT_TRUE(vmcore.reader) << vmcore.reader.error().ToString();
  }
  const auto hash = HashVmcoreinfo(**opened.front().reader);
  ASSERT_TRUE(hash) << hash.error().ToString();
  EXPECT_EQ(*hash, HashVmcoreinfo(**opened.back().reader).value());
  EXPECT_EQ(hash->size(), 32u);
}

TEST_P(SamplesTest, VerifiesItsStructure) {
  const Sample& sample = GetParam();
  const std::string file = sample.file;
  auto opened = OpenVmcores({Path(file)}, {});
  ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
  std::vector<std::string> problems;
  const auto verified = (*opened[0].reader)
                            ->VerifyStructure(
                                [&](const Diagnostic& diagnostic) {
                                  problems.push_back(diagnostic.error.ToString());
                                },
                                nullptr);
  ASSERT_TRUE(verified) << verified.error().ToString();
  // Only the head of /proc/vmcore and the second piece of a set have something
  // wrong: makedumpfile put all pages into the first.
  if (file == "vmcore.proc-head.zst") {
    EXPECT_THAT(problems, testing::ElementsAre(testing::HasSubstr("bytes are missing")));
  } else if (file == "vmcore.split2") {
    EXPECT_THAT(problems, testing::ElementsAre(testing::HasSubstr("page frames 0 to 65494")));
  } else {
    EXPECT_THAT(problems, testing::ElementsAre());
  }
  // Notes stay readable after a stream was read to its end.
  ExpectDumps(**opened[0].reader);
}

class SampleSetsTest : public SamplesTest {};

TEST_P(SampleSetsTest, IsOneVmcoreOfTwoPiecesWhicheverComesFirst) {
  const std::string first = GetParam().file;
  const std::string second = first == "vmcore.split1" ? "vmcore.split2" : "vmcore.split1";
  auto opened = OpenVmcores({Path(first), Path("vmcore.kdump-zlib"), Path(second)}, {});
  ASSERT_EQ(opened.size(), 2u);
  EXPECT_THAT(opened[0].files, testing::ElementsAre(Path(first), Path(second)));
  ASSERT_TRUE(opened[0].reader) << opened[0].reader.error().ToString();
  VmcoreReader& reader = **opened[0].reader;
  EXPECT_EQ(reader.info().pieces, 2u);
  EXPECT_EQ(reader.info().complete, true);
  EXPECT_THAT(reader.info().diagnostics, testing::IsEmpty());
  ExpectDumps(reader);
  uint64_t problems = 0;
  ASSERT_TRUE(reader.VerifyStructure([&](const Diagnostic&) { ++problems; }, nullptr));
  EXPECT_EQ(problems, 0u);
}

INSTANTIATE_TEST_SUITE_P(Split,
                         SampleSetsTest,
                         testing::Values(Sample{"vmcore.split1", VmcoreFormat::kKdump, "", true},
                                         Sample{"vmcore.split2", VmcoreFormat::kKdump, "", true}));

INSTANTIATE_TEST_SUITE_P(
    All,
    SamplesTest,
    testing::Values(Sample{"vmcore.kdump-zlib", VmcoreFormat::kKdump, "", true},
                    Sample{"vmcore.kdump-flat", VmcoreFormat::kKdumpFlattened, "", true},
                    Sample{"vmcore.split1", VmcoreFormat::kKdump, "", true},
                    Sample{"vmcore.split2", VmcoreFormat::kKdump, "", false},
                    Sample{"vmcore.elf.zst", VmcoreFormat::kElf, "zstd", std::nullopt},
                    Sample{"vmcore.elf-flat.zst", VmcoreFormat::kElfFlattened, "zstd", true},
                    Sample{"vmcore.proc-head.zst", VmcoreFormat::kElf, "zstd", std::nullopt}),
    [](const auto& sample) {
      std::string name;
      for (const char c : std::string(sample.param.file)) name += std::isalnum(c) ? c : '_';
      return name;
    });

}  // namespace
}  // namespace vmcoredd
