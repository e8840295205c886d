// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/command_line.h"

#include <getopt.h>

#include <array>
#include <optional>
#include <string_view>

#include "collector/capture/flat_text.h"
#include "collector/capture/offer_session.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Sets of commands, to say which options belong to which.
constexpr unsigned Bit(Command command) { return 1u << static_cast<unsigned>(command); }
constexpr unsigned kEvery = ~0u;
constexpr unsigned kCollecting = Bit(Command::kCapture) | Bit(Command::kPlan);
constexpr unsigned kWithPlugins = kCollecting | Bit(Command::kPlugins);
constexpr unsigned kWithTree = kCollecting | Bit(Command::kHold);
constexpr unsigned kReadsSpools = Bit(Command::kSave) | Bit(Command::kFilter);
constexpr unsigned kWithSpool = Bit(Command::kCapture) | Bit(Command::kHold) | kReadsSpools;

struct CommandOption {
  const char* name;
  bool has_argument;
  unsigned commands;
  Result<void> (*apply)(CommandLine& line, const char* argument);
};

// An hour: longer than any crash kernel should live.
constexpr uint64_t kMaxDeadlineMs = 3600 * 1000;

tl::unexpected<Error> UsageError(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

std::optional<Command> ParseCommand(std::string_view name) {
  if (name == "capture") return Command::kCapture;
  if (name == "filter") return Command::kFilter;
  if (name == "hold") return Command::kHold;
  if (name == "save") return Command::kSave;
  if (name == "plan") return Command::kPlan;
  if (name == "plugins") return Command::kPlugins;
  return std::nullopt;
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

Result<void> AddPluginOption(CommandLine& line, const char* argument) {
  const std::string text = VMCOREDD_TRY(OneLine("--option", argument));
  const size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos) {
    return UsageError("--option: expected KEY=VALUE, found \"" + EscapeBytes(text) + '"');
  }
  line.options.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  return {};
}

Result<void> SetClass(CommandLine& line, const char* argument) {
  line.allow = ParseDumpClass(argument);
  if (line.allow) return {};
  return UsageError("--allow: expected passive, side-effect or intrusive, found \"" +
                    EscapeBytes(argument) + '"');
}

Result<void> SetPhase(CommandLine& line, const char* argument) {
  for (const Phase phase : {Phase::kAll, Phase::kEarly, Phase::kLate}) {
    if (PhaseName(phase) != argument) continue;
    line.phase = phase;
    return {};
  }
  return UsageError("--phase: expected early, late or all, found \"" + EscapeBytes(argument) + '"');
}

Result<void> SetSysroot(CommandLine& line, const char* argument) {
  line.sysroot = VMCOREDD_TRY(OneLine("--sysroot", argument));
  while (line.sysroot.ends_with('/')) line.sysroot.pop_back();
  return {};
}

Result<void> SetProcessTime(CommandLine& line, const char* argument) {
  line.process_time = std::chrono::milliseconds(
      VMCOREDD_TRY(ParseCount("--deadline-ms", argument, kMaxDeadlineMs)));
  return {};
}

Result<void> SetSpoolMax(CommandLine& line, const char* argument) {
  line.spool_bytes = VMCOREDD_TRY(ParseCount("--spool-max", argument, kLargestSpoolBytes));
  return {};
}

Result<void> SetConfig(CommandLine& line, const char* argument) {
  line.config_path = argument;
  line.has_config_path = true;
  return {};
}

Result<void> AddSpool(CommandLine& line, const char* argument) {
  if ((Bit(line.command) & kReadsSpools) == 0) line.spools.clear();
  line.spools.emplace_back(argument);
  return {};
}

// An option that only keeps its argument.
template <auto Member>
Result<void> Keep(CommandLine& line, const char* argument) {
  line.*Member = argument;
  return {};
}

template <auto Member>
Result<void> KeepForSave(CommandLine& line, const char* argument) {
  line.save.*Member = argument;
  return {};
}

// Behind what --directory says, wherever that stands.
Result<void> AddFallback(CommandLine& line, const char* argument) {
  line.save.directories.emplace_back(argument);
  return {};
}

Result<void> SetArchiveMax(CommandLine& line, const char* argument) {
  line.save.max_bytes = VMCOREDD_TRY(ParseCount("--archive-max", argument, kLargestSpoolBytes));
  return {};
}

Result<void> SetDirectory(CommandLine& line, const char* argument) {
  line.save.directories.insert(line.save.directories.begin(), argument);
  line.has_directory = true;
  return {};
}

constexpr CommandOption kOptions[] = {
    {"allow", true, kCollecting, SetClass},
    {"archive-max", true, Bit(Command::kSave), SetArchiveMax},
    {"config", true, kEvery, SetConfig},
    {"deadline-ms", true, kWithPlugins, SetProcessTime},
    {"directory", true, Bit(Command::kSave), SetDirectory},
    {"dry-run", false, Bit(Command::kHold),
     [](CommandLine& line, const char*) -> Result<void> {
       line.is_dry_run = true;
       return {};
     }},
    {"early-spool", true, kCollecting, Keep<&CommandLine::early_spool>},
    {"fallback", true, Bit(Command::kSave), AddFallback},
    {"option", true, kCollecting, AddPluginOption},
    {"output", true, Bit(Command::kSave), KeepForSave<&SaveSettings::output>},
    {"phase", true, kCollecting, SetPhase},
    {"plugin", true, kWithPlugins,
     [](CommandLine& line, const char* argument) -> Result<void> {
       line.plugin_paths.emplace_back(argument);
       return {};
     }},
    {"rehearse", false, Bit(Command::kPlan),
     [](CommandLine& line, const char*) -> Result<void> {
       line.is_rehearsal = true;
       return {};
     }},
    {"replace", false, Bit(Command::kSave),
     [](CommandLine& line, const char*) -> Result<void> {
       line.save.existing = OutputFile::Existing::kReplace;
       return {};
     }},
    {"spool", true, kWithSpool, AddSpool},
    {"spool-max", true, kCollecting, SetSpoolMax},
    {"sysroot", true, kWithTree, SetSysroot},
    {"vmcore", true, Bit(Command::kSave), KeepForSave<&SaveSettings::vmcore>},
    {"verbose", false, kEvery,
     [](CommandLine& line, const char*) -> Result<void> {
       line.is_verbose = true;
       return {};
     }},
    {"help", false, kEvery,
     [](CommandLine& line, const char*) -> Result<void> {
       line.command = Command::kHelp;
       return {};
     }},
    {"version", false, kEvery,
     [](CommandLine& line, const char*) -> Result<void> {
       line.command = Command::kVersion;
       return {};
     }},
};
constexpr size_t kOptionCount = sizeof kOptions / sizeof *kOptions;

std::array<option, kOptionCount + 1> GetoptTable() {
  std::array<option, kOptionCount + 1> table{};
  for (size_t i = 0; i < kOptionCount; ++i) {
    table[i] = {kOptions[i].name, kOptions[i].has_argument ? required_argument : no_argument,
                nullptr, static_cast<int>(i) + 1};
  }
  return table;
}

Result<void> CheckWhole(const CommandLine& line) {
  if (line.command != Command::kSave) return {};
  if (line.save.output.empty() == !line.has_directory) {
    return UsageError("save needs one of --output FILE and --directory DIR");
  }
  if (!line.has_directory && !line.save.directories.empty()) {
    return UsageError("--fallback is for --directory");
  }
  return {};
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
  const auto table = GetoptTable();
  opterr = 0;
  optind = command ? 2 : 1;
  for (;;) {
    const int at = optind;
    // '?' is 63, ':' 58: there are fewer options.
    static_assert(kOptionCount < ':');
    const int id = ::getopt_long(argc, argv, "+:", table.data(), nullptr);
    if (id == -1) break;
    if (id == '?' || id == ':') {
      return UsageError((id == ':' ? "an argument is missing for " : "unknown option ") +
                        EscapeBytes(argv[at]));
    }
    const CommandOption& chosen = kOptions[id - 1];
    if (command && (chosen.commands & Bit(*command)) == 0) {
      return UsageError(std::string(first) + " has no option " + EscapeBytes(argv[at]));
    }
    VMCOREDD_TRY(chosen.apply(line, optarg));
    const bool is_final =
        std::string_view(chosen.name) == "help" || std::string_view(chosen.name) == "version";
    if (is_final) return line;
  }
  if (!command) return UsageError("expected a command first");
  if (optind < argc) return UsageError("unexpected \"" + EscapeBytes(argv[optind]) + '"');
  VMCOREDD_TRY(CheckWhole(line));
  return line;
}

}  // namespace vmcoredd
