// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_UNIT_READERS_CLI_DEVLINK_GOLDEN_TEXT_H_
#define TESTS_UNIT_READERS_CLI_DEVLINK_GOLDEN_TEXT_H_

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "readers/cli/devlink/iproute_writer.h"

namespace vmcoredd::devlink_cli {

// What devlink 6.1 printed.
inline std::string DevlinkOutput(const std::string& name) {
  std::ifstream file(VMCOREDD_GOLDEN "/devlink-output/" + name);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Keeps what is printed.
struct Printed {
  std::string text;
  TextSink sink = [this](std::string_view piece) { text += piece; };
};

}  // namespace vmcoredd::devlink_cli

#endif  // TESTS_UNIT_READERS_CLI_DEVLINK_GOLDEN_TEXT_H_
