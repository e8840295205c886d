// SPDX-License-Identifier: LGPL-2.1-or-later
// Plugins that are built in, asked in one process.
#include "collector/capture/ask_plugins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <map>

#include "tests/unit/collector/support.h"

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

int Match(const vmcoredd_host*, const vmcoredd_device*) { return 1; }

int Offer(const vmcoredd_host* host, const char* what) {
  vmcoredd_dump dump{};
  dump.struct_size = sizeof dump;
  dump.what = what;
  dump.size = 4;
  dump.collect = [](const vmcoredd_host*, const vmcoredd_device*, void*,
                    const vmcoredd_sink* sink) { return sink->write(sink, "good", 4); };
  return host->register_dump(host, &dump);
}

// Goes wrong at devices as the option odd.ADDRESS says.
int RegisterOdd(const vmcoredd_host* host, const vmcoredd_device* device, uint64_t) {
  const std::string key = "odd." + std::string(device->address);
  const char* how = host->option(host, key.c_str());
  if (how && std::strcmp(how, "crash") == 0) ::raise(SIGKILL);
  if (how && std::strcmp(how, "exit") == 0) ::_exit(0);
  if (how && std::strcmp(how, "hang") == 0) {
    for (;;) ::pause();
  }
  return Offer(host, "odd");
}
int RegisterEven(const vmcoredd_host* host, const vmcoredd_device*, uint64_t) {
  return Offer(host, "even");
}

vmcoredd_plugin MakePlugin(const char* name, decltype(&RegisterOdd) register_dumps) {
  vmcoredd_plugin plugin{};
  plugin.struct_size = sizeof plugin;
  plugin.abi_version = VMCOREDD_PLUGIN_ABI_VERSION;
  plugin.name = name;
  plugin.match = Match;
  plugin.register_dumps = register_dumps;
  return plugin;
}
const vmcoredd_plugin* OddEntry() {
  static const vmcoredd_plugin plugin = MakePlugin("odd", RegisterOdd);
  return &plugin;
}
const vmcoredd_plugin* EvenEntry() {
  static const vmcoredd_plugin plugin = MakePlugin("even", RegisterEven);
  return &plugin;
}

class AskPluginsTest : public testing::Test {
 protected:
  AskPluginsTest() {
    plugins_ = {{"odd", "", "", "", OddEntry, ""}, {"even", "", "", "", EvenEntry, ""}};
    for (int i = 0; i < 4; ++i) {
      devices_.emplace_back();
      devices_.back().address = "0000:00:0" + std::to_string(i) + ".0";
    }
    settings_.budget.process = milliseconds(20000);
  }
  void GoWrongAt(int device, const char* how) {
    settings_.options.emplace_back("odd." + devices_[device].address, how);
  }
  // "odd0" -> its answer.
  std::map<std::string, Answer> Ask() {
    std::vector<const Device*> devices;
    for (const Device& device : devices_) devices.push_back(&device);
    std::map<std::string, Answer> answers;
    AskPlugins(devices, plugins_, settings_, Budget(settings_), [&](const Answer& answer) {
      const std::string key = answer.plugin->name + std::to_string(answer.device - devices_.data());
      EXPECT_TRUE(answers.emplace(key, answer).second) << key << " is told twice";
    });
    EXPECT_THAT(answers, SizeIs(devices_.size() * plugins_.size()));
    return answers;
  }

  std::vector<Plugin> plugins_;
  std::vector<Device> devices_;
  CaptureSettings settings_;
};

TEST_F(AskPluginsTest, EveryQuestionHasItsAnswer) {
  for (const auto& [key, answer] : Ask()) {
    EXPECT_EQ(answer.problem, "") << key;
    ASSERT_EQ(answer.offers.size(), 1u) << key;
    EXPECT_EQ(answer.offers[0].what, answer.plugin->name);
  }
}

TEST_F(AskPluginsTest, ACrashCostsTheQuestionItWasAt) {
  GoWrongAt(0, "crash");
  GoWrongAt(2, "exit");
  GoWrongAt(3, "crash");
  const auto answers = Ask();
  EXPECT_THAT(answers.at("odd0").problem, HasSubstr("KILL"));
  EXPECT_THAT(answers.at("odd2").problem, HasSubstr("without finishing"));
  EXPECT_NE(answers.at("odd3").problem, "");
  EXPECT_EQ(answers.at("odd1").problem, "");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(answers.at("even" + std::to_string(i)).problem, "");
}

TEST_F(AskPluginsTest, WhatHungIsLeftAlone) {
  settings_.budget.process = milliseconds(300);
  GoWrongAt(0, "hang");
  GoWrongAt(1, "hang");
  GoWrongAt(2, "hang");
  const auto answers = Ask();
  EXPECT_EQ(answers.at("odd0").outcome, Outcome::kTimedOut);
  EXPECT_THAT(answers.at("even0").problem, HasSubstr("hung at this device"));
  EXPECT_EQ(answers.at("odd1").outcome, Outcome::kTimedOut);
  // Twice is enough.
  EXPECT_THAT(answers.at("odd2").problem, HasSubstr("hung at other devices"));
  EXPECT_THAT(answers.at("odd3").problem, HasSubstr("hung at other devices"));
  EXPECT_EQ(answers.at("even2").problem, "");
  EXPECT_EQ(answers.at("even3").problem, "");
}

TEST_F(AskPluginsTest, AskingEndsWithItsTime) {
  settings_.budget.total = milliseconds(4000);
  GoWrongAt(1, "hang");
  const auto answers = Ask();
  EXPECT_EQ(answers.at("odd0").problem, "");
  EXPECT_EQ(answers.at("odd1").outcome, Outcome::kTimedOut);
  EXPECT_EQ(answers.at("odd3").outcome, Outcome::kOverBudget);
  EXPECT_THAT(answers.at("odd3").problem, HasSubstr("no time left"));
}

}  // namespace
}  // namespace vmcoredd
