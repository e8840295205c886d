// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ctime>

#include "collector/setup/collect_conf.h"
#include "collector/setup/image.h"
#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/setup_inputs.h"
#include "readers/cli/version.h"

namespace vmcoredd::cli {

void Run(const PrepareCommand& command, Console& console) {
  const Sysroot root(command.sysroot);
  const auto config = ReadConfig(command.config, root, console);
  if (!config) return;
  CollectConfInput input = GatherCollectConf(root, *config);
  input.generator = VersionNumber();
  input.time = std::time(nullptr);
  if (!command.release.empty()) input.release = command.release;
  const std::string text = CompileCollectConf(input);
  if (command.output == "-") {
    console.Print(text);
  } else if (!command.output.empty()) {
    const auto written = ReplaceFile(command.output, text);
    if (!written) return console.AddProblem(command.output, written.error());
  }
  if (command.image.empty()) return;
  const auto put = PutIntoImage(command.image, text, command.if_changed);
  if (!put) return console.AddUnusable(command.image, put.error());
  // What the image of this machine says, also when the image had it already.
  const auto kept = root.Write(kImageConfPath, text);
  if (!kept) console.AddProblem(root.Host(kImageConfPath), kept.error());
}

}  // namespace vmcoredd::cli
