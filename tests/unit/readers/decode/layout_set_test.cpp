// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/layout_set.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/readers/decode/support.h"

namespace vmcoredd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoot = "root = \"all\"\n[struct.all]\nfields = [{ name = \"A\" }]\n";

std::string Matching(std::string_view name, std::string_view match) {
  return LayoutHead(name) + std::string(kRoot) + "[[match]]\n" + std::string(match) + '\n';
}

DumpFacts Facts(std::string name, Properties device = {}) {
  DumpFacts facts;
  facts.name = std::move(name);
  facts.device = std::move(device);
  facts.size = 64;
  return facts;
}

bool Holds(std::string_view match, const DumpFacts& facts, std::string_view bytes = "") {
  const LayoutSet set = LayoutsOf({Matching("test", match)});
  for (const std::string& problem : ProblemsOf(set)) ADD_FAILURE() << problem;
  if (!set.Find("test")) return false;
  TestSource source(Bytes(bytes));
  return MatchHolds(set.Find("test")->matches.at(0), facts, source);
}

TEST(MatchHolds, ByName) {
  EXPECT_TRUE(Holds("dump = \"igb_*_regs\"", Facts("igb_0000:01:00.0_regs")));
  EXPECT_FALSE(Holds("dump = \"igb_*_regs\"", Facts("igb_0000:01:00.0_ring")));
  EXPECT_TRUE(Holds("dump = [\"a\", \"i[gx]b_?\"]", Facts("ixb_1")));
  EXPECT_FALSE(Holds("dump = \"igb\"", Facts("igb_1")));
}

TEST(MatchHolds, WhatTheNameSaysWhenNoManifestDoes) {
  EXPECT_TRUE(Holds("source = \"igb\"", Facts("igb_0000:01:00.0")));
  EXPECT_TRUE(Holds("driver = \"igb\"", Facts("igb_0000:01:00.0")));
  EXPECT_FALSE(Holds("driver = \"igb\"", Facts("igb_0000:01:00.0", {{"driver", "e1000e"}})));
  DumpFacts facts = Facts("x_y");
  facts.source = "mlx5";
  EXPECT_TRUE(Holds("source = \"mlx5\"", facts));
  EXPECT_TRUE(Holds("driver = \"mlx5\"", facts));
  // Put into an archive by hand: that is not who made it.
  for (const char* const source : {"file", "import"}) {
    DumpFacts packed = Facts("nic_0000:02:00.0");
    packed.source = source;
    EXPECT_TRUE(Holds("source = \"nic\"", packed)) << source;
    EXPECT_TRUE(Holds("driver = \"nic\"", packed)) << source;
    EXPECT_FALSE(Holds("source = \"" + std::string(source) + '"', packed));
  }
  EXPECT_TRUE(Holds("region = \"cr-space\"", Facts("mlx5_0000:08:00.0_cr-space@1")));
  EXPECT_TRUE(Holds("region = \"cr-space\"", Facts("mlx5_0000:08:00.0_p3_cr-space@1")));
  EXPECT_FALSE(Holds("region = \"*\"", Facts("mlx5_0000:08:00.0_fw")));
  EXPECT_TRUE(Holds("region = \"x\"", Facts("a", {{"region", "x"}})));
  EXPECT_TRUE(Holds("reporter = \"fw\"", Facts("mlx5_0000:08:00.0_fw.dump")));
  EXPECT_FALSE(Holds("reporter = \"fw\"", Facts("mlx5_0000:08:00.0_fw@2")));
}

TEST(MatchHolds, ByDevice) {
  const DumpFacts nic =
      Facts("x", {{"vendor", "0x15B3"}, {"device", "0x1017"}, {"class", "0x020000"}});
  EXPECT_TRUE(Holds("pci = \"15b3:*\"", nic));
  EXPECT_TRUE(Holds("pci = \"15B3:10??\"", nic)) << "as upper case is for them";
  EXPECT_TRUE(Holds("pci = \"15b[0-9]:1*\"", nic));
  EXPECT_TRUE(Holds("pci = [\"8086:1521\", \"15b3:1017\"]", nic));
  EXPECT_FALSE(Holds("pci = \"15b3:1018\"", nic));
  EXPECT_FALSE(Holds("pci = \"15b3:*\"", Facts("x")));
  EXPECT_TRUE(Holds("class = \"02\"", nic));
  EXPECT_TRUE(Holds("class = \"020000\"", nic));
  EXPECT_FALSE(Holds("class = \"0108\"", nic));
  EXPECT_FALSE(Holds("class = \"02\"", Facts("x")));
}

