// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/command_line.h"

#include <getopt.h>

#include <optional>
#include <string_view>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

const char kUsage[] =
    R"(usage: vmcoredd-collect COMMAND [OPTION...]

Collects the state of devices in a crash kernel, or on a running machine.

  capture   collect device dumps onto the spool
  save      make an archive of what is on the spool
  plan      show what capture would collect, and what not
  plugins   list the driver plugins

capture, plan:
  --sysroot DIR       read devices from a captured tree instead of this machine
  --option KEY=VALUE  an option for a plugin, for example pci.full=1; may be repeated
  --allow CLASS       the riskiest dumps to collect: passive (the default),
                      side-effect or intrusive
  --spool-max BYTES   what the spool may grow to (default 4194304)
capture, save:
  --spool DIR         the spool's folder (default /run/vmcoredd)
save:
  --output FILE       the archive to write
  --force             replace FILE if it exists
  --vmcore PATH       note which crash this is: /proc/vmcore or an ELF vmcore
capture, plan, plugins:
  --plugin PATH       also use this plugin executable; may be repeated
  --deadline-ms N     what one plugin process may take (default 1000)
all:
  --verbose           tell of every dump; print errors even in a crash kernel
  --help, --version

Exit status: 0 all well, 1 something was skipped or is incomplete, 2 usage,
3 spool, tree or output not usable, 4 internal error. See vmcoredd-collect(8).
)";

namespace {

enum OptionId : int {
  kSysroot = 1,
  kSpool,
  kPlugin,
  kOption,
  kAllow,
  kDeadline,
  kSpoolMax,
  kOutput,
  kForce,
  kVmcore,
  kVerbose,
  kHelpOption,
  kVersionOption,
};

constexpr option kOptions[] = {
    {"sysroot", required_argument, nullptr, kSysroot},
    {"spool", required_argument, nullptr, kSpool},
    {"plugin", required_argument, nullptr, kPlugin},
    {"option", required_argument, nullptr, kOption},
    {"allow", required_argument, nullptr, kAllow},
    {"deadline-ms", required_argument, nullptr, kDeadline},
    {"spool-max", required_argument, nullptr, kSpoolMax},
    {"output", required_argument, nullptr, kOutput},
    {"force", no_argument, nullptr, kForce},
    {"vmcore", required_argument, nullptr, kVmcore},
    {"verbose", no_argument, nullptr, kVerbose},
    {"help", no_argument, nullptr, kHelpOption},
    {"version", no_argument, nullptr, kVersionOption},
    {nullptr, 0, nullptr, 0},
};

// An hour: longer than any crash kernel should live.
constexpr uint64_t kMaxDeadlineMs = 3600 * 1000;

tl::unexpected<Error> UsageError(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

std::optional<Command> ParseCommand(std::string_view name) {
  if (name == "capture") return Command::kCapture;
  if (name == "save") return Command::kSave;
  if (name == "plan") return Command::kPlan;
  if (name == "plugins") return Command::kPlugins;
  return std::nullopt;
}

// Which options belong to which command.
bool IsFor(Command command, int id) {
  const bool collects = command == Command::kCapture || command == Command::kPlan;
  switch (id) {
    case kSysroot:
    case kOption:
    case kAllow:
    case kSpoolMax: return collects;
    case kDeadline:
    case kPlugin: return collects || command == Command::kPlugins;
    case kSpool: return command == Command::kCapture || command == Command::kSave;
    case kOutput:
    case kForce:
    case kVmcore: return command == Command::kSave;
    default: return true;
  }
}

// Texts that go into a request must be one line of it.
Result<std::string> OneLine(const char* name, std::string_view text) {
  if (text.find('\n') == text.npos) return std::string(text);
  return UsageError(std::string(name) + " may hold no newline");
}

Result<uint64_t> ParseCount(const char* name, const char* text, uint64_t max) {
  const auto number = ParseNumber(text);
  if (!number || *number == 0 || *number > max) {
    return UsageError(std::string(name) + ": expected a number from 1 to " + std::to_string(max) +
                      ", found \"" + EscapeBytes(text) + '"');
  }
  return *number;
}

Result<void> AddPluginOption(CaptureSettings& settings, const char* argument) {
  const std::string text = VMCOREDD_TRY(OneLine("--option", argument));
  const size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos) {
    return UsageError("--option: expected KEY=VALUE, found \"" + EscapeBytes(text) + '"');
  }
  settings.options.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  return {};
}

Result<vmcoredd_dump_class> ParseClass(std::string_view name) {
  for (const auto dump_class :
       {VMCOREDD_DUMP_PASSIVE, VMCOREDD_DUMP_SIDE_EFFECT, VMCOREDD_DUMP_INTRUSIVE}) {
    if (DumpClassName(dump_class) == name) return dump_class;
  }
  return UsageError("--allow: expected passive, side-effect or intrusive, found \"" +
                    EscapeBytes(name) + '"');
}

Result<void> ApplyOption(int id, const char* argument, CommandLine& line) {
  switch (id) {
    case kSysroot: {
      std::string path = VMCOREDD_TRY(OneLine("--sysroot", argument));
      while (path.ends_with('/')) path.pop_back();
      line.capture.sysroot = std::move(path);
      return {};
    }
    case kSpool: line.spool = argument; return {};
    case kPlugin: line.plugin_paths.emplace_back(argument); return {};
    case kOption: return AddPluginOption(line.capture, argument);
    case kAllow: line.capture.max_class = VMCOREDD_TRY(ParseClass(argument)); return {};
    case kDeadline:
      line.capture.deadline = std::chrono::milliseconds(
          VMCOREDD_TRY(ParseCount("--deadline-ms", argument, kMaxDeadlineMs)));
      return {};
    case kSpoolMax:
      line.capture.max_spool_bytes =
          VMCOREDD_TRY(ParseCount("--spool-max", argument, kLargestSpoolBytes));
      return {};
    case kOutput: line.save.output = argument; return {};
    case kForce: line.save.existing = OutputFile::Existing::kReplace; return {};
    case kVmcore: line.save.vmcore = argument; return {};
    case kVerbose: line.is_verbose = true; return {};
    case kHelpOption: line.command = Command::kHelp; return {};
    case kVersionOption: line.command = Command::kVersion; return {};
    default: return {};
  }
}

}  // namespace

