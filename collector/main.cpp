// SPDX-License-Identifier: LGPL-2.1-or-later
// vmcoredd-collect: the program in the crash kernel. Everything that is printed is
// printed here.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <new>

#include "collector/capture/capture.h"
#include "collector/capture/plugin_catalog.h"
#include "collector/command_line.h"
#include "collector/save/save.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {
namespace {

constexpr int kAllWell = 0;
constexpr int kIncomplete = 1;
constexpr int kUsageError = 2;
constexpr int kUnusable = 3;
constexpr int kInternal = 4;

void Complain(const std::string& text) {
  std::fprintf(stderr, "vmcoredd-collect: %s\n", text.c_str());
}

int ExitWith(const Error& error) {
  Complain(error.ToString());
  return error.code() == ErrorCode::kInvalidArgument ? kUsageError : kUnusable;
}

// Does not open it: while somebody does, newer kernels refuse new device dumps.
bool IsCrashKernel(const std::string& sysroot) {
  return ::access((sysroot + "/proc/vmcore").c_str(), F_OK) == 0;
}

// Descriptors 0, 1 and 2 are given to plugins: they must not be files of ours.
void OpenStandardDescriptors() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd >= 0) ::close(fd);
}

void SilenceErrors() {
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0) return;
  ::dup2(null, STDERR_FILENO);
  ::close(null);
}

struct Catalog {
  std::vector<Plugin> plugins;
  std::vector<std::string> problems;
};

// An executable that cannot be used is no reason not to use the others.
Result<Catalog> LoadPlugins(const CommandLine& line) {
  Catalog catalog;
  catalog.plugins = VMCOREDD_TRY(BuiltinPlugins());
  for (const std::string& path : line.plugin_paths) {
    auto plugin = DescribeExecutable(path, line.capture.deadline);
    if (!plugin) {
      catalog.problems.push_back(plugin.error().ToString());
      continue;
    }
    bool is_new = true;
    for (const Plugin& other : catalog.plugins) is_new = is_new && other.name != plugin->name;
    if (is_new) {
      catalog.plugins.push_back(*std::move(plugin));
    } else {
      catalog.problems.push_back("plugin " + EscapeBytes(path) + ": there is another one named " +
                                 plugin->name);
    }
  }
  for (const std::string& problem : catalog.problems) Complain(problem);
  return catalog;
}

int ListPlugins(const CommandLine& line) {
  const auto catalog = LoadPlugins(line);
  if (!catalog) return ExitWith(catalog.error());
  for (const Plugin& plugin : catalog->plugins) {
    std::printf("%-16s %-9s %s%s%s\n", plugin.name.c_str(), plugin.entry ? "built-in" : "external",
                plugin.description.c_str(), plugin.entry ? "" : "  ",
                plugin.entry ? "" : EscapeBytes(plugin.path).c_str());
  }
  return catalog->problems.empty() ? kAllWell : kIncomplete;
}

int ShowPlan(const CommandLine& line) {
  const auto catalog = LoadPlugins(line);
  if (!catalog) return ExitWith(catalog.error());
  const auto inventory = ReadInventory(line.capture.sysroot);
  if (!inventory) return ExitWith(inventory.error());
  const Plan plan = MakePlan(*inventory, catalog->plugins, line.capture);
  std::printf("%-43s %10s %8s %-11s %s\n", "NAME", "SIZE", "PRIORITY", "CLASS", "DEVICE");
  for (const PlannedDump& dump : plan.dumps) {
    const std::string size = dump.offer.size ? std::to_string(dump.offer.size) : "unknown";
    std::printf("%-43s %10s %8d %-11s %04x:%04x class %06x%s%s\n", dump.name.c_str(), size.c_str(),
                static_cast<int>(dump.offer.priority),
                std::string(DumpClassName(dump.offer.dump_class)).c_str(), dump.device->vendor_id,
                dump.device->device_id, dump.device->class_code,
                dump.device->driver.empty() ? "" : " driver ", dump.device->driver.c_str());
  }
  for (const ManifestSkip& skip : plan.skipped) {
    std::printf("%-43s skipped: %s\n", skip.name.c_str(), skip.reason.c_str());
  }
  for (const std::string& warning : inventory->warnings) Complain(warning);
  const bool is_complete =
      plan.skipped.empty() && catalog->problems.empty() && inventory->warnings.empty();
  return is_complete ? kAllWell : kIncomplete;
}

