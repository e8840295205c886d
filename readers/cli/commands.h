// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_COMMANDS_H_
#define READERS_CLI_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "readers/cli/import_identity.h"
#include "readers/report/redaction.h"

// What a command line asks for, one struct a subcommand, and the functions that
// do it, one cmd_*.cpp each. The manual page says what the options mean.

namespace vmcoredd::cli {

class Console;

struct ListCommand {
  std::vector<std::string> files;
  bool json = false;
  bool leading = false;
};

struct InfoCommand {
  std::vector<std::string> files;
  bool json = false;
};

struct ExtractCommand {
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  std::string folder;  // empty: to standard output
  bool stored = false;
  bool force = false;
  bool json = false;
};

struct ShowCommand {
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  uint64_t offset = 0;
  std::optional<uint64_t> length;  // nothing: to the end
  bool stored = false;
};

// Which layouts say what bytes mean.
struct LayoutSelection {
  std::vector<std::string> directories;  // besides those that are always looked at
  std::string layout;                    // the name of one; empty: what matches each dump
};

struct DecodeCommand {
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  LayoutSelection layouts;
  bool json = false;
  bool all = false;
  bool findings = false;
};

struct DiffCommand {
  std::vector<std::string> files;  // one or two; of one, dumps of itself are compared
  bool baseline = false;           // the newest baseline is the first
  std::vector<std::string> selectors;
  std::string with;  // compare the one dump that is selected with this one
  LayoutSelection layouts;
  bool json = false;
  bool all = false;
  bool side_by_side = false;
  std::string sysroot;
};

struct ReportCommand {
  enum class Form { kText, kJson, kHtml } form = Form::kText;
  std::vector<std::string> files;    // vmcores, archives, saved outputs, kernel logs, folders
  std::vector<std::string> against;  // the same, of a healthy machine
  std::string output;                // empty: standard output
  bool baseline = false;             // the newest baseline of this machine, too
  bool timeline = false;             // only what happened
  bool force = false;
  LayoutSelection layouts;
  std::string sysroot;
};

struct RedactCommand {
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  std::vector<std::string> drop;  // selectors
  RedactionPolicy policy;
  std::string archive;
  bool dry_run = false;
  bool compress = false;
  bool force = false;
  bool json = false;
  LayoutSelection layouts;
};

// What `layout import` makes a layout of.
struct LayoutSource {
  std::string file;    // "-": standard input
  std::string output;  // "-": standard output
  std::string format;  // empty: what it looks like
  std::string name, title;
  std::vector<std::string> sources;
  std::vector<std::string> match_pci, match_dump, match_driver, match_region;
  std::vector<std::string> peripherals;
  std::optional<uint64_t> base;
  bool force = false;
};

struct LayoutCommand {
  enum class Verb { kCheck, kList, kImport } verb = Verb::kList;
  std::vector<std::string> files;  // to check
  LayoutSelection layouts;
  LayoutSource source;
  bool json = false;
};

struct ExportCommand {
  std::string format;
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  std::string output;  // a file or a folder, as the format has it
  bool force = false;
  // Of jsonl and sqlite:
  bool with_fields = true;
  LayoutSelection layouts;
};

struct PackCommand {
  std::vector<std::string> files;
  std::vector<std::string> selectors;
  std::vector<std::pair<std::string, std::string>> raw_files;  // dump name, path
  std::string archive;
  bool compress = false;
  bool force = false;
};

struct ImportCommand {
  std::vector<std::string> files;
  std::string archive;
  std::string format;  // empty: what each file looks like
  std::string device;  // "BUS/ADDRESS", empty: not said
  ImportIdentity identity;
  std::optional<uint64_t> size;  // of each region or raw file
  bool compress = false;
  bool force = false;
  bool json = false;
};

struct AttachCommand {
  std::string vmcore;  // "-": filter standard input to standard output
  std::vector<std::string> archives;
  bool yes = false;
  bool force = false;
};

struct DetachCommand {
  std::string vmcore;
  bool yes = false;
};

struct VerifyCommand {
  std::vector<std::string> files;
  bool json = false;
};

struct UnflattenCommand {
  std::string input;
  std::string output;
  bool force = false;
};

struct PrepareCommand {
  std::string config;  // empty: the default, which need not be there
  std::string sysroot;
  std::string output;   // empty: none; "-": standard output
  std::string image;    // empty: none
  std::string release;  // empty: the kernel that runs
  bool if_changed = false;
};

struct RecordCommand {
  std::string config;
  std::string sysroot;
  std::string output;  // empty: where it belongs, and the guard does its work, too
  bool disarm = false;
};

struct FinaliseCommand {
  std::string config;
  std::string sysroot;
  std::vector<std::string> directories;
};

struct DoctorCommand {
  std::string config;
  std::string sysroot;
  bool json = false;
  bool acknowledge = false;
};

// What of the running machine, for `capture` and `baseline`.
struct LiveSelection {
  std::vector<std::string> devices;  // DEV as given; none: all
  bool regions = true, health = true, devcoredumps = true, plugins = true;
  bool new_snapshots = false;
  bool trigger = false;
  std::vector<std::string> names;  // of regions and reporters; none: all
  std::string allow;               // empty: as configured
  uint64_t timeout_s = 0;          // 0: none
  std::string netns;
  std::string socket;  // of a server that speaks netlink; empty: the kernel
  std::string config;
  std::string sysroot;
};

struct CaptureCommand {
  LiveSelection selection;
  std::string archive;  // empty: a new one in /var/lib/vmcoredd/live
  std::string kind = "live";
  bool force = false;
  bool list = false;
  bool json = false;
};

struct BaselineCommand {
  LiveSelection selection;
  bool if_changed = false;
  bool show = false;
  std::optional<uint64_t> keep;  // nothing: as configured
  bool json = false;
};

struct WatchCommand {
  std::string config;  // empty: /etc/vmcoredd/vmcoredd.conf
  std::string sysroot;
  std::string netlink_socket;
  bool check = false;
  bool once = false;
  bool foreground = false;
};

using Command = std::variant<ListCommand,
                             InfoCommand,
                             ExtractCommand,
                             ShowCommand,
                             ExportCommand,
                             PackCommand,
                             ImportCommand,
                             AttachCommand,
                             DetachCommand,
                             VerifyCommand,
                             UnflattenCommand,
                             PrepareCommand,
                             RecordCommand,
                             FinaliseCommand,
                             DoctorCommand,
                             DecodeCommand,
                             DiffCommand,
                             ReportCommand,
                             RedactCommand,
                             LayoutCommand
#ifdef VMCOREDD_WITH_DEVLINK
                             ,
                             CaptureCommand,
                             BaselineCommand,
                             WatchCommand
#endif
                             >;

// Parses a command line. An exit code instead of a command when there is nothing
// more to do: help and version have been printed, or the usage error.
std::variant<Command, int> ParseCommandLine(int argc, char** argv);

// `vmcoredd devlink ARGUMENTS...`, which has a grammar of its own (devlink/).
void RunDevlinkCommand(const std::vector<std::string>& arguments, Console& console);
// `vmcoredd health [--socket PATH] ARGUMENTS...`: the same of reporters in user space.
void RunHealthCommand(const std::vector<std::string>& arguments, Console& console);

// Each does its work and says on `console` what came of it.
void Run(const ListCommand& command, Console& console);
void Run(const InfoCommand& command, Console& console);
void Run(const ExtractCommand& command, Console& console);
void Run(const ShowCommand& command, Console& console);
void Run(const DecodeCommand& command, Console& console);
void Run(const DiffCommand& command, Console& console);
void Run(const ReportCommand& command, Console& console);
void Run(const RedactCommand& command, Console& console);
void Run(const LayoutCommand& command, Console& console);
void ImportLayoutFile(const LayoutSource& source, Console& console);
void Run(const ExportCommand& command, Console& console);
void ExportRows(const ExportCommand& command, Console& console);
void Run(const PackCommand& command, Console& console);
void Run(const ImportCommand& command, Console& console);
void Run(const AttachCommand& command, Console& console);
void Run(const DetachCommand& command, Console& console);
void Run(const VerifyCommand& command, Console& console);
void Run(const UnflattenCommand& command, Console& console);
void Run(const PrepareCommand& command, Console& console);
void Run(const RecordCommand& command, Console& console);
void Run(const FinaliseCommand& command, Console& console);
void Run(const DoctorCommand& command, Console& console);
void Run(const CaptureCommand& command, Console& console);
void Run(const BaselineCommand& command, Console& console);
void Run(const WatchCommand& command, Console& console);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_COMMANDS_H_
