// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config.h"

#include <gtest/gtest.h>

#include <map>

#include "collector/setup/sysroot.h"

namespace vmcoredd {
namespace {

// What the shipped file says, comment signs removed: section.key -> value.
std::map<std::string, std::string> ShippedKeys() {
  std::map<std::string, std::string> keys;
  const auto text = Sysroot().Text(VMCOREDD_SHIPPED_CONF);
  EXPECT_TRUE(text.has_value());
  if (!text) return keys;
  std::string section;
  for (const std::string_view line : Lines(*text)) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    const size_t equals = line.find(" = ");
    // Prose begins with a space.
    if (!line.starts_with('#') || line.starts_with("# ") || equals == line.npos) continue;
    keys[section + '.' + std::string(line.substr(1, equals - 1))] = line.substr(equals + 3);
  }
  return keys;
}

TEST(ConfigTest, ShippedFileHasEveryKeyWithItsDefault) {
  const auto shipped = ShippedKeys();
  const Properties defaults = ConfigDefaults();
  for (const auto& [key, value] : defaults) {
    const auto found = shipped.find(key);
    ASSERT_NE(found, shipped.end()) << key;
    EXPECT_EQ(found->second, value) << key;
  }
  EXPECT_EQ(shipped.size(), defaults.size());
}

TEST(ConfigTest, EmptyFileIsTheDefaults) {
  const ParsedConfig parsed = ParseConfig("");
  EXPECT_TRUE(parsed.problems.empty());
  EXPECT_EQ(parsed.config.early.time_ms, Config().early.time_ms);
  EXPECT_EQ(parsed.config.guard.trip, "panic");
}

TEST(ConfigTest, EveryKeyIsTyped) {
  // A table is a value of no key.
  for (const auto& [key, value] : ConfigDefaults()) {
    if (value == "{}") continue;
    const size_t dot = key.find('.');
    const std::string text =
        '[' + key.substr(0, dot) + "]\n" + key.substr(dot + 1) + " = {a = 1}\n";
    const ParsedConfig parsed = ParseConfig(text);
    ASSERT_EQ(parsed.problems.size(), 1u) << key;
    EXPECT_EQ(parsed.problems.front().line, 2u) << key;
  }
}

TEST(ConfigTest, ManyProblemsAreBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "key" + std::to_string(i) + " = 1\n";
  EXPECT_EQ(ParseConfig(text).problems.size(), kMaxConfigProblems);
}

TEST(ConfigTest, DeepNestingIsAnErrorAndNoCrash) {
  const ParsedConfig parsed = ParseConfig("x = " + std::string(100000, '['));
  EXPECT_FALSE(parsed.problems.empty());
}

}  // namespace
}  // namespace vmcoredd