Result<CaptureSummary> Capture(const CommandLine& line, bool& has_problems) {
  const Catalog catalog = VMCOREDD_TRY(LoadPlugins(line));
  const Inventory inventory = VMCOREDD_TRY(ReadInventory(line.capture.sysroot));
  SpoolWriter spool = VMCOREDD_TRY(
      SpoolWriter::Create(line.spool, DescribeCapture(line.capture), line.capture.max_spool_bytes));
  for (const std::string& problem : catalog.problems) VMCOREDD_TRY(spool.AddNote(problem));
  for (const std::string& warning : inventory.warnings) {
    Complain(warning);
    VMCOREDD_TRY(spool.AddNote(warning));
  }
  has_problems = !catalog.problems.empty() || !inventory.warnings.empty();
  const Plan plan = MakePlan(inventory, catalog.plugins, line.capture);
  return CapturePlan(plan, line.capture, spool,
                     [&](const std::string& name, Outcome outcome, const std::string& problem) {
                       if (problem.empty() && !line.is_verbose) return;
                       Complain(name + ": " + std::string(OutcomeName(outcome)) +
                                (problem.empty() ? "" : ": " + problem));
                     });
}

int RunCapture(const CommandLine& line) {
  bool has_problems = false;
  const auto summary = Capture(line, has_problems);
  if (!summary) return ExitWith(summary.error());
  Complain("on the spool " + EscapeBytes(line.spool) + ": " + std::to_string(summary->complete) +
           " dumps, in part " + std::to_string(summary->partial) + ", skipped " +
           std::to_string(summary->skipped));
  const bool is_complete = summary->partial == 0 && summary->skipped == 0 && !has_problems;
  return is_complete ? kAllWell : kIncomplete;
}

int RunSave(const CommandLine& line) {
  const auto summary = SaveSpool(line.save);
  if (!summary) return ExitWith(summary.error());
  for (const std::string& problem : summary->problems) Complain(problem);
  Complain(EscapeBytes(line.save.output) + ": " + std::to_string(summary->dumps) + " dumps");
  return summary->problems.empty() ? kAllWell : kIncomplete;
}

int Main(int argc, char** argv) {
  OpenStandardDescriptors();
  std::set_new_handler([] { ::_exit(kInternal); });
  auto line = ParseCommandLine(argc, argv);
  // The console is the operator's last view of the crash: nothing of ours on it.
  const bool is_verbose = line && line->is_verbose;
  if (!is_verbose && IsCrashKernel("")) SilenceErrors();
  if (!line) {
    Complain(line.error().message());
    std::fputs("Try vmcoredd-collect --help.\n", stderr);
    return kUsageError;
  }
  line->capture.is_crash_kernel = IsCrashKernel(line->capture.sysroot);
  switch (line->command) {
    case Command::kCapture: return RunCapture(*line);
    case Command::kSave: return RunSave(*line);
    case Command::kPlan: return ShowPlan(*line);
    case Command::kPlugins: return ListPlugins(*line);
    case Command::kHelp: std::fputs(kUsage, stdout); return kAllWell;
    case Command::kVersion: std::puts("vmcoredd-collect " VMCOREDD_VERSION); return kAllWell;
  }
  return kInternal;
}

}  // namespace
}  // namespace vmcoredd

int main(int argc, char** argv) { return vmcoredd::Main(argc, argv); }
