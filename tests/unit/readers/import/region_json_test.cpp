// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

TEST(RegionJson, KeepsEveryChunkThoughKeysRepeat) {
  for (const char* const file : {"region-dump-600.json", "region-dump-600-pretty.json"}) {
    const std::string text = Golden("devlink-output/" + std::string(file));
    for (const size_t piece : {size_t{1}, size_t{100}, SIZE_MAX}) {
      const Imported imported = Import(text, "region", "JSON", piece);
      ASSERT_TRUE(imported.is_clean()) << file;
      EXPECT_TRUE(imported.sink.dumps[0].payload == SampleRegion());
      EXPECT_EQ(imported.sink.dumps[0].dump.first_address, 0u);
      EXPECT_TRUE(imported.sink.dumps[0].remarks.warnings.empty());
    }
  }
}

TEST(RegionJson, SaysThatAReadMayHaveBeenAbove4GiB) {
  const Imported imported =
      Import(Golden("devlink-output/region-read-over4g.json"), "region", "JSON");
  ASSERT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps[0].payload, Counting(4));
  EXPECT_EQ(imported.sink.dumps[0].remarks.warnings.size(), 1u);
}

// The last number before a cut may lack digits, so only what something follows is kept.
TEST(RegionJson, CutAtEveryByteIsNeverWrongInSilence) {
  const std::string whole = SampleRegion();
  for (const char* const file : {"region-dump-600.json", "region-dump-600-pretty.json"}) {
    const std::string text = Golden("devlink-output/" + std::string(file));
    const size_t end = text.find_last_of('}');
    size_t longest = 0;
    for (size_t cut = 0; cut < text.size(); ++cut) {
      const Imported imported = Import(text.substr(0, cut), "region", "JSON");
      EXPECT_EQ(imported.is_clean(), cut > end) << file << ' ' << cut;
      if (imported.sink.dumps.empty()) continue;
      const ImportedDump& dump = imported.sink.dumps[0];
      ASSERT_TRUE(whole.starts_with(dump.payload)) << file << ' ' << cut;
      EXPECT_GE(dump.payload.size(), longest);
      longest = dump.payload.size();
      EXPECT_EQ(dump.remarks.is_partial, cut <= end) << cut;
    }
    EXPECT_EQ(longest, 600u);
  }
}

// As `vmcoredd export devlink-json` writes it.
TEST(RegionJson, TakesAListInWhichNoKeyRepeats) {
  const std::string text = R"({"dump":[{"address":16,"data":[1,2,3,4]},{"address":20,"data":[5]},)"
                           R"({"address":24,"data":[6,7],"more":[{"x":1}]}]})"
                           "\n";
  const std::string whole("\1\2\3\4\5\0\0\0\6\7", 10);
  for (const size_t piece : {size_t{1}, SIZE_MAX}) {
    const Imported imported = Import(text, "region", "JSON", piece);
    ASSERT_TRUE(imported.result);
    EXPECT_EQ(imported.sink.dumps[0].payload, whole);
    EXPECT_EQ(imported.sink.dumps[0].dump.first_address, 16u);
    ASSERT_EQ(imported.sink.dumps[0].remarks.holes.size(), 1u);
    EXPECT_EQ(imported.sink.dumps[0].remarks.holes[0].range, (ByteRange{5, 3}));
  }
  EXPECT_TRUE(
      Import(R"({"dump":[{"address":0,"data":[1]},{"address":1,"data":[2]}]})", "region", "JSON")
          .is_clean());
  for (size_t cut = 0; cut + 2 < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "region", "JSON");
    EXPECT_FALSE(imported.is_clean()) << cut;
    for (const ImportedDump& dump : imported.sink.dumps) {
      EXPECT_TRUE(whole.starts_with(dump.payload)) << cut;
    }
  }
  for (const char* const bad :
       {R"({"dump":[5]})", R"({"dump":[[1]]})", R"({"dump":[{"address":0},{"data":[1]}]})",
        R"({"dump":[{"address":0,"data":[1]},7]})", R"({"dump":[{"data":[1]}]})"}) {
    EXPECT_FALSE(Import(bad, "region", "JSON").is_clean()) << bad;
  }
}

