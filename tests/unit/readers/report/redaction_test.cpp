// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/redaction.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <string>

namespace vmcoredd {
namespace {

ManifestDump Facts() {
  ManifestDump facts;
  facts.device = {{"address", "0000:01:00.0"},
                  {"serial_number", "S1"},
                  {"board_serial_number", "B1"},
                  {"mac", "52:54:00:12:34:56"},
                  {"driver", "e1000e"}};
  facts.warnings = {"host.example.com said something"};
  facts.holes = {{{0, 4}, "not on the allow-list"}};
  facts.hash = "abc";
  return facts;
}

TEST(RedactedFactsTest, IdentityAndWordsGo) {
  DumpRedaction redaction;
  redaction.blanked = {{16, 6}};
  redaction.counts = {{"mac", 1}};
  const ManifestDump facts = RedactedFacts(Facts(), redaction, {});
  EXPECT_EQ(facts.device, (Properties{{"address", "0000:01:00.0"}, {"driver", "e1000e"}}));
  ASSERT_EQ(facts.holes.size(), 2u);
  EXPECT_EQ(facts.holes[0].reason, "");
  EXPECT_EQ(facts.holes[1].range.offset, 16u);
  EXPECT_EQ(facts.holes[1].reason, "redacted");
  EXPECT_EQ(facts.warnings, std::vector<std::string>{"redacted: 1 mac"});
  EXPECT_EQ(facts.hash, "");
}

TEST(RedactedFactsTest, WhatThePolicyKeepsStays) {
  RedactionPolicy policy;
  policy.classes.erase(Privacy::kSerial);
  policy.host = false;
  const ManifestDump facts = RedactedFacts(Facts(), {}, policy);
  EXPECT_EQ(facts.device.size(), 4u);
  EXPECT_EQ(facts.warnings.size(), 1u);
}

TEST(RedactedFactsTest, AddressesAreFoundByWhatTheyLookLike) {
  ManifestDump facts;
  facts.device = {{"netdev", "enx525400aabbcc"},
                  {"port", "p 52-54-00-AA-BB-CC"},
                  {"permaddr", "x"},
                  {"board.sn", "x"},
                  {"node_guid", "x"},
                  {"address", "0000:01:00.0"},
                  {"netdev2", "enp1s0"},
                  {"fixed.asic.id", "1.2.3"}};
  facts = RedactedFacts(facts, {}, {});
  EXPECT_EQ(
      facts.device,
      (Properties{{"address", "0000:01:00.0"}, {"netdev2", "enp1s0"}, {"fixed.asic.id", "1.2.3"}}));
}

TEST(RedactedFactsTest, WordsOfOthersGoAndKeywordsStay) {
  ManifestDump facts;
  facts.perturbed = {"aer-status: host.example.com did it", "registers", "Host did it",
                     "its 2 virtual functions were removed"};
  facts.holes = {{{0, 4}, "host.example.com said no"}, {{8, 4}, "redacted"}};
  facts = RedactedFacts(facts, {}, {});
  EXPECT_EQ(facts.perturbed,
            (std::vector<std::string>{"aer-status", "registers", "redacted", "redacted"}));
  EXPECT_EQ(facts.holes[0].reason, "");
  EXPECT_EQ(facts.holes[1].reason, "redacted");
}

TEST(RedactedFactsTest, WordsThatStayHaveNoAddresses) {
  RedactionPolicy policy;
  policy.host = false;
  ManifestDump facts;
  facts.perturbed = {"link: 52:54:00:aa:bb:cc was up, and 52:54:00:aa:bb:cd"};
  facts.warnings = {"enx525400aabbcc is down"};
  facts.holes = {{{0, 4}, "52-54-00-aa-bb-cc said no"}};
  facts = RedactedFacts(facts, {}, policy);
  EXPECT_EQ(facts.perturbed[0], "link: (redacted) was up, and (redacted)");
  EXPECT_EQ(facts.warnings[0], "(redacted) is down");
  EXPECT_EQ(facts.holes[0].reason, "(redacted) said no");
}

TEST(RedactedFactsTest, ManyHolesBecomeFew) {
  DumpRedaction redaction;
  for (uint64_t i = 0; i < 3000; ++i) redaction.blanked.push_back({i * 64, 4});
  const ManifestDump facts = RedactedFacts(Facts(), redaction, {});
  EXPECT_LE(facts.holes.size(), 1000u);
  // All that was blanked is in one of them.
  for (const ByteRange& range : redaction.blanked) {
    const bool said = std::any_of(facts.holes.begin(), facts.holes.end(), [&](const Hole& hole) {
      return hole.range.offset <= range.offset &&
             range.offset + range.size <= hole.range.offset + hole.range.size;
    });
    EXPECT_TRUE(said) << range.offset;
  }
}

TEST(RedactFragmentTest, TheMachineIsOneOfMany) {
  ManifestFragment fragment;
  fragment.machine = {
      {"release", "6.1"}, {"arch", "x86_64"}, {"nodename", "host"}, {"event.message", "x"}};
  fragment.warnings = {"w"};
  fragment.skipped = {{"name", "pci", Outcome::kSkipped, "because of host"}};
  fragment.devices = {{{"address", "a"}, {"serial_number", "S"}}};
  RedactFragment(fragment, {});
  EXPECT_EQ(fragment.machine, (Properties{{"release", "6.1"}, {"arch", "x86_64"}}));
  EXPECT_TRUE(fragment.warnings.empty());
  EXPECT_EQ(fragment.skipped[0].reason, "");
  EXPECT_EQ(fragment.devices[0], (Properties{{"address", "a"}}));
}

}  // namespace
}  // namespace vmcoredd
