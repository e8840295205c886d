// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/options.h"

#include <gtest/gtest.h>

namespace vmcoredd::devlink_cli {
namespace {

using Words = std::vector<std::string>;

TEST(OptionsTest, StandAnywhere) {
  const auto options =
      ParseOptions({"region", "-jp", "show", "-Nblue", "--netlink-s", "path", "--", "-x"});
  ASSERT_TRUE(options) << options.error().ToString();
  EXPECT_TRUE(options->json && options->pretty);
  EXPECT_FALSE(options->hex);
  EXPECT_EQ(options->netns, "blue");
  EXPECT_EQ(options->socket, "path");
  EXPECT_EQ(options->words_of_command, (Words{"region", "show", "-x"}));
}

TEST(OptionsTest, JsonIsDevlinks) {
  const auto options = ParseOptions({"--js", "dev"});
  ASSERT_TRUE(options);
  EXPECT_TRUE(options->json);
  EXPECT_FALSE(options->typed_json);
}

TEST(OptionsTest, Batches) {
  for (const Words& words :
       {Words{"-fb", "-"}, Words{"--force", "--batch=-"}, Words{"-f", "-b-"}}) {
    const auto options = ParseOptions(words);
    ASSERT_TRUE(options) << options.error().ToString();
    EXPECT_TRUE(options->force);
    EXPECT_EQ(options->batch, "-");
    EXPECT_TRUE(options->words_of_command.empty());
  }
}

TEST(OptionsTest, Mistakes) {
  const auto complaint = [](const Words& words) {
    const auto options = ParseOptions(words);
    return options ? "none" : options.error().message();
  };
  EXPECT_EQ(complaint({"-q"}), "Unknown option. '-q'");
  EXPECT_EQ(complaint({"--json=1"}), "Unknown option. '--json=1'");
  EXPECT_EQ(complaint({"--h"}), "Unknown option. '--h'") << "header, help or hex";
  EXPECT_EQ(complaint({"--n\x1b"}), "Unknown option. '--n\\x1b'");
  EXPECT_EQ(complaint({"-b"}), "option '-b' needs an argument");
  EXPECT_EQ(complaint({"-b", ""}), "the argument of '-b' is empty");
  EXPECT_EQ(complaint({"--raw"}), "--raw and -o FILE need each other; -o - is standard output");
  EXPECT_EQ(complaint({"-J", "-j"}), "--json, --typed-json and --raw exclude each other");
  EXPECT_EQ(complaint({"-J", "--header"}), "--words and --header are for text");
  EXPECT_EQ(complaint({"--raw", "-o", "f", "-b", "f"}), "--raw is for one command, not a batch");
  EXPECT_EQ(complaint({"--help", "--raw"}), "none");
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
