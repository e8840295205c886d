// SPDX-License-Identifier: LGPL-2.1-or-later
// What a reporter says with the kernel's operations is what the parser hears, wherever the
// stream is cut; and whatever tokens come, the handler's contract holds and no value is lost.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/vmcoredd/format/devlink/fmsg_support.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink {
namespace {

std::string AnyName() {
  return *rc::gen::container<std::string>(rc::gen::inRange<int>(1, 127)).as("a name");
}

// Says something, and renders what Recorder should.
class Speaker {
 public:
  void Members(int depth) {
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) {
      if (i > 0) text += ' ';
      Member(depth);
    }
  }

  FmsgBuilder fmsg;
  std::string text;

 private:
  void Member(int depth) {
    const std::string name = AnyName();
    text += EscapeBytes(name) + ':';
    switch (*rc::gen::inRange(0, depth > 0 ? 5 : 2)) {
      case 0:
        fmsg.BeginPair(name);
        Scalar();
        fmsg.EndPair();
        break;
      case 1: Binary(name); break;
      case 2:
        fmsg.BeginPair(name);
        Object(depth - 1);
        fmsg.EndPair();
        break;
      default:
        fmsg.BeginArrayPair(name);
        Elements(depth - 1);
        fmsg.EndArrayPair();
        break;
    }
  }

  void Object(int depth) {
    fmsg.BeginObject();
    text += '{';
    Members(depth);
    text += '}';
    fmsg.EndObject();
  }

  void Elements(int depth) {
    text += '[';
    const int count = *rc::gen::inRange(0, 4);
    for (int i = 0; i < count; ++i) {
      if (i > 0) text += ' ';
      *rc::gen::arbitrary<bool>() && depth > 0 ? Object(depth - 1) : Scalar();
    }
    text += ']';
  }

  void Scalar() {
    switch (*rc::gen::inRange(0, 5)) {
      case 0: {
        const bool value = *rc::gen::arbitrary<bool>();
        fmsg.PutFlag(value);
        text += value ? "flag=1" : "flag=0";
        break;
      }
      case 1: {
        const auto value = *rc::gen::arbitrary<uint8_t>();
        fmsg.PutU8(value);
        text += "u8=" + std::to_string(value);
        break;
      }
      case 2: {
        const auto value = *rc::gen::arbitrary<uint32_t>();
        fmsg.PutU32(value);
        text += "u32=" + std::to_string(value);
        break;
      }
      case 3: {
        const auto value = *rc::gen::arbitrary<uint64_t>();
        fmsg.PutU64(value);
        text += "u64=" + std::to_string(value);
        break;
      }
      default: {
        const std::string value = AnyName();
        fmsg.PutString(value);
        text += '"' + EscapeBytes(value) + '"';
        break;
      }
    }
  }

  void Binary(const std::string& name) {
    fmsg.BeginBinaryPair(name);
    const auto pieces =
        *rc::gen::container<std::vector<std::string>>(rc::gen::string<std::string>());
    text += pieces.empty() ? '[' : '<';
    for (size_t i = 0; i < pieces.size(); ++i) {
      fmsg.PutBinary(ToBytes(pieces[i]));
      text += (i > 0 ? "|" : "") + ToHex(ToBytes(pieces[i]));
    }
    text += pieces.empty() ? ']' : '>';
    fmsg.EndBinaryPair();
  }
};

RC_GTEST_PROP(FmsgProperty, WhatIsBuiltIsParsedWhereverItIsCut, ()) {
  Speaker speaker;
  speaker.fmsg.BeginObject();
  speaker.text = '{';
  speaker.Members(3);
  speaker.text += '}';
  speaker.fmsg.EndObject();
  RC_ASSERT(speaker.fmsg.Check().has_value());

  size_t largest = 0;
  for (const auto& token : speaker.fmsg.tokens()) largest = std::max(largest, token.bytes.size());
  // From the least room in which each token fits.
  const size_t least = 20 + 4 + 8 + 4 + (largest + 3) / 4 * 4;
  const size_t room = least + static_cast<size_t>(*rc::gen::inRange(0, 400));
  const auto datagrams = Fill(speaker.fmsg.tokens(), room, room);
  for (const Bytes& datagram : datagrams) RC_ASSERT(datagram.size() <= room);
  const Parsed parsed = Parse(datagrams);
  RC_ASSERT(parsed.events.text() == speaker.text);
  RC_ASSERT(parsed.repairs.empty());
}

RC_GTEST_PROP(FmsgProperty, AnyTokensGiveAWellFormedWholeWithEveryValue, ()) {
  const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 9));
  TokenStream in_one;
  TokenStream in_pieces;
  size_t values = 0;
  size_t depth = 0;
  for (const int kind : kinds) {
    if (kind < 3 && ++depth > 20) break;  // depth has its own test
    if (*rc::gen::arbitrary<bool>()) in_pieces.Cut();
    for (TokenStream* s : {&in_one, &in_pieces}) {
      switch (kind) {
        case 0: s->Obj(); break;
        case 1: s->Pair(); break;
        case 2: s->Arr(); break;
        case 3: s->End(); break;
        case 4: s->Name("n"); break;
        case 5: s->Type(11); break;
        case 6: s->Data(ToBytes("x")); break;
        case 7: s->U8(7); break;
        default: s->Bin("y"); break;
      }
    }
    if (kind >= 6) ++values;
  }
  const Parsed one = Parse(in_one.Build());
  const Parsed pieces = Parse(in_pieces.Build());
  RC_ASSERT(one.events.values() == values);
  RC_ASSERT(pieces.events.text() == one.events.text());
  // Types that a cut repeats are no repair, all else is said in either case.
  RC_ASSERT(pieces.repairs.size() <= one.repairs.size());

  size_t in_tree = 0;
  const auto datagrams = in_one.Build();
  const auto count = [&](const auto& self, const FmsgNode& node) -> void {
    in_tree += node.pieces.size() + (node.kind == FmsgNode::Kind::kValue ? 1 : 0);
    for (const FmsgNode& child : node.children) self(self, child);
  };
  count(count, ReadTree(Messages(datagrams[0])));
  RC_ASSERT(in_tree == values);
}

}  // namespace
}  // namespace vmcoredd::devlink