Result<CommandLine> ParseCommandLine(int argc, char** argv) {
  CommandLine line;
  if (argc < 2) return UsageError("expected a command");
  const std::string_view first = argv[1];
  const auto command = ParseCommand(first);
  if (command) {
    line.command = *command;
  } else if (!first.starts_with('-')) {
    return UsageError("unknown command \"" + EscapeBytes(first) + '"');
  }
  opterr = 0;
  optind = command ? 2 : 1;
  for (;;) {
    const int at = optind;
    const int id = ::getopt_long(argc, argv, "+:", kOptions, nullptr);
    if (id == -1) break;
    if (id == '?' || id == ':') {
      return UsageError((id == ':' ? "an argument is missing for " : "unknown option ") +
                        EscapeBytes(argv[at]));
    }
    if (command && !IsFor(*command, id)) {
      return UsageError(std::string(first) + " has no option " + EscapeBytes(argv[at]));
    }
    VMCOREDD_TRY(ApplyOption(id, optarg, line));
    if (line.command == Command::kHelp || line.command == Command::kVersion) {
      if (id == kHelpOption || id == kVersionOption) return line;
    }
  }
  if (!command) return UsageError("expected a command first");
  if (optind < argc) return UsageError("unexpected \"" + EscapeBytes(argv[optind]) + '"');
  if (*command == Command::kSave && line.save.output.empty()) {
    return UsageError("save needs --output FILE");
  }
  line.save.spool_folder = line.spool;
  return line;
}

}  // namespace vmcoredd
