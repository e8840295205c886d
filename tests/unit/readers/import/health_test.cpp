// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "tests/unit/readers/import/support.h"

namespace vmcoredd {
namespace {

TEST(HealthMessage, IsKeptAsItWasSaved) {
  const struct {
    const char* file;
    const char* form;
    const char* content;
  } cases[] = {{"health-dump.txt", "text", "devlink-health-text"},
               {"health-dump-x.txt", "text", "devlink-health-text"},
               {"health-dump-bnxt-style.txt", "text", "devlink-health-text"},
               {"health-dump.json", "JSON", "devlink-health-json"},
               {"health-dump-bnxt-style.json", "JSON", "devlink-health-json"},
               {"health-dump-dupkeys.json", "JSON", "devlink-health-json"}};
  for (const auto& [file, form, content] : cases) {
    const std::string text = Golden("devlink-output/" + std::string(file));
    for (const size_t piece : {size_t{1}, SIZE_MAX}) {
      for (const char* const name : {"health-dump", "health-diagnose"}) {
        const Imported imported = Import(text, name, form, piece);
        ASSERT_TRUE(imported.is_clean()) << file;
        const ImportedDump& dump = imported.sink.dumps.at(0);
        EXPECT_EQ(dump.payload, text);
        EXPECT_EQ(dump.dump.content, content);
        EXPECT_EQ(dump.dump.kind, name == std::string("health-dump") ? SavedKind::kHealthDump
                                                                     : SavedKind::kDiagnosis);
        EXPECT_FALSE(dump.remarks.is_partial);
      }
    }
  }
}

// netdevsim's unbalanced message: devlink drops its end, and exits with 0.
TEST(HealthMessage, KnowsAMessageThatDevlinkDidNotReadToItsEnd) {
  const std::string text = Golden("devlink-output/health-dump-unbalanced.txt");
  const auto format = ChooseFormat(text, "health-dump");
  ASSERT_TRUE(format);
  EXPECT_EQ((*format)->form, "JSON");
  const Imported imported = Import(text, "health-dump", "JSON");
  ASSERT_TRUE(imported.result);
  EXPECT_EQ(imported.sink.dumps[0].payload, text);
  EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial);
  ASSERT_EQ(imported.sink.reports.size(), 1u);
  EXPECT_NE(imported.sink.reports[0].message().find("kernel answers: Success"), std::string::npos);

  const std::string plain = Golden("devlink-output/health-dump.txt");
  for (const std::string& bad : {"kernel answers: Success\n" + plain,
                                 plain + "kernel answers: Success\n", plain + "exit=1\n"}) {
    const Imported other = Import(bad, "health-dump", "text");
    EXPECT_TRUE(other.sink.dumps.at(0).remarks.is_partial) << bad;
    EXPECT_EQ(other.sink.reports.size(), 1u);
  }
  EXPECT_TRUE(Import(plain + "exit=0\n", "health-dump", "text").is_clean());
}

TEST(HealthMessage, CutAtEveryByteIsSaid) {
  const std::string json = Golden("devlink-output/health-dump.json");
  const size_t end = json.find_last_of('}');
  for (size_t cut = 0; cut <= end; ++cut) {
    const Imported imported = Import(json.substr(0, cut), "health-dump", "JSON");
    EXPECT_FALSE(imported.is_clean()) << cut;
    if (!imported.result) continue;
    EXPECT_EQ(imported.sink.dumps.at(0).payload, json.substr(0, cut));
    EXPECT_TRUE(imported.sink.dumps[0].remarks.is_partial);
  }
  // Text between two lines may be the whole of another message.
  const std::string text = Golden("devlink-output/health-dump.txt");
  for (size_t cut = 0; cut < text.size(); ++cut) {
    const Imported imported = Import(text.substr(0, cut), "health-dump", "text");
    const bool at_line = cut > 1 && text[cut - 1] == '\n' && text[cut - 2] != ':';
    EXPECT_EQ(imported.is_clean(), at_line) << cut;
  }
}

TEST(HealthMessage, TakesLinesOfAnyLength) {
  std::string text = " values:\n   ";
  for (int i = 0; i < 100000; ++i) text += " 4294967295";
  text += '\n';
  const Imported imported = Import(text, "health-dump", "text");
  EXPECT_TRUE(imported.is_clean());
  EXPECT_EQ(imported.sink.dumps.at(0).payload.size(), text.size());
}

TEST(HealthState, KnowsTheDevice) {
  for (const char* const form : {"text", "JSON"}) {
    const std::string text =
        Golden(form == std::string("text") ? "devlink-output/health-show.txt"
                                           : "devlink-output/health-show.json");
    const Imported imported = Import(text, "health-show", form);
    ASSERT_TRUE(imported.is_clean()) << form;
    const ImportedDump& dump = imported.sink.dumps.at(0);
    EXPECT_EQ(dump.payload, text);
    EXPECT_EQ(dump.dump.kind, SavedKind::kHealthState);
    EXPECT_EQ(dump.dump.bus, "pci");
    EXPECT_EQ(dump.dump.address, "0000:00:05.0");
    EXPECT_FALSE(dump.dump.many_devices);
    for (size_t cut = 0; cut < text.size(); ++cut) {
      const Imported part = Import(text.substr(0, cut), "health-show", form);
      const bool may_be_whole = form == std::string("text")
                                    ? cut != 0 && text.substr(0, cut).ends_with("true\n")
                                    : cut > text.find_last_of('}');
      EXPECT_EQ(part.is_clean(), may_be_whole) << form << cut;
    }
  }
  const Imported many = Import(
      "pci/0000:00:05.0:\n  reporter a\n    state healthy\n"
      "pci/0000:00:06.0:\n  reporter a\n    state healthy\n",
      "health-show", "text");
  EXPECT_TRUE(many.is_clean());
  EXPECT_TRUE(many.sink.dumps.at(0).dump.many_devices);
  // The key of old versions.
  EXPECT_TRUE(
      Import(R"({"health":{"pci/a":[{"name":"fw","state":"healthy"}]}})", "health-show", "JSON")
          .is_clean());
}

TEST(HealthState, SaysWhatIsNone) {
  for (const char* const bad : {"", "pci:\n", "/a:\n", "pci/a\n",
                                "pci/a/b:\n  reporter x\n    state y\n", "  reporter x\n"}) {
    const Imported imported = Import(bad, "health-show", "text");
    EXPECT_FALSE(imported.result) << bad;
    EXPECT_TRUE(imported.sink.dumps.empty());
  }
  for (const char* const bad :
       {"pci/a:\npci/b:\n", "pci/a:\n  state x\n", "pci/a:\n  reporter x\n  reporter y\n",
        "pci/a:\n  reporter x\n    state y\njunk\n"}) {
    const Imported imported = Import(bad, "health-show", "text");
    ASSERT_TRUE(imported.result) << bad;
    EXPECT_TRUE(imported.sink.dumps.at(0).remarks.is_partial) << bad;
    EXPECT_EQ(imported.sink.reports.size(), 1u);
  }
  for (const char* const bad : {R"({"health":{"pci/a":1}})", R"({"health":{"pci/a":[1]}})",
                                R"({"health":{"pci/a":[{"reporter":"x"}]},"y":1})"}) {
    EXPECT_FALSE(Import(bad, "health-show", "JSON").is_clean()) << bad;
  }
}

}  // namespace
}  // namespace vmcoredd
