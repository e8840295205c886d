// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/print.h"

#include <stdlib.h>
#include <time.h>

#include "readers/cli/devlink/iproute_fmsg.h"
#include "tests/unit/readers/cli/devlink/golden_text.h"
#include "vmcoredd/format/devlink/fmsg_builder.h"

// What we print of values, against what devlink 6.1 printed of the same.

namespace vmcoredd::devlink_cli {
namespace {

using Form = IprouteWriter::Form;
const devlink::Handle kDevice{"pci", "0000:00:05.0", std::nullopt};
const devlink::Handle kPort{"pci", "0000:00:05.0", 1};

devlink::Reporter NewReporter(const devlink::Handle& handle, const char* name, uint8_t state) {
  devlink::Reporter reporter;
  reporter.handle = handle;
  reporter.name = name;
  reporter.state = state;
  reporter.errors = 1;
  reporter.dump_time_ns = 1700000000000000000;
  reporter.grace_period_ms = 1200000;
  reporter.auto_recover = true;
  reporter.auto_dump = true;
  return reporter;
}

std::string Reporters(Form form) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  Printed printed;
  IprouteWriter out(printed.sink, form);
  out.BeginSection("health");
  PrintReporter(out, NewReporter(kDevice, "fw_fatal", 1));
  PrintReporter(out, NewReporter(kPort, "tx", 0));
  out.EndSection();
  return printed.text;
}

TEST(PrintTest, Reporters) {
  EXPECT_EQ(Reporters(Form::kText), DevlinkOutput("health-show.txt"));
  EXPECT_EQ(Reporters(Form::kPrettyJson) + '\n', DevlinkOutput("health-show.json"));
}

TEST(PrintTest, SeveralCommandsBeginAtTheMargin) {
  Printed printed;
  IprouteWriter out(printed.sink, Form::kText);
  for (int i = 0; i < 2; ++i) {
    out.BeginSection("health");
    PrintReporter(out, NewReporter(kDevice, "fw", 0));
    out.EndSection();
  }
  const std::string half = printed.text.substr(0, printed.text.size() / 2);
  EXPECT_EQ(printed.text, half + half);
  EXPECT_TRUE(half.starts_with("pci/0000:00:05.0:\n  reporter fw\n    state healthy "));
}

// As tests/golden/devlink-output has it; `pieces` of the binary data of 40 bytes.
devlink::FmsgBuilder Message() {
  devlink::FmsgBuilder builder;
  builder.BeginObject();
  builder.StringPair("test_string", "hello \"w\"");
  builder.FlagPair("test_bool", true);
  builder.U8Pair("test_u8", 255);
  builder.U32Pair("test_u32", 0xdeadbeef);
  builder.U64Pair("test_u64", 0xfeedfacecafebeef);
  builder.BeginPair("test_nest");
  builder.BeginObject();
  builder.U32Pair("inner_u32", 7);
  builder.BeginPair("deep");
  builder.BeginObject();
  builder.U32Pair("x", 3);
  builder.EndObject();
  builder.EndPair();
  builder.EndObject();
  builder.EndPair();
  builder.BeginArrayPair("test_u32_array");
  for (uint32_t i = 0; i < 5; ++i) builder.PutU32(i);
  builder.EndArrayPair();
  builder.BeginArrayPair("test_array_of_objects");
  for (uint32_t i = 0; i < 2; ++i) {
    builder.BeginObject();
    builder.U32Pair("id", i);
    builder.StringPair("s", "v");
    builder.EndObject();
  }
  builder.EndArrayPair();
  std::vector<std::byte> bytes(40);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(7 * i);
  builder.BeginBinaryPair("test_binary");
  builder.PutBinary(std::span(bytes).first(24));
  builder.PutBinary(std::span(bytes).subspan(24));
  builder.EndBinaryPair();
  builder.EndObject();
  EXPECT_TRUE(builder.Check());
  return builder;
}

std::string PrintMessage(Form form, bool hex, size_t capacity) {
  const devlink::FmsgBuilder builder = Message();
  Printed printed;
  IprouteWriter out(printed.sink, form);
  IprouteFmsg printer(out, hex);
  devlink::FmsgParser parser(printer);
  for (size_t next = 0; next < builder.tokens().size();) {
    devlink::MessageBuilder message(20, 0, 1, 0, capacity);
    message.PutGeneric(DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET, 1);
    EXPECT_TRUE(FillFmsg(builder.tokens(), next, message));
    EXPECT_TRUE(
        devlink::VisitMessages(message.bytes(), 0, std::endian::native,
                               [&](const devlink::Message& each) { return parser.Feed(each); }));
  }
  EXPECT_TRUE(parser.Finish());
  EXPECT_EQ(parser.repair_count(), 0u);
  return printed.text;
}

TEST(PrintTest, MessagesHoweverTheyAreCut) {
  for (const size_t capacity : {4096u, 200u, 80u}) {
    SCOPED_TRACE(capacity);
    EXPECT_EQ(PrintMessage(Form::kText, false, capacity), DevlinkOutput("health-dump.txt"));
    EXPECT_EQ(PrintMessage(Form::kText, true, capacity), DevlinkOutput("health-dump-x.txt"));
    EXPECT_EQ(PrintMessage(Form::kJson, false, capacity) + '\n', DevlinkOutput("health-dump.json"));
  }
}

TEST(PrintTest, Regions) {
  devlink::Region region;
  region.handle = kDevice;
  region.name = "cr-space";
  region.size = 1048576;
  region.snapshots = {1, 2};
  Printed text, json;
  IprouteWriter text_out(text.sink, Form::kText), json_out(json.sink, Form::kJson);
  for (IprouteWriter* out : {&text_out, &json_out}) {
    out->BeginSection("regions");
    PrintRegion(*out, ToRegionLine(region));
    out->EndSection();
  }
  EXPECT_EQ(text.text, "pci/0000:00:05.0/cr-space: size 1048576 snapshot [1 2]\n");
  EXPECT_EQ(json.text,
            R"({"regions":{"pci/0000:00:05.0/cr-space":{"size":1048576,"snapshot":[1,2]}}})");
}

TEST(PrintTest, NamesNeverReachTheTerminalRaw) {
  devlink::Parameter parameter;
  parameter.handle = {"p\x1b", "d\n", std::nullopt};
  parameter.name =
      "\x9b"
      "31m";
  parameter.type = 5;
  parameter.values.push_back({0, std::string("\a")});
  Printed printed;
  IprouteWriter out(printed.sink, Form::kText);
  PrintParameter(out, parameter, /*grouped=*/true);
  EXPECT_EQ(printed.text,
            "p\\x1b/d\\x0a:\n  name \\x9b31m type driver-specific\n    values:\n"
            "      cmode runtime value \\x07\n");
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