TEST(MatchHolds, ByFirmware) {
  const auto with = [](const char* version) { return Facts("x", {{"fw", version}}); };
  const std::string match = "firmware = { key = \"fw\", from = \"16.0\", before = \"17\" }";
  EXPECT_TRUE(Holds(match, with("16.35.2000")));
  EXPECT_TRUE(Holds(match, with("16.0")));
  EXPECT_TRUE(Holds(match, with("16")));
  EXPECT_FALSE(Holds("firmware = { key = \"fw\", before = \"17.0\" }", with("17")));
  EXPECT_FALSE(Holds("firmware = { key = \"fw\", before = \"17.0\" }", with("unknown")));
  EXPECT_FALSE(Holds(match, with("15.99")));
  EXPECT_FALSE(Holds(match, with("17")));
  EXPECT_FALSE(Holds(match, with("17.0")));
  EXPECT_FALSE(Holds(match, Facts("x")));
  EXPECT_TRUE(Holds("firmware = { key = \"fw\", before = \"2\" }", with("1.9.9")));
}

TEST(MatchHolds, ByBytesAndSize) {
  EXPECT_TRUE(Holds("magic = { at = 1, bytes = \"0b 04\" }", Facts("x"), "e2 0b 04"));
  EXPECT_FALSE(Holds("magic = { at = 1, bytes = \"0b 04\" }", Facts("x"), "e2 0b"));
  EXPECT_TRUE(Holds("magic = { text = \"ATH\" }", Facts("x"), "[ATHx]"));
  EXPECT_FALSE(Holds("magic = [{ text = \"A\" }, { at = 1, text = \"B\" }]", Facts("x"), "[AC]"));
  EXPECT_TRUE(Holds("size = 64", Facts("x")));
  EXPECT_FALSE(Holds("size = 65", Facts("x")));
}

TEST(MatchHolds, PartsOfADumpAreForLayoutsThatAskForThem) {
  DumpFacts part = Facts("x");
  part.member = "crdump_data";
  EXPECT_FALSE(Holds("dump = \"x\"", part));
  EXPECT_TRUE(Holds("member = \"crdump*\"", part));
  EXPECT_FALSE(Holds("member = \"crdump*\"", Facts("x")));
}

TEST(MatchHolds, AllConditionsOfARuleMust) {
  EXPECT_FALSE(Holds("dump = \"x\"\nsize = 65", Facts("x")));
  EXPECT_TRUE(Holds("dump = \"x\"\nsize = 60", Facts("x")));
}

TEST(LayoutSet, TakesTheOneWithMoreConditions) {
  const LayoutSet set =
      LayoutsOf({Matching("a", "dump = \"x*\""), Matching("b", "dump = \"x*\"\nsize = 1"),
                 Matching("c", "dump = \"x*\"\nsize = 1")});
  TestSource source({});
  EXPECT_EQ(set.Match(Facts("x1"), source)->name, "b") << "of equals the first name";
  EXPECT_EQ(set.Match(Facts("y"), source), nullptr);
}

TEST(CompareVersions, NumberByNumber) {
  EXPECT_LT(CompareVersions("1.9", "1.10"), 0);
  EXPECT_EQ(CompareVersions("1.02", "1.2"), 0);
  EXPECT_EQ(CompareVersions("v1-2 (x)", "1.2"), 0);
  EXPECT_EQ(CompareVersions("1.2.0", "1.2"), 0) << "what is not said is 0";
  EXPECT_GT(CompareVersions("1.2.0.1", "1.2"), 0);
  EXPECT_EQ(CompareVersions("", ""), 0);
  EXPECT_EQ(CompareVersions("", "0"), 0);
  EXPECT_GT(CompareVersions("99999999999999999999999", "99999999999999999999998"), 0);
}

RC_GTEST_PROP(CompareVersions, IsAnOrder, (const std::string& a, const std::string& b)) {
  RC_ASSERT(CompareVersions(a, a) == 0);
  const int forth = CompareVersions(a, b), back = CompareVersions(b, a);
  RC_ASSERT((forth > 0) == (back < 0));
  RC_ASSERT((forth == 0) == (back == 0));
}

