// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/run_devlink.h"

#include <gtest/gtest.h>
#include <linux/devlink.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>

#include "tests/support/devlink/recorded_channel.h"
#include "vmcoredd/base/endian.h"

// Whole commands, against what a kernel with netdevsim once answered.

namespace vmcoredd::devlink_cli {
namespace {

using devlink::Recording;

struct Outcome {
  std::string out, err;
  int exit_code = 0;
};

Outcome Execute(const std::vector<std::string>& arguments,
                const std::shared_ptr<Recording>& recording,
                Environment environment = {}) {
  environment.open =
      [&](const devlink::NetlinkOptions&) -> Result<std::unique_ptr<devlink::MessageChannel>> {
    if (recording == nullptr) return Fail(ErrorCode::kUnsupported, "this kernel has no devlink");
    return std::make_unique<devlink::RecordedChannel>(recording);
  };
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  {
    cli::Console console;
    RunDevlink(arguments, environment, console);
    outcome.exit_code = console.Finish();
  }
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

// tests/golden/netlink/README.md.
std::vector<std::vector<std::byte>> Datagrams(const std::string& name) {
  std::ifstream file(VMCOREDD_GOLDEN "/netlink/" + name, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto bytes = std::as_bytes(std::span(all));
  std::vector<std::vector<std::byte>> datagrams;
  for (size_t at = 0; at + 4 <= bytes.size();) {
    const auto size = LoadInt<uint32_t>(&bytes[at], std::endian::little);
    const auto datagram = bytes.subspan(at + 4, size);
    datagrams.emplace_back(datagram.begin(), datagram.end());
    at += 4 + size;
  }
  return datagrams;
}

std::shared_ptr<Recording> Golden(const std::string& name) {
  auto recording = std::make_shared<Recording>();
  recording->Answer(Datagrams(name));
  return recording;
}

TEST(RunDevlinkTest, RegionsOfNetdevsim) {
  const auto recording = Golden("region_get_dump.nl");
  const Outcome text = Execute({"region", "show"}, recording);
  EXPECT_EQ(text.out, "netdevsim/netdevsim1/dummy: size 32768 snapshot [] max 16\n");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.err, "");
}

TEST(RunDevlinkTest, TheUnbalancedMessageOfNetdevsimIsWhole) {
  const Outcome text =
      Execute({"health", "dump", "show", "netdevsim/netdevsim1", "reporter", "dummy"},
              Golden("health_dump_dummy16.nl"));
  EXPECT_NE(text.out.find("  test_nest:\n"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("  test_u32_array:\n"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("  test_array_of_objects:\n"), std::string::npos) << text.out;
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.err.find("mended"), std::string::npos);
}

TEST(RunDevlinkTest, BinaryDataThatIsCutIsWhole) {
  const Outcome json =
      Execute({"-j", "health", "dump", "show", "netdevsim/netdevsim1", "reporter", "dummy"},
              Golden("health_dump_dummy8192.nl"));
  const size_t begin = json.out.find("\"test_binary\":[");
  ASSERT_NE(begin, std::string::npos) << json.out;
  const std::string array = json.out.substr(begin, json.out.find(']', begin) - begin);
  EXPECT_EQ(std::count(array.begin(), array.end(), ','), 8191);
  EXPECT_EQ(json.exit_code, 0);
}

TEST(RunDevlinkTest, ADumpThatEndsWithAnErrorKeepsWhatCame) {
  auto recording = std::make_shared<Recording>();
  auto datagrams = Datagrams("health_dump_dummy8192.nl");
  ASSERT_GE(datagrams.size(), 2u);
  datagrams.resize(1);
  datagrams.push_back(devlink::DoneMessage(EAGAIN, "Dump trampled, please retry"));
  recording->Answer(datagrams);
  const Outcome json = Execute(
      {"-j", "health", "dump", "show", "netdevsim/netdevsim1", "reporter", "dummy"}, recording);
  EXPECT_TRUE(json.out.starts_with("{\"test_binary\":[") || json.out.starts_with("{\"test_"))
      << json.out;
  EXPECT_TRUE(json.out.ends_with("}\n")) << "JSON ends whatever happens";
  EXPECT_NE(json.err.find("Dump trampled, please retry"), std::string::npos);
  EXPECT_EQ(json.exit_code, 1);
}

TEST(RunDevlinkTest, PassiveDoesNotAskForADump) {
  // The first reporter of the recording, "empty", has no dump.
  const auto all = Datagrams("health_get_dump.nl");
  std::optional<std::vector<std::byte>> empty;
  ASSERT_TRUE(devlink::VisitMessages(all[0], 0, std::endian::native,
                                     [&](const devlink::Message& message) -> Result<void> {
                                       if (!empty) {
                                         empty.emplace(message.whole.begin(), message.whole.end());
                                       }
                                       return {};
                                     }));
  const auto recording = std::make_shared<Recording>();
  recording->Answer({*empty, devlink::AckMessage()});
  const Outcome text =
      Execute({"health", "dump", "show", "netdevsim/netdevsim1", "reporter", "empty", "--passive"},
              recording);
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_NE(text.err.find("no dump is stored"), std::string::npos) << text.err;
  ASSERT_EQ(recording->requests.size(), 1u);
  EXPECT_EQ(recording->requests[0].command, DEVLINK_CMD_HEALTH_REPORTER_GET);
}

TEST(RunDevlinkTest, ADirectReadNeedsAKernelThatKnowsIt) {
  const auto recording = std::make_shared<Recording>();
  const Outcome text = Execute(
      {"region", "read", "netdevsim/netdevsim1/dummy", "address", "0", "length", "1"}, recording);
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_NE(text.err.find("v6.3"), std::string::npos) << text.err;
  EXPECT_TRUE(recording->requests.empty());
}

TEST(RunDevlinkTest, WithoutDevlink) {
  const Outcome text = Execute({"region", "show"}, nullptr);
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_NE(text.err.find("this kernel has no devlink"), std::string::npos);
  EXPECT_EQ(Execute({"region", "help"}, nullptr).exit_code, 0);
  EXPECT_EQ(Execute({"-j", "region", "show"}, nullptr).out, "{\"regions\":{}}\n");
}

TEST(RunDevlinkTest, OneObjectThatIsNotNamed) {
  const Environment environment{.program = "vmcoredd health", .object = "health"};
  EXPECT_TRUE(
      Execute({"help"}, nullptr, environment).out.starts_with("Usage: vmcoredd health show "));
  const Outcome text = Execute({"sh"}, Golden("health_get_dump.nl"), environment);
  EXPECT_TRUE(text.out.starts_with("netdevsim/netdevsim1:\n  reporter empty\n")) << text.out;
  EXPECT_NE(Execute({"region"}, nullptr, environment).err.find("Command \"region\" not found"),
            std::string::npos);
}

}  // namespace
}  // namespace vmcoredd::devlink_cli
