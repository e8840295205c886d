// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/decode/privacy.h"

#include <gtest/gtest.h>

#include "tests/unit/readers/decode/support.h"

namespace vmcoredd {
namespace {

std::string ClassesOf(const SeenDump& seen, std::string_view path) {
  return PrivacyText(seen.at(path).privacy);
}

TEST(PrivacyOfFields, BytesAndTextsAreNobodysBusinessUnlessTheLayoutSaysSo) {
  const SeenDump seen = Decode(
      LayoutOf("{ name = \"N\", size = 1 },\n"
               "{ name = \"B\", type = \"bytes\", size = 1 },\n"
               "{ name = \"T\", type = \"text\", size = 1 },\n"
               "{ name = \"M\", type = \"mac\" },\n"
               "{ name = \"V\", type = \"text\", size = 1, privacy = \"none\" },\n"
               "{ name = \"S\", size = 1, privacy = [\"mac\", \"serial\"] },\n"
               "{ name = \"K\", type = \"struct\", size = 1, switch = \"N\", cases = { 9 = "
               "\"other\" } },\n"
               "{ name = \"O\", type = \"struct\", struct = \"other\", privacy = "
               "\"secret\" },\n"
               "{ name = \"P\", type = \"struct\", struct = \"other\", privacy = "
               "\"none\" },\n"
               "{ name = \"Q\", type = \"struct\", struct = \"other\" },\n",
               "[struct.other]\nfields = [{ name = \"N\", size = 1 }, { name = \"B\", type = "
               "\"bytes\", size = 1 }, { name = \"M\", size = 1, privacy = \"mac\" }]\n"),
      std::vector<std::byte>(32, std::byte{1}));
  EXPECT_EQ(ClassesOf(seen, "N"), "");
  EXPECT_EQ(ClassesOf(seen, "B"), "payload");
  EXPECT_EQ(ClassesOf(seen, "T"), "payload");
  EXPECT_EQ(ClassesOf(seen, "M"), "mac");
  EXPECT_EQ(ClassesOf(seen, "V"), "");
  EXPECT_EQ(ClassesOf(seen, "S"), "serial, mac");
  EXPECT_EQ(ClassesOf(seen, "K"), "payload");
  EXPECT_EQ(ClassesOf(seen, "O.N"), "secret");
  EXPECT_EQ(ClassesOf(seen, "O.B"), "secret");
  EXPECT_EQ(ClassesOf(seen, "O.M"), "mac");
  EXPECT_EQ(ClassesOf(seen, "P.B"), "");
  EXPECT_EQ(ClassesOf(seen, "P.M"), "mac");
  EXPECT_EQ(ClassesOf(seen, "Q.B"), "payload");
}

TEST(PrivacyOfFields, MistakesAreSaid) {
  EXPECT_EQ(ProblemsOf(LayoutOf("{ name = \"A\", privacy = \"x\" },")),
            (std::vector<std::string>{"8:25 struct all: A: privacy: expected serial, mac, payload, "
                                      "secret, a list of them, or none, found \"x\""}));
  EXPECT_EQ(ProblemsOf(LayoutOf("{ name = \"A\", privacy = [\"mac\", \"none\"] },")).size(), 1u);
  EXPECT_EQ(ProblemsOf(LayoutOf("{ name = \"A\", privacy = 1 },")).size(), 1u);
}

TEST(PrivacyOfName, KnowsWhatDriversCallThem) {
  for (const char* const name :
       {"serial_number", "board.sn", "Serial Number", "uuid", "wwn", "DSN"})
    EXPECT_EQ(PrivacyText(PrivacyOfName(name)), "serial") << name;
  for (const char* const name : {"mac", "MAC address", "perm_addr", "permaddr", "hw_addr", "hwaddr",
                                 "port_mac", "base_mac_addr", "macaddr"})
    EXPECT_EQ(PrivacyText(PrivacyOfName(name)), "mac") << name;
  EXPECT_EQ(PrivacyText(PrivacyOfName("node_guid")), "serial, mac");
  for (const char* const name : {"address", "machine", "driver", "snapshot", "fixed.asic.id", ""})
    EXPECT_EQ(PrivacyText(PrivacyOfName(name)), "") << name;
}

TEST(FindHardwareAddress, InTextsAndInNamesOfInterfaces) {
  const auto found = [](std::string_view text) {
    const auto at = FindHardwareAddress(text);
    return at ? std::string(text.substr(at->offset, at->size)) : std::string();
  };
  EXPECT_EQ(found("52:54:00:12:34:56"), "52:54:00:12:34:56");
  EXPECT_EQ(found("at 52-54-00-AA-bb-cc."), "52-54-00-AA-bb-cc");
  EXPECT_EQ(found("20:00:52:54:00:12:34:56"), "20:00:52:54:00:12:34:56");
  EXPECT_EQ(found("enx525400aabbcc: down"), "enx525400aabbcc");
  EXPECT_EQ(found("p0 wlx525400aabbcc"), "wlx525400aabbcc");
  for (const char* const text :
       {"", "52:54:00:12:34", "52:54:00:12:34:5", "52:54:00:12:34:567", "0000:01:00.0",
        "52:54-00:12:34:56", "enp1s0", "enx525400aabbc", "xenx525400aabbcc", "enx525400aabbccd",
        "1b4e28ba-2fa1-11d2-883f-b9a761bde3fb"})
    EXPECT_EQ(found(text), "") << text;
}

}  // namespace
}  // namespace vmcoredd
