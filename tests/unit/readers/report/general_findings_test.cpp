// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/general_findings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace vmcoredd {
namespace {

FieldRecord Number(std::string path, uint64_t value) {
  FieldRecord field;
  field.path = std::move(path);
  field.value = value;
  field.shown = std::to_string(value);
  return field;
}

// A machine by hand: sources 0 (baseline) and 1 (crash).
class GeneralFindingsTest : public testing::Test {
 protected:
  GeneralFindingsTest() {
    report_.sources.resize(2);
    report_.sources[0].kind = "baseline";
    report_.sources[1].kind = "crash";
  }

  size_t Device(const std::string& address) {
    ReportDevice device;
    device.bus = "pci";
    device.address = address;
    report_.devices.push_back(device);
    return report_.devices.size() - 1;
  }

  size_t Config(size_t device, size_t source, std::vector<FieldRecord> fields) {
    ReportDump dump;
    dump.source = source;
    dump.device = device;
    dump.layout = "pci-config";
    dump.fields = std::move(fields);
    report_.dumps.push_back(std::move(dump));
    report_.devices[device].dumps.push_back(report_.dumps.size() - 1);
    return report_.dumps.size() - 1;
  }

  size_t Bridge(const std::string& address,
                uint64_t secondary,
                uint64_t subordinate,
                bool link = true) {
    const size_t device = Device(address);
    Config(
        device, 1,
        {Number("header.SECONDARY_BUS", secondary), Number("header.SUBORDINATE_BUS", subordinate),
         Number("capability[express].LNKCAP.DL_ACTIVE_REPORTING", 1),
         Number("capability[express].LNKSTA.DL_ACTIVE", link ? 1 : 0)});
    return device;
  }

  const Finding* Find(std::string_view id) const {
    for (const ReportFinding& found : report_.findings) {
      if (found.finding.id == id) return &found.finding;
    }
    return nullptr;
  }