TEST(RegionJson, RebuildsAddressesThatWrap) {
  const Imported imported = Import(
      R"({"dump":{"address":4294967292,"data":[1,2,3,4],"address":0,"data":[5,6],"address":4,"data":[7]}})",
      "region", "JSON");
  ASSERT_TRUE(imported.result);
  const ImportedDump& dump = imported.sink.dumps[0];
  EXPECT_EQ(dump.dump.first_address, 0xfffffffcu);
  EXPECT_EQ(dump.payload, std::string("\1\2\3\4\5\6\0\0\7", 9));
  EXPECT_EQ(dump.remarks.holes.size(), 1u);
  bool said = false;
  for (const std::string& text : dump.remarks.warnings) {
    said = said || text.find("rebuilt") != std::string::npos;
  }
  EXPECT_TRUE(said);
}

TEST(RegionJson, BelievesWideAddresses) {
  const Imported imported =
      Import(R"({"read":{"address":4294967296,"data":[1],"address":4294967297,"data":[2]}})",
             "region", "JSON");
  ASSERT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps[0].dump.first_address, uint64_t{1} << 32);
  EXPECT_TRUE(imported.sink.dumps[0].remarks.warnings.empty());
}

TEST(RegionJson, StopsAtWhatIsWrong) {
  const std::string good = R"({"dump":{"address":0,"data":[7])";
  for (const char* const bad : {R"(,"address":0,"data":[8]}})",
                                R"(,"data":[8]}})",
                                R"(,"address":1,"data":[256]}})",
                                R"(,"address":1,"data":[-1]}})",
                                R"(,"address":1,"data":[1.5]}})",
                                R"(,"address":1,"data":["1"]}})",
                                R"(,"address":1,"data":[[1]]}})",
                                R"(,"address":"1","data":[1]}})",
                                R"(,"address":1,"data":{}}})",
                                R"(,"address":1}})",
                                R"(,"address":1,"address":2}})",
                                R"(,"address":900000000,"data":[1]}})",
                                R"(},"read":{}})",
                                "}} more",
                                "}}}",
                                "}",
                                R"(,"address":1,"data":[1,]}})",
                                R"(,"address":18446744073709551615,"data":[1]}})",
                                "}}\nexit=1\n",
                                "}}\nkernel answers: Success\n"}) {
    const Imported imported = Import(good + bad, "region", "JSON");
    ASSERT_TRUE(imported.result) << bad;
    EXPECT_EQ(imported.sink.dumps[0].payload[0], '\7') << bad;
    EXPECT_LE(imported.sink.dumps[0].payload.size(), 2u) << bad;
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial) << bad;
    EXPECT_EQ(imported.sink.reports.size(), 1u) << bad;
  }
  EXPECT_TRUE(Import(good + R"(,"size":[{"a":[1]}]}})", "region", "JSON").is_clean());
  EXPECT_TRUE(Import(good + "}}\nexit=0\n", "region", "JSON").is_clean());
  for (const char* const none : {"", "{", "[1]", "1", R"({"dump":{}})", R"({"dump":[]})", "{}",
                                 R"({"health":{}})", R"({"dump":{"data":[1]}})"}) {
    const Imported imported = Import(none, "region", "JSON");
    EXPECT_FALSE(imported.result) << none;
    EXPECT_TRUE(imported.sink.dumps.empty()) << none;
  }
}

TEST(RegionJson, HoldsNoMoreThanItsWindow) {
  EXPECT_FALSE(Import(R"({"dump":{"x":")" + std::string(3 << 20, 'a'), "region", "JSON").result);
  EXPECT_FALSE(
      Import(R"({"dump":{"address":)" + std::string(3 << 20, '1'), "region", "JSON").result);
  EXPECT_FALSE(Import(R"({"dump":{"x":)" + std::string(100000, '['), "region", "JSON").result);
}

}  // namespace
}  // namespace vmcoredd
