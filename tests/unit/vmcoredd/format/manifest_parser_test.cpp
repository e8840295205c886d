// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/manifest_parser.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "vmcoredd/base/text.h"

namespace vmcoredd {
namespace {

ManifestFragment FullFragment() {
  ManifestDump dump;
  dump.name = std::string("evil/../\x1b[2J\\x\xff") + '\0' + "\x80";
  dump.ordinal = 2;
  dump.length = 0xffffffffffffffff;
  dump.hash = "00112233445566778899aabbccddeeff";
  dump.codec = Codec::kZstd;
  dump.stored = 30;
  dump.parts = {{10}, {20}};
  dump.source = "pci";
  dump.device = {{"bus", "pci"}, {"address", "0000:00:04.0"}, {"bus", "twice"}};
  dump.time = "2026-01-02T03:04:05Z";
  dump.duration_us = 17;
  dump.outcome = Outcome::kOverBudget;
  dump.holes = {{{4, 8}, "reads as all ones"}};
  dump.perturbed = {"AER status"};
  dump.warnings = {"quote \" backslash \\ newline \n high \xfe", ""};
  ManifestFragment fragment;
  fragment.generator = "vmcoredd 0.1.0";
  fragment.kind = "crash";
  fragment.capture_id = "abcdef";
  fragment.time = "2026-01-02T03:04:05Z";
  fragment.machine = {{"release", "6.1"}};
  fragment.crash = "ffeeddccbbaa99887766554433221100";
  fragment.dumps = {dump, ManifestDump()};
  fragment.dumps[1].length_is_exact = false;
  fragment.skipped = {{"mlx5_\x01", "mlx5", Outcome::kTimedOut, "5 s"}};
  fragment.attach = AttachRecord{"kdump", {{"file_size", "12"}}};
  fragment.warnings = {"w"};
  return fragment;
}

TEST(ManifestParser, ReturnsEveryFieldThatWasWritten) {
  const ManifestFragment in = FullFragment();
  const auto out = ParseManifest(ManifestToJson(in));
  ASSERT_TRUE(out) << out.error().ToString();
  EXPECT_EQ(out->generator, in.generator);
  EXPECT_EQ(out->kind, in.kind);
  EXPECT_EQ(out->capture_id, in.capture_id);
  EXPECT_EQ(out->time, in.time);
  EXPECT_EQ(out->machine, in.machine);
  EXPECT_EQ(out->crash, in.crash);
  EXPECT_EQ(out->warnings, in.warnings);
  ASSERT_TRUE(out->attach);
  EXPECT_EQ(out->attach->kind, "kdump");
  EXPECT_EQ(out->attach->values, in.attach->values);
  ASSERT_EQ(out->skipped.size(), 1u);
  EXPECT_EQ(out->skipped[0].name, "mlx5_\x01");
  EXPECT_EQ(out->skipped[0].outcome, Outcome::kTimedOut);
  EXPECT_EQ(out->skipped[0].reason, "5 s");
  ASSERT_EQ(out->dumps.size(), 2u);
  const ManifestDump& dump = out->dumps[0];
  EXPECT_EQ(dump.name, in.dumps[0].name);
  EXPECT_EQ(dump.ordinal, 2u);
  EXPECT_EQ(dump.length, 0xffffffffffffffffu);
  EXPECT_EQ(dump.hash, in.dumps[0].hash);
  EXPECT_EQ(dump.codec, Codec::kZstd);
  EXPECT_EQ(dump.stored, 30u);
  ASSERT_EQ(dump.parts.size(), 2u);
  EXPECT_EQ(dump.parts[1].stored, 20u);
  EXPECT_EQ(dump.source, "pci");
  EXPECT_EQ(dump.device, in.dumps[0].device);
  EXPECT_EQ(dump.time, in.dumps[0].time);
  EXPECT_EQ(dump.duration_us, 17u);
  EXPECT_EQ(dump.outcome, Outcome::kOverBudget);
  ASSERT_EQ(dump.holes.size(), 1u);
  EXPECT_EQ(dump.holes[0].range, (ByteRange{4, 8}));
  EXPECT_EQ(dump.holes[0].reason, "reads as all ones");
  EXPECT_EQ(dump.perturbed, in.dumps[0].perturbed);
  EXPECT_EQ(dump.warnings, in.dumps[0].warnings);
  EXPECT_FALSE(out->dumps[1].duration_us);
  EXPECT_TRUE(dump.length_is_exact);
  EXPECT_FALSE(out->dumps[1].length_is_exact);
}

// What a later version says that this one does not know is no claim to be exact.
TEST(ManifestParser, OnlyExactIsExact) {
  for (const auto& [member, exact] :
       std::vector<std::pair<std::string, bool>>{{"", true},
                                                 {R"("length_is":"exact",)", true},
                                                 {R"("length_is":"padded",)", false},
                                                 {R"("length_is":"at least",)", false}}) {
    const auto out = ParseManifest(R"({"schema":"vmcoredd-manifest/1","dumps":[{"name":"a",)" +
                                   member + R"("length":"1","stored":"1"}]})");
    ASSERT_TRUE(out) << member;
    EXPECT_EQ(out->dumps[0].length_is_exact, exact) << member;
  }
}

TEST(ManifestParser, RoundTripsAnyBytes) {
  EXPECT_TRUE(rc::check([](const std::string& name, const std::string& text, uint64_t number) {
    ManifestFragment in;
    in.dumps.emplace_back();
    in.dumps[0].name = name;
    in.dumps[0].length = number;
    in.dumps[0].warnings = {text};
    in.machine = {{text, name}};
    const auto out = ParseManifest(ManifestToJson(in));
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->dumps[0].name == name);
    RC_ASSERT(out->dumps[0].length == number);
    RC_ASSERT(out->dumps[0].warnings == std::vector<std::string>{text});
    RC_ASSERT(out->machine == in.machine);
  }));
}

TEST(ManifestParser, RejectsEveryTruncation) {
  const std::string json = ManifestToJson(FullFragment());
  for (size_t size = 0; size < json.size(); ++size) {
    const auto out = ParseManifest(std::string_view(json).substr(0, size));
    ASSERT_FALSE(out) << size;
    EXPECT_EQ(out.error().code(), ErrorCode::kCorrupt) << size;
  }
}

TEST(ManifestParser, SurvivesEveryChangedByte) {
  const std::string json = ManifestToJson(FullFragment());
  for (size_t at = 0; at < json.size(); ++at) {
    for (const char c : {'\0', '"', '\\', '{', ']', '\xff', '9'}) {
      std::string changed = json;
      changed[at] = c;
      const auto out = ParseManifest(changed);
      EXPECT_TRUE(!out || out->dumps.size() <= 2);
    }
  }
}

std::string WithMembers(const std::string& members) {
  return R"({"schema":"vmcoredd-manifest/1",)" + members + "}";
}
ErrorCode CodeOf(const std::string& json) {
  const auto out = ParseManifest(json);
  return out ? ErrorCode::kIo : out.error().code();
}

TEST(ManifestParser, ReadsANewerMinorSchema) {
  const auto out = ParseManifest(
      R"({"schema":"vmcoredd-manifest/1.7","new":{"a":[1,null,{"b":true}],"dumps":3},)"
      R"("dumps":[{"name":"a","length":"1","stored":"1","codec":"lz77","outcome":"odd",)"
      R"("colour":"red","depth":2.5,"more":[[]]}]})");
  ASSERT_TRUE(out) << out.error().ToString();
  ASSERT_EQ(out->dumps.size(), 1u);
  EXPECT_EQ(out->dumps[0].name, "a");
  EXPECT_EQ(out->dumps[0].codec, Codec::kUnknown);
  EXPECT_EQ(out->dumps[0].outcome, Outcome::kUnknown);
}

TEST(ManifestParser, TellsAnotherMajorSchemaFromDamage) {
  EXPECT_EQ(CodeOf(R"({"schema":"vmcoredd-manifest/2","dumps":7})"), ErrorCode::kUnsupported);
  EXPECT_EQ(CodeOf(R"({"schema":"vmcoredd-manifest/10"})"), ErrorCode::kUnsupported);
  EXPECT_EQ(CodeOf(R"({"schema":"something else"})"), ErrorCode::kUnsupported);
  EXPECT_EQ(CodeOf(R"({"dumps":[]})"), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf("{}"), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf("[]"), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf("\"vmcoredd-manifest/1\""), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf("7"), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(R"({"schema":1})"), ErrorCode::kCorrupt);
  EXPECT_EQ(CodeOf(R"({"schema":["vmcoredd-manifest/1"]})"), ErrorCode::kCorrupt);
}

TEST(ManifestParser, RejectsWrongTypesAndValues) {
  for (const char* members : {
           R"("dumps":{})",
           R"("dumps":["x"])",
           R"("dumps":[[]])",
           R"("dumps":null)",
           R"("kind":1)",
           R"("kind":[])",
           R"("machine":"x")",
           R"("machine":{"a":1})",
           R"("machine":{"a":{}})",
           R"("warnings":[1])",
           R"("warnings":[[]])",
           R"("attach":"x")",
           R"("dumps":[{"name":"a"}])",
           R"("dumps":[{"name":"a","length":"1"}])",
           R"("dumps":[{"name":"a","length":1,"stored":"1"}])",
           R"("dumps":[{"name":"a","length":"-1","stored":"1"}])",
           R"("dumps":[{"name":"a","length":"","stored":"1"}])",
           R"("dumps":[{"name":"a","length":"0x1","stored":"1"}])",
           R"("dumps":[{"name":"a","length":"18446744073709551616","stored":"1"}])",
           R"("dumps":[{"name":"a\\q","length":"1","stored":"1"}])",
           R"("dumps":[{"name":"a","length":"1","stored":"1","parts":["2"]}])",
           R"("dumps":[{"name":"a","length":"1","stored":"0",)"
           R"("parts":["18446744073709551615","1"]}])",
           R"("kind":"\u0100")",
           R"("\u4e2d":"")",
       }) {
    EXPECT_EQ(CodeOf(WithMembers(members)), ErrorCode::kCorrupt) << members;
  }
}

TEST(ManifestParser, BoundsDepthAndCounts) {
  const auto nested = [](size_t depth) {
    return WithMembers("\"x\":" + std::string(depth, '[') + std::string(depth, ']'));
  };
  EXPECT_TRUE(ParseManifest(nested(kMaxManifestDepth - 1)));
  EXPECT_EQ(CodeOf(nested(kMaxManifestDepth)), ErrorCode::kLimitExceeded);
  EXPECT_EQ(CodeOf(nested(4 * 1024 * 1024)), ErrorCode::kLimitExceeded);

  std::string dumps = R"({"name":"a","length":"0","stored":"0"})";
  std::string list;
  for (size_t i = 0; i <= kMaxManifestDumps; ++i) list += (i == 0 ? "" : ",") + dumps;
  EXPECT_EQ(CodeOf(WithMembers("\"dumps\":[" + list + "]")), ErrorCode::kLimitExceeded);

  std::string texts;
  for (size_t i = 0; i <= kMaxManifestItems; ++i) texts += i == 0 ? "\"\"" : ",\"\"";
  EXPECT_EQ(CodeOf(WithMembers("\"warnings\":[" + texts + "]")), ErrorCode::kLimitExceeded);

  EXPECT_EQ(CodeOf(std::string(kMaxManifestBytes + 1, ' ')), ErrorCode::kLimitExceeded);
}

TEST(ManifestParser, ReportsTheOffsetOfASyntaxError) {
  const auto out = ParseManifest(R"({"schema":"vmcoredd-manifest/1",,)");
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().offset(), 32u);
}

}  // namespace
}  // namespace vmcoredd
