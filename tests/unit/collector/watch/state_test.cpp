// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include "collector/watch/compare.h"
#include "collector/watch/state_file.h"

namespace vmcoredd::watch {
namespace {

const PartName kFw{std::nullopt, "fw"};
const PartName kTx{3, "tx line\n"};
const std::string kNic = "pci/0000:05:00.0";

WatchState Known() {
  WatchState state;
  state.boot = "b1";
  DeviceState& nic = state.devices[kNic];
  nic.reporters[kFw] = {0, 2, 2, 1234, true, true, false};
  nic.reporters[kTx] = {1, 1, 0, 0, false, std::nullopt, true};
  nic.regions[{std::nullopt, "cr-space"}] = {0, 4294967295};
  nic.regions[{7, "port"}] = {};
  state.devcoredumps = {"devcd1"};
  return state;
}

std::string Words(const std::vector<WatchEvent>& events) {
  std::string words;
  for (const WatchEvent& event : events) {
    words += std::string(EventKindName(event.kind)) + ' ' + event.DeviceName();
    if (event.port) words += '/' + std::to_string(*event.port);
    words += ' ' + event.reporter + event.region;
    if (event.snapshot) words += ' ' + std::to_string(*event.snapshot);
    words += " x" + std::to_string(event.count) + (event.is_late ? " late\n" : "\n");
  }
  return words;
}

TEST(StateFile, ComesBackAsItWas) {
  WatchState state = Known();
  state.lacks_regions = true;
  const auto read = ParseState(StateText(state));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(state, *read);
}

TEST(StateFile, IsUsedWholeOrNotAtAll) {
  const std::string text = StateText(Known());
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseState(std::string_view(text).substr(0, size))) << size;
  }
  EXPECT_EQ(ErrorCode::kCorrupt, ParseState(text + "boot=x\n").error().code());
  EXPECT_EQ(ErrorCode::kNotRecognised, ParseState("schema=x\n").error().code());
  EXPECT_EQ(ErrorCode::kUnsupported,
            ParseState("schema=vmcoredd-watch-state/2\nend=1\n").error().code());
}

TEST(StateFile, SaysWhichLineMakesNoSense) {
  const std::string head = "schema=vmcoredd-watch-state/1\nboot=b\n";
  const auto problem = [&](const std::string& lines) {
    const auto read = ParseState(head + lines + "end=1\n");
    return read ? std::string("none") : read.error().message();
  };
  EXPECT_EQ("none", problem("device=pci/a\nreporter=- 0 0 0 0 - - 0 fw\n"));
  EXPECT_EQ("line 3: makes no sense: reporter=- 0 0 0 0 - - 0 fw",
            problem("reporter=- 0 0 0 0 - - 0 fw\n"));  // of no device
  EXPECT_EQ("line 3: makes no sense: device=nic", problem("device=nic\n"));
  EXPECT_EQ("line 4: makes no sense: snapshot=1", problem("device=pci/a\nsnapshot=1\n"));
  EXPECT_EQ("line 4: makes no sense: reporter=- 256 0 0 0 - - 0 fw",
            problem("device=pci/a\nreporter=- 256 0 0 0 - - 0 fw\n"));
  EXPECT_EQ("line 4: makes no sense: reporter=- 0 0 0 0 - - 0 ",
            problem("device=pci/a\nreporter=- 0 0 0 0 - - 0 \n"));
  EXPECT_EQ("line 5: makes no sense: snapshot=4294967296",
            problem("device=pci/a\nregion=- r\nsnapshot=4294967296\n"));
}

TEST(Compare, NothingIsNew) {
  const Comparison same = CompareStates(Known(), Known(), {});
  EXPECT_EQ("", Words(same.events));
  EXPECT_EQ(Known(), same.state);
}

