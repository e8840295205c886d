// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/import/formats.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

std::string Chosen(std::string_view head, std::string_view name = {}) {
  const auto format = ChooseFormat(head, name);
  if (!format) return std::string(ErrorCodeName(format.error().code()));
  return std::string((*format)->name) + ' ' + std::string((*format)->form);
}

TEST(SavedFormats, KnowsEveryGolden) {
  const struct {
    const char* file;
    const char* format;
  } cases[] = {{"devlink-output/region-dump-600.txt", "region text"},
               {"devlink-output/region-dump-600.json", "region JSON"},
               {"devlink-output/region-dump-600-pretty.json", "region JSON"},
               {"devlink-output/region-read-over4g.txt", "region text"},
               {"devlink-output/region-read-over4g.json", "region JSON"},
               {"devlink-output/region-read-unaligned.txt", "region text"},
               {"devlink-output/health-show.txt", "health-show text"},
               {"devlink-output/health-show.json", "health-show JSON"},
               {"devlink-output/health-dump.txt", "invalid-argument"},
               {"devlink-output/health-dump.json", "invalid-argument"},
               {"devlink-output/health-dump-unbalanced.txt", "invalid-argument"},
               {"lspci-output/xxxx.txt", "lspci text"},
               {"lspci-output/D-vv-x.txt", "lspci text"},
               {"devlink-output/README.md", "not-recognised"}};
  for (const auto& [file, format] : cases) {
    const std::string text = Golden(file);
    EXPECT_EQ(Chosen(std::string_view(text).substr(0, kPeekBytes)), format) << file;
  }
  EXPECT_EQ(Chosen("0x00000000 0x00000000\n"), "mstdump text");
  EXPECT_EQ(Chosen(""), "not-recognised");
  EXPECT_EQ(Chosen("\x7f"
                   "ELF"),
            "not-recognised");
}

TEST(SavedFormats, TakesAWordForIt) {
  EXPECT_EQ(Chosen(" a: b\n", "health-dump"), "health-dump text");
  EXPECT_EQ(Chosen("{}", "health-diagnose"), "health-diagnose JSON");
  EXPECT_EQ(Chosen("\x7f"
                   "ELF",
                   "raw"),
            "raw bytes");
  EXPECT_EQ(Chosen("junk", "region"), "region text");
  EXPECT_EQ(Chosen("junk", "regions"), "invalid-argument");
}

TEST(SavedFormats, TakesAnyBytesAsRaw) {
  std::string bytes = Counting(1 << 20);
  const Imported imported = Import(bytes, "raw", {}, 1000);
  ASSERT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps.at(0).payload, bytes);
  EXPECT_FALSE(Import("", "raw").result);
}

}  // namespace
}  // namespace vmcoredd
