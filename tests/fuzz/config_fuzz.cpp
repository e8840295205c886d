// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/config.h"

#include "collector/capture/collect_config.h"
#include "collector/setup/collect_conf.h"
#include "collector/setup/kdump_target.h"
#include "collector/setup/mounts.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

namespace {

// The same bytes as other files that prepare reads.
void ParseOthers(std::string_view text) {
  for (const Mount& mount : ParseMountinfo(text)) {
    fuzz::Require(!mount.number.empty() && !mount.folder.empty(), "a mount has a place");
  }
  static_cast<void>(ParseFstab(text));
  static_cast<void>(ParseCrypttab(text));
  static_cast<void>(ParseSwaps(text));
  std::vector<std::string> unclear;
  for (const auto& [key, value] : ParseShellVariables(text, unclear)) {
    fuzz::Require(value.find('\n') == std::string::npos, "a variable is one line");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ParseOthers(text);
  const ParsedConfig parsed = ParseConfig(text);
  for (const ConfigProblem& problem : parsed.problems) {
    fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, problem.text));
  }
  if (!parsed.problems.empty()) return 0;
  // What the configuration allows, the collector takes, all of it.
  CollectConfInput input;
  input.config = parsed.config;
  input.release = input.running = "6.1";
  const auto read = ParseCollectConfig(CompileCollectConf(input));
  fuzz::Require(read.has_value(), "the collector reads what was compiled");
  fuzz::Require(read->warnings.empty(), "and knows every key");
  fuzz::Require(!read->hold, "nothing is held without a path");
  return 0;
}