  MachineReport report_;
};

TEST_F(GeneralFindingsTest, TheParentIsTheBridgeWithTheNearestBus) {
  const size_t root = Bridge("0000:00:01.0", 1, 5);
  const size_t inner = Bridge("0000:01:00.0", 2, 3);
  const size_t leaf = Device("0000:02:00.0");
  const size_t other = Device("0001:02:00.0");
  FindParents(report_);
  EXPECT_EQ(report_.devices[leaf].parent, inner);
  EXPECT_EQ(report_.devices[inner].parent, root);
  EXPECT_FALSE(report_.devices[root].parent.has_value());
  EXPECT_FALSE(report_.devices[other].parent.has_value());
}

TEST_F(GeneralFindingsTest, TheFirstDeadLinkIsThePlace) {
  Bridge("0000:00:01.0", 1, 5);
  const size_t inner = Bridge("0000:01:00.0", 2, 3, false);
  const size_t leaf = Device("0000:02:00.0");
  report_.devices[leaf].skipped.push_back({1, "pci_x", "failed", "the device does not answer: x"});
  FindParents(report_);
  JudgeDevices(report_);
  EXPECT_EQ(report_.devices[leaf].verdict, Verdict::kGone);
  FindDeadLinks(report_);
  ASSERT_TRUE(Find("dead-link"));
  EXPECT_EQ(report_.findings.back().device, inner);
  EXPECT_NE(Find("dead-link")->text.find("pci/0000:02:00.0"), std::string::npos);
}

TEST_F(GeneralFindingsTest, BridgesThatLeadInACircleEnd) {
  Bridge("0000:02:00.0", 1, 1);
  Bridge("0000:01:00.0", 2, 2);
  Bridge("0000:03:00.0", 3, 3);
  const size_t leaf = Device("0000:02:01.0");
  report_.devices[leaf].skipped.push_back({1, "pci_x", "failed", "the device does not answer"});
  FindParents(report_);
  JudgeDevices(report_);
  FindDeadLinks(report_);
  EXPECT_TRUE(Find("dead-link"));
}

TEST_F(GeneralFindingsTest, WhatTheBaselineHadAndTheCrashHasNotIsGone) {
  const size_t lost = Device("0000:03:00.0");
  Config(lost, 0, {});
  const size_t kept = Device("0000:04:00.0");
  Config(kept, 0, {});
  Config(kept, 1, {});
  FindMissing(report_);
  JudgeDevices(report_);
  ASSERT_EQ(report_.findings.size(), 1u);
  EXPECT_EQ(report_.findings[0].device, lost);
  EXPECT_EQ(report_.devices[lost].verdict, Verdict::kGone);
  EXPECT_EQ(report_.devices[kept].verdict, Verdict::kNoTrouble);
}

// What early capture left for the late one, which is another source of the same crash.
TEST_F(GeneralFindingsTest, TheLastWordOnADumpIsKept) {
  const size_t nic = Device("0000:01:00.0");
  report_.sources.resize(4);
  report_.sources[1].crash = report_.sources[2].crash = "crash";
  report_.sources[3].capture_id = "another";
  const size_t captured = Config(nic, 2, {});
  report_.dumps[captured].name = "captured";
  report_.devices[nic].skipped = {{1, "captured", "skipped", "late"},
                                  {1, "refused", "skipped", "late"},
                                  {1, "over", "over-budget", "memory"},
                                  {2, "refused", "skipped", "a driver"},
                                  {3, "captured", "failed", "elsewhere"}};
  DropOutdatedSkips(report_);
  std::string left;
  for (const ReportSkip& skip : report_.devices[nic].skipped)
    left += skip.name + ':' + skip.reason + ' ';
  EXPECT_EQ(left, "over:memory refused:a driver captured:elsewhere ");
}

TEST_F(GeneralFindingsTest, FunctionsThatDisagree) {
  FieldRecord one = Number("FW", 1);
  one.shared = true;
  FieldRecord other = one;
  other.value = 2;
  other.shown = "2";
  Config(Device("0000:05:00.0"), 1, {one});
  Config(Device("0000:05:00.1"), 1, {other});
  Config(Device("0000:06:00.0"), 1, {other});  // another device
  FindDisagreements(report_);
  ASSERT_EQ(report_.findings.size(), 1u);
  EXPECT_EQ(report_.findings[0].finding.id, "functions-disagree");
  // What the crash kernel may have changed says nothing.
  report_.findings.clear();
  report_.dumps[1].fields[0].perturbed = true;
  FindDisagreements(report_);
  EXPECT_TRUE(report_.findings.empty());
}

TEST_F(GeneralFindingsTest, TheWorstFindingIsTheVerdict) {
  const size_t device = Device("0000:07:00.0");
  const auto add = [&](Severity severity, const char* id) {
    ReportFinding found;
    found.device = device;
    found.finding.severity = severity;
    found.finding.id = id;
    report_.findings.push_back(found);
    JudgeDevices(report_);
    return report_.devices[device].verdict;
  };
  JudgeDevices(report_);
  EXPECT_EQ(report_.devices[device].verdict, Verdict::kUnknown);
  EXPECT_EQ(add(Severity::kInfo, "a"), Verdict::kUnknown);
  EXPECT_EQ(add(Severity::kWarning, "b"), Verdict::kSuspect);
  EXPECT_EQ(add(Severity::kError, "c"), Verdict::kFailed);
  EXPECT_EQ(add(Severity::kInfo, "nvme-gone"), Verdict::kGone);
}

TEST_F(GeneralFindingsTest, TheSameFindingOfTwoDumpsIsKeptOnce) {
  ReportFinding found;
  found.finding.id = "x";
  found.finding.text = "y";
  report_.findings = {found, found};
  report_.findings[1].dump = 1;
  DropRepeatedFindings(report_);
  EXPECT_EQ(report_.findings.size(), 1u);
}

}  // namespace
}  // namespace vmcoredd