TEST(Compare, CountersSayHowManyWereMissed) {
  WatchState found = Known();
  found.devices[kNic].reporters[kFw] = {1, 5, 4, 9999, true, true, false};
  found.devices[kNic].regions[{std::nullopt, "cr-space"}] = {0, 1, 2};
  found.devcoredumps = {"devcd1", "devcd2"};
  const Comparison now = CompareStates(Known(), found, {});
  EXPECT_EQ(
      "health-error pci/0000:05:00.0 fw x3 late\n"
      "health-recovered pci/0000:05:00.0 fw x2 late\n"
      "snapshot pci/0000:05:00.0 cr-space 1 x1 late\n"
      "snapshot pci/0000:05:00.0 cr-space 2 x1 late\n"
      "devcoredump devcoredump/devcd2  x1 late\n",
      Words(now.events));
  EXPECT_EQ(1234u, now.events[0].dump_time);
  EXPECT_EQ(found, now.state);
}

TEST(Compare, ACounterThatWentBackBeganAnew) {
  WatchState found = Known();
  found.devices[kNic].reporters[kFw] = {0, 1, 1, 0, true, true, false};
  EXPECT_EQ(
      "health-error pci/0000:05:00.0 fw x1 late\n"
      "health-recovered pci/0000:05:00.0 fw x1 late\n",
      Words(CompareStates(Known(), found, {}).events));
}

TEST(Compare, AnotherBootKnowsNothing) {
  WatchState found = Known();
  found.boot = "b2";
  const Comparison now = CompareStates(Known(), found, {});
  EXPECT_EQ(
      "health-error pci/0000:05:00.0 fw x2 late\n"
      "health-recovered pci/0000:05:00.0 fw x2 late\n"
      "health-error pci/0000:05:00.0/3 tx line\n x1 late\n"
      "snapshot pci/0000:05:00.0 cr-space 0 x1 late\n"
      "snapshot pci/0000:05:00.0 cr-space 4294967295 x1 late\n"
      "devcoredump devcoredump/devcd1  x1 late\n",
      Words(now.events));
}

TEST(Compare, TheStateAloneIsAnEventToo) {
  std::vector<WatchEvent> events;
  const ReporterState healthy{0, 1, 1, 0, true, true, false};
  ReporterState error = healthy;
  error.state = 1;
  CompareReporter(&healthy, error, {}, events);
  CompareReporter(&error, healthy, {}, events);
  CompareReporter(&error, error, {}, events);
  EXPECT_EQ("health-error   x1\nhealth-recovered   x1\n", Words(events));
}

TEST(Compare, ADeviceThatIsGoneIsTold) {
  WatchState found;
  found.boot = "b1";
  found.devcoredumps = {"devcd1"};
  const Comparison now = CompareStates(Known(), found, {});
  EXPECT_EQ("device-gone pci/0000:05:00.0  x1 late\n", Words(now.events));
  EXPECT_TRUE(now.state.devices.empty());
}

TEST(Compare, WhatWasToldMeanwhileIsNewer) {
  WatchState found = Known();
  found.devices[kNic].reporters[kFw].errors = 1;  // asked before the second error
  found.devices[kNic].regions[{std::nullopt, "cr-space"}] = {9};
  TouchedParts touched;
  touched.reporters.insert({kNic, kFw});
  touched.regions.insert({kNic, {std::nullopt, "cr-space"}});
  const Comparison now = CompareStates(Known(), found, touched);
  EXPECT_EQ("", Words(now.events));
  EXPECT_EQ(Known(), now.state);
  // A device that came, or went, after it was looked for.
  TouchedParts devices;
  devices.devices = {kNic};
  WatchState nothing;
  nothing.boot = "b1";
  nothing.devcoredumps = {"devcd1"};
  EXPECT_EQ("", Words(CompareStates(Known(), nothing, devices).events));
  EXPECT_TRUE(CompareStates(nothing, Known(), devices).state.devices.empty());
}

TEST(Compare, WhatCouldNotBeAskedStays) {
  WatchState found = Known();
  found.devices[kNic].regions.clear();
  found.lacks_regions = true;
  found.devcoredumps.clear();
  found.lacks_devcoredumps = true;
  const Comparison now = CompareStates(Known(), found, {});
  EXPECT_EQ("", Words(now.events));
  EXPECT_EQ(Known(), now.state);
  WatchState nothing;
  nothing.boot = "b1";
  nothing.lacks_reporters = nothing.lacks_regions = nothing.lacks_devcoredumps = true;
  EXPECT_EQ(Known().devices, CompareStates(Known(), nothing, {}).state.devices);
}

}  // namespace
}  // namespace vmcoredd::watch