class LayoutFiles : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("layouts-" + std::to_string(::getpid()));
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::string Path(const std::string& path) const { return (root_ / path).string(); }

  fs::path root_;
};

TEST_F(LayoutFiles, AreFoundTwoFoldersDown) {
  Write("a/one.toml", LayoutHead("one") + std::string(kRoot));
  Write("a/family/two.toml", LayoutHead("two") + std::string(kRoot));
  Write("a/family/layouts/three.toml", LayoutHead("three") + std::string(kRoot));
  Write("a/x/y/z/deep.toml", LayoutHead("deep") + std::string(kRoot));
  Write("a/readme.md", "no layout");
  const LayoutSet set = LayoutSet::Load({Path("nowhere"), Path("a")});
  EXPECT_EQ(ProblemsOf(set), std::vector<std::string>());
  EXPECT_TRUE(set.Find("one"));
  EXPECT_TRUE(set.Find("two"));
  EXPECT_TRUE(set.Find("three"));
  EXPECT_FALSE(set.Find("deep"));
}

TEST_F(LayoutFiles, OfEditorsAndHiddenFoldersAreNone) {
  Write("a/x.toml", LayoutHead("x") + std::string(kRoot));
  Write("a/.#x.toml", LayoutHead("x") + std::string(kRoot));
  Write("a/.hidden.toml", LayoutHead("hidden") + std::string(kRoot));
  Write("a/.git/y.toml", LayoutHead("y") + std::string(kRoot));
  const LayoutSet set = LayoutSet::Load({Path("a")});
  EXPECT_EQ(ProblemsOf(set), std::vector<std::string>());
  EXPECT_EQ(set.layouts().size(), 1u);
  EXPECT_EQ(set.Find("x")->file, Path("a/x.toml"));
}

TEST_F(LayoutFiles, OfALaterFolderReplaceThoseOfTheirName) {
  Write("a/x.toml", Matching("x", "dump = \"d\""));
  Write("b/y.toml", Matching("x", "dump = \"e\""));
  Write("b/z.toml", Matching("z", "dump = \"d*\""));
  const LayoutSet set = LayoutSet::Load({Path("a"), Path("b")});
  EXPECT_EQ(ProblemsOf(set), std::vector<std::string>());
  EXPECT_EQ(set.Find("x")->file, Path("b/y.toml"));
  TestSource source({});
  EXPECT_EQ(set.Match(Facts("d"), source)->name, "z");
}

TEST_F(LayoutFiles, OfTheSameFolderMayNotHaveOneName) {
  Write("a/x.toml", Matching("x", "dump = \"d\""));
  Write("a/y.toml", Matching("x", "dump = \"e\""));
  const LayoutSet set = LayoutSet::Load({Path("a")});
  EXPECT_EQ(ProblemsOf(set),
            (std::vector<std::string>{"1:1 the name x is that of " + Path("a/x.toml")}));
  EXPECT_EQ(set.Find("x")->file, Path("a/x.toml"));
}

TEST_F(LayoutFiles, WithMistakesDoNotTakeTheGoodOneOfTheirNameAway) {
  Write("a/x.toml", Matching("x", "dump = \"d\""));
  Write("b/x.toml", Matching("x", "colour = \"red\""));
  Write("b/other.toml", LayoutHead("other") + "root = \"nowhere\"\n");
  const LayoutSet set = LayoutSet::Load({Path("a"), Path("b")});
  EXPECT_EQ(set.problems().size(), 3u);
  ASSERT_TRUE(set.Find("x"));
  EXPECT_EQ(set.Find("x")->file, Path("a/x.toml"));
  EXPECT_FALSE(set.Find("other"));
}

TEST_F(LayoutFiles, ThatCannotBeReadAreSaidToBe) {
  fs::create_directories(Path("a/x.toml"));
  std::ofstream(Path("large.toml")) << std::string(size_t{4} << 20, '#') << "\n";
  LayoutSet set = LayoutSet::LoadUnlinked({Path("a")});
  set.AddFile(Path("missing.toml"));
  set.AddFile(Path("large.toml"));
  set.Link();
  ASSERT_EQ(set.problems().size(), 3u);
  EXPECT_EQ(set.problems()[0].file, Path("a/x.toml"));
  EXPECT_EQ(set.problems()[1].file, Path("missing.toml"));
  EXPECT_EQ(set.problems()[2].text, "the file is larger than 4194304 bytes");
}

}  // namespace
}  // namespace vmcoredd
