// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/run_devlink.h"

#include <cerrno>
#include <cstdio>

#include "readers/cli/devlink/batch.h"
#include "readers/cli/devlink/commands.h"
#include "readers/cli/output_text.h"
#include "readers/cli/version.h"

namespace vmcoredd::devlink_cli {

namespace {

struct Object {
  const char* name;
  Result<void> (*run)(Session&, Arguments&);  // null: devlink has it, we do not
};
// In the order in which devlink tries them: "d" is dev, "r" is resource.
constexpr Object kObjects[] = {
    {"dev", RunDev},
    {"port", RunPort},
    {"sb", nullptr},
    {"monitor", RunMonitor},
    {"dpipe", nullptr},
    {"resource", nullptr},
    {"region", RunRegion},
    {"health",
     [](Session& session, Arguments& arguments) { return RunHealth(session, arguments); }},
    {"trap", nullptr},
    {"lc", nullptr},
    {"param", RunParam},  // devlink has it below dev
};

Result<void> RunObject(Session& session, const Object& object, Arguments& arguments) {
  if (object.run == nullptr) return NotSupported(object.name);
  if (arguments.Take("help")) return PrintUsage(session, object.name);
  return object.run(session, arguments);
}

Result<void> RunCommand(Session& session, Arguments& arguments) {
  const std::string& only = session.environment().object;
  if (!only.empty()) {
    for (const Object& object : kObjects) {
      if (only == object.name) return RunObject(session, object, arguments);
    }
  }
  if (arguments.is_empty() || arguments.Take("help")) return PrintUsage(session, "");
  for (const Object& object : kObjects) {
    if (arguments.Take(object.name)) return RunObject(session, object, arguments);
  }
  return Fail(ErrorCode::kInvalidArgument,
              "Object \"" + SafeText(arguments.Peek()) + "\" not found");
}

bool RunWords(Session& session, std::vector<std::string> words) {
  Arguments arguments(std::move(words));
  const auto result = RunCommand(session, arguments);
  if (!result) session.console().AddProblem({}, result.error());
  return result.has_value();
}

void RunBatch(Session& session) {
  const std::string& name = session.options().batch;
  std::FILE* const file = name == "-" ? stdin : std::fopen(name.c_str(), "re");
  if (file == nullptr) {
    session.console().AddProblem(name, Error::Io("Cannot open file for reading", errno));
    return;
  }
  const auto read = ReadBatch(file, [&](std::vector<std::string> words, size_t line) {
    if (RunWords(session, std::move(words))) return true;
    session.console().Note("Command failed " + cli::PathText(name) + ':' + std::to_string(line));
    return session.options().force;
  });
  if (!read) session.console().AddProblem(name, read.error());
  if (file != stdin) static_cast<void>(std::fclose(file));
}

}  // namespace

void RunDevlink(const std::vector<std::string>& arguments,
                const Environment& environment,
                cli::Console& console) {
  const auto options = ParseOptions(arguments);
  if (!options) {
    console.AddProblem({}, options.error());
    console.Note("Try '" + environment.program + " --help'.");
    return;
  }
  if (options->version) {
    console.Print(environment.program + ", " + std::string(cli::ProgramVersion()) + '\n');
    return;
  }
  if (options->help) {
    console.Print(UsageText(environment, ""));
    return;
  }
  Environment asked = environment;
  if (!options->socket.empty()) {
    asked.open = [&](const devlink::NetlinkOptions&) {
      return devlink::ConnectUnix(options->socket);
    };
  }
  Session session(*options, asked, console);
  if (options->batch.empty()) {
    RunWords(session, options->words_of_command);
  } else {
    RunBatch(session);
  }
  // Whatever came of it, a line.
  if (session.out().is_json()) console.Print("\n");
}

}  // namespace vmcoredd::devlink_cli
