// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/byte_window.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "tests/unit/readers/decode/support.h"

namespace vmcoredd {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

std::vector<std::byte> Counting(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = std::byte(i * 7 + i / 256);
  return bytes;
}

TEST(ByteWindow, EndsWhereTheSourceEnds) {
  TestSource source(Counting(10));
  ByteWindow window(source, "", {});
  EXPECT_EQ(window.size(), 10u);
  std::vector<std::byte> out(4);
  EXPECT_EQ(window.Read(6, out).state, FieldState::kRead);
  const auto cut = window.Read(8, out);
  EXPECT_EQ(cut.state, FieldState::kMissing);
  EXPECT_EQ(cut.size, 2u);
  EXPECT_FALSE(cut.error);
  EXPECT_EQ(window.Read(10, out).size, 0u);
  EXPECT_EQ(window.Read(kMax, out).state, FieldState::kMissing);
  EXPECT_EQ(window.Read(10, std::span(out).first(0)).state, FieldState::kRead);
}

TEST(ByteWindow, OfASourceWithoutSizeTheEndIsFoundByReading) {
  TestSource source(Counting(10));
  source.HideSize();
  ByteWindow window(source, "", {});
  EXPECT_EQ(window.size(), kMax);
  std::vector<std::byte> out(4);
  EXPECT_EQ(window.Read(6, out).state, FieldState::kRead);
  EXPECT_EQ(window.Read(7, out).state, FieldState::kMissing);
}

TEST(ByteWindow, AsksOnceForNeighbours) {
  TestSource source(Counting(100000));
  ByteWindow window(source, "", {});
  std::vector<std::byte> out(4);
  for (uint64_t at = 0; at < 16000; at += 4) window.Read(at, out);
  EXPECT_EQ(source.reads, 1u);
  std::vector<std::byte> large(20000);
  EXPECT_EQ(window.Read(50000, large).size, large.size());
  EXPECT_EQ(source.reads, 2u) << "past the cache";
}

TEST(ByteWindow, WhatIsInFrontOfDamageCanBeRead) {
  TestSource source(Counting(1000));
  source.FailIn(500, 600);
  ByteWindow window(source, "", {});
  std::vector<std::byte> out(4);
  EXPECT_EQ(window.Read(496, out).state, FieldState::kRead);
  const auto bad = window.Read(497, out);
  EXPECT_EQ(bad.state, FieldState::kMissing);
  EXPECT_TRUE(bad.error);
  EXPECT_EQ(window.Read(600, out).state, FieldState::kRead);
}

TEST(ByteWindow, FindsTheFirstHoleOfARange) {
  TestSource source(Counting(100));
  ByteWindow window(source, "", {{{40, 10}, "b"}, {{10, 5}, "a"}, {{50, 5}, "c"}});
  EXPECT_EQ(window.FindHole(0, 10), nullptr);
  EXPECT_EQ(window.FindHole(0, 11)->reason, "a");
  EXPECT_EQ(window.FindHole(0, 100)->reason, "a");
  EXPECT_EQ(window.FindHole(14, 1)->reason, "a");
  EXPECT_EQ(window.FindHole(15, 25), nullptr);
  EXPECT_EQ(window.FindHole(15, 26)->reason, "b");
  EXPECT_EQ(window.FindHole(50, 1)->reason, "c");
  EXPECT_EQ(window.FindHole(55, kMax), nullptr);
  EXPECT_EQ(window.FindHole(0, kMax)->reason, "a");
  EXPECT_EQ(window.FindHole(kMax, kMax), nullptr);
  EXPECT_EQ(window.FindHole(12, 0)->reason, "a");
  std::vector<std::byte> out(2);
  const auto answer = window.Read(9, out);
  EXPECT_EQ(answer.state, FieldState::kHole);
  EXPECT_EQ(answer.hole->reason, "a");
}

// A byte is in a hole if any of the holes says so, whatever they look like.
RC_GTEST_PROP(ByteWindow, BelievesEveryHole, ()) {
  const auto edge = rc::gen::oneOf(
      rc::gen::inRange<uint64_t>(0, 70),
      rc::gen::map(rc::gen::inRange<uint64_t>(0, 70), [](uint64_t x) { return kMax - x; }));
  std::vector<Hole> holes;
  for (const auto& [offset, size] :
       *rc::gen::container<std::vector<std::pair<uint64_t, uint64_t>>>(rc::gen::pair(edge, edge))) {
    holes.push_back({{offset, size}, "x"});
  }
  TestSource source(Counting(64));
  ByteWindow window(source, "", holes);
  const auto is_in = [&](uint64_t at) {
    for (const Hole& hole : holes) {
      if (at >= hole.range.offset && at - hole.range.offset < hole.range.size) return true;
    }
    return false;
  };
  for (uint64_t at = 0; at < 64; ++at) {
    RC_ASSERT((window.FindHole(at, 1) != nullptr) == is_in(at));
    bool any = false;
    for (uint64_t i = at; i < at + 4; ++i) any = any || is_in(i);
    RC_ASSERT((window.FindHole(at, 4) != nullptr) == any);
  }
}

}  // namespace
}  // namespace vmcoredd
