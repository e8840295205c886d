// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"
#include "vmcoredd/format/devlink/fmsg.h"

// FmsgParser on recordings of netdevsim's reporter (tests/golden/netlink).

namespace vmcoredd::devlink {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

// What netdevsim's reporter says, but for the random bytes.
std::string Dummy(const std::string& first, const std::string& binary) {
  std::string arrays = " test_u32_array:[";
  for (int i = 0; i < 10; ++i) arrays += (i ? " u32=" : "u32=") + std::to_string(i);
  arrays += "] test_array_of_objects:[";
  for (int i = 0; i < 10; ++i) {
    arrays += (i ? " {" : "{") + std::string("in_array_nested_test_bool:flag=0 ") +
              "in_array_nested_test_u8:u8=" + std::to_string(i) + "}";
  }
  return "{" + first +
         "test_bool:flag=1 test_u8:u8=1 test_u32:u32=3 test_u64:u64=4 "
         "test_string:\"somestring\" test_binary:<" +
         binary + "> test_nest:{nested_test_bool:flag=0 nested_test_u8:u8=0}" + arrays + "]}";
}

std::string BinaryOf(const std::string& text) {
  const size_t begin = text.find('<') + 1;
  return text.substr(begin, text.find('>') - begin);
}

TEST(FmsgCapture, DummyIsCompleteThoughItsEndsAreTooMany) {
  struct Case {
    std::string name;
    std::string first;
    std::vector<size_t> pieces;
  };
  const std::vector<Case> cases = {
      {"health_dump_dummy16", "", {16}},
      {"health_diag_dummy16", "", {16}},
      {"health_dump_dummy_break", "break_message:\"hello break\" ", {16}},
      {"health_dump_dummy8192", "", {3748, 3748, 696}},
  };
  for (const Case& c : cases) {
    const Bytes all = Join(ReadCapture(c.name));
    const Parsed parsed = Parse(FmsgMessages(all));
    const std::string& text = parsed.events.text();
    const std::string binary = BinaryOf(text);
    EXPECT_EQ(text, Dummy(c.first, binary)) << c.name;
    std::vector<size_t> pieces;
    size_t begin = 0;
    for (size_t end = 0; end != std::string::npos; begin = end + 1) {
      end = binary.find('|', begin);
      pieces.push_back((std::min(end, binary.size()) - begin) / 2);
    }
    EXPECT_EQ(pieces, c.pieces) << c.name;
    EXPECT_EQ(parsed.repairs, Names({"surplus-end", "surplus-end"})) << c.name;
  }
}

TEST(FmsgCapture, Empty) {
  const Bytes all = Join(ReadCapture("health_dump_empty"));
  const Parsed parsed = Parse(FmsgMessages(all));
  EXPECT_EQ(parsed.events.text(), "{}");
  EXPECT_THAT(parsed.repairs, IsEmpty());
}

TEST(FmsgCapture, ADanglingTypeIsRepeatedAndTheValueStartsTheMessage) {
  const Bytes all = Join(ReadCapture("health_dump_dummy8192"));
  const auto messages = FmsgMessages(all);
  ASSERT_EQ(messages.size(), 2u);
  const Parsed parsed = Parse(messages);
  // Five values stand in the first message.
  EXPECT_THAT(parsed.events.starts(), ElementsAre(5));
}

// A message that is cut gives what was before the cut, and says so.
TEST(FmsgCapture, EveryTruncation) {
  for (const std::string name : {"health_dump_dummy16", "health_diag_dummy16", "health_dump_empty",
                                 "health_dump_dummy_break", "health_dump_dummy8192"}) {
    const Bytes all = Join(ReadCapture(name));
    const auto messages = FmsgMessages(all);
    const Parsed whole = Parse(messages);
    size_t values = 0;
    const size_t step = messages.size() == 1 ? 1 : 7;
    for (size_t size = 0; size < messages[0].whole.size(); size += step) {
      Message cut = messages[0];
      cut.whole = cut.whole.first(size);
      cut.payload = size < 16 ? std::span<const std::byte>() : cut.whole.subspan(16);
      cut.offset = std::min<uint64_t>(16, size);
      const Parsed parsed = Parse(std::vector<Message>{cut});
      EXPECT_GE(parsed.events.values(), values);
      values = parsed.events.values();
      // Up to the point where they part.
      const std::string& text = parsed.events.text();
      const auto [there, in_whole] =
          std::mismatch(text.begin(), text.end(), whole.events.text().begin());
      const std::string rest(there, text.end());
      // Behind it stands only what was closed: ends, a name that lost its value, an array of
      // which nothing says that it was to be binary.
      EXPECT_EQ(rest.find_first_not_of("]}>{["), std::string::npos) << name << ": " << text;
      if (size > 24) {
        EXPECT_THAT(parsed.repairs, testing::Contains("truncated"));
      }
    }
    EXPECT_EQ(values > 0, name != "health_dump_empty");
  }
}

TEST(FmsgCapture, EveryOrder) {
  std::vector<Bytes> recordings;
  std::vector<Message> messages;
  for (const std::string name : {"health_dump_dummy8192", "health_dump_dummy16"}) {
    recordings.push_back(Join(ReadCapture(name)));
  }
  for (const Bytes& recording : recordings) {
    for (const Message& message : FmsgMessages(recording)) messages.push_back(message);
  }
  std::vector<size_t> order(messages.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<Message> some;
    size_t expected = 0;
    for (const size_t i : order) {
      some.push_back(messages[i]);
      expected += Parse(std::vector<Message>{messages[i]}).events.values();
      EXPECT_EQ(Parse(some).events.values(), expected);  // none lost
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace vmcoredd::devlink
