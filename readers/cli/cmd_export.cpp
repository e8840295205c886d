// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/output_folder.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/selector.h"
#include "readers/export/lspci_text.h"
#include "readers/export/pci_device.h"
#include "readers/export/register_text.h"
#include "readers/export/sysfs_tree.h"
#include "vmcoredd/base/output_file.h"
#ifdef VMCOREDD_WITH_DEVLINK
#include "readers/cli/devlink/saved_json.h"
#include "readers/cli/new_file.h"
#endif

namespace vmcoredd::cli {

namespace {

DumpToExport ToExport(const SelectedDump& selected) {
  return {selected.input->reader.get(), selected.dump};
}

bool IsPciConfig(const DeviceDump& dump) { return PciConfigAddress(dump).has_value(); }

bool IsOfPci(const DeviceDump& dump) { return PciAddressOf(dump).has_value(); }

// Registers may be anything whose content is not known to be something else.
bool MayBeRegisters(const DeviceDump& dump) {
  const std::string_view content = ContentOf(dump);
  return content.empty() || content == "register-image" || content == "devlink-region";
}

class Export {
 public:
  Export(const ExportCommand& command, Console& console)
      : command_(command), console_(console), inputs_(OpenInputs(command.files, {}, console)) {}

  void Run() {
    if (command_.format == "lspci") {
      Select(IsPciConfig, IsPciConfig, "no configuration space of a PCI device");
      ToLspci();
    } else if (command_.format == "sysfs") {
      Select(IsOfPci, IsOfPci, "not of a PCI device");
      ToSysfs();
    } else if (command_.format == "mstdump") {
      Select([](const DeviceDump& dump) { return ContentOf(dump) == "register-image"; },
             MayBeRegisters, "no image of registers");
      ToFiles(".mstdump", [this](const DumpToExport& dump, OutputStream& out,
                                 const ProgressCallback& progress) {
        return WriteRegisters(dump, out, progress);
      });
    }
#ifdef VMCOREDD_WITH_DEVLINK
    if (command_.format == "devlink-json") {
      Select(devlink_cli::HasDevlinkJson, devlink_cli::HasDevlinkJson,
             "no region and no formatted message of devlink");
      ToFiles(".json", [this](const DumpToExport& dump, OutputStream& out,
                              const ProgressCallback& progress) {
        return devlink_cli::WriteDevlinkJson(dump, out, report_, progress);
      });
    }
#endif
    for (Input* const input : unconfirmed_) CheckCompressedStream(*input, console_);
  }

 private:
  using Accept = std::function<bool(const DeviceDump&)>;
  using WriteDump =
      std::function<Result<void>(const DumpToExport&, OutputStream&, const ProgressCallback&)>;

  // The dumps that were asked for. Without a selector those that `fits` says are of the
  // format; with one, those that `can_be` does not refuse: of the others it is said.
  void Select(const Accept& fits, const Accept& can_be, const std::string& why_not) {
    const bool is_asked = !command_.selectors.empty();
    const std::vector<SelectedDump> all = SelectDumps(inputs_, command_.selectors, console_);
    for (const SelectedDump& selected : all) {
      if (is_asked ? can_be(*selected.dump) : fits(*selected.dump)) {
        selected_.push_back(selected);
        const auto& manifest = selected.dump->manifest;
        if (!manifest || manifest->hash.empty()) unconfirmed_.insert(selected.input);
      } else if (is_asked) {
        console_.Note(NameText(selected.dump->name()) + ": left out, " + why_not);
      }
    }
    if (!selected_.empty() || all.empty()) return;
    console_.AddProblem(
        all.front().input->file(),
        Error(ErrorCode::kNotFound, "nothing that can be written as " + command_.format));
  }

  void Report(const DumpToExport& dump, Error problem) {
    const auto input = std::find_if(inputs_.begin(), inputs_.end(), [&](const Input& one) {
      return one.reader.get() == dump.reader;
    });
    console_.AddProblem(input->file(), std::move(problem).With(NameText(dump.dump->name())));
  }

  std::vector<DumpToExport> Dumps() const {
    std::vector<DumpToExport> dumps;
    for (const SelectedDump& selected : selected_) dumps.push_back(ToExport(selected));
    return dumps;
  }

  // False when there is nothing to write, which has been said.
  bool HasDevices(const std::vector<PciDevice>& devices) {
    if (devices.empty() && !selected_.empty()) {
      console_.AddProblem(command_.output, Error(ErrorCode::kNotFound,
                                                 "no configuration space of a PCI device: "
                                                 "not written"));
    }
    return !devices.empty();
  }

  void ToLspci() {
    const auto devices = ReadPciDevices(Dumps(), report_);
    if (!HasDevices(devices)) return;
    if (command_.output == "-") {
      FdStream out(STDOUT_FILENO);
      if (const auto written = WriteLspci(devices, out, report_); !written) {
        console_.AddProblem({}, Error(written.error()).With("standard output"));
      }
      return;
    }
    const auto written = ToFile(
        command_.output, [&](OutputStream& out) { return WriteLspci(devices, out, report_); });
    if (written)
      console_.Print(PathText(command_.output) + ": " + Count(devices.size(), "device") + '\n');
  }

  void ToSysfs() {
    const auto dumps = Dumps();
    const auto devices = ReadPciDevices(dumps, report_);
    if (!HasDevices(devices)) return;
    DeferInterrupts deferred;  // a tree is not removed in a signal handler
    const auto write = [&]() -> Result<void> {
      TreeWriter tree = VMCOREDD_TRY(TreeWriter::Create(command_.output));
      VMCOREDD_TRY(
          WriteSysfsTree(devices, dumps, tree, report_, [&] { return deferred.is_pending(); }));
      return tree.Commit();
    };
    if (const auto written = write(); !written) {
      console_.AddProblem(command_.output, written.error());
    } else {
      console_.Print(PathText(command_.output) + ": " + Count(devices.size(), "device") + '\n');
    }
  }

  // A file for each dump, called after it.
  void ToFiles(const std::string& suffix, const WriteDump& write) {
    std::vector<Destination> destinations = Destinations(inputs_, command_.output);
    for (const SelectedDump& selected : selected_) {
      Destination& destination = destinations[static_cast<size_t>(selected.input - inputs_.data())];
      if (!destination.Prepare(command_.output, console_)) continue;
      const std::string path =
          destination.folder + '/' + destination.names[selected.dump->index()] + suffix;
      Progress progress(console_, "exporting " + NameText(selected.dump->name()),
                        selected.dump->size());
      uint64_t bytes = 0;
      const auto written = ToFile(path, [&](OutputFile& out) -> Result<void> {
        VMCOREDD_TRY(write(ToExport(selected), out, progress.callback()));
        bytes = out.end();
        return {};
      });
      if (written) console_.Print(PathText(path) + ": " + Count(bytes, "byte") + '\n');
    }
  }

  // Says on the console if it fails.
  template <typename Write>
  bool ToFile(const std::string& path, const Write& write) {
    const auto all = [&]() -> Result<void> {
      auto created = VMCOREDD_TRY(CreateNewFile(path, command_.force));
      OutputFile& file = created.file;
      VMCOREDD_TRY(write(file));
      return file.Commit();
    };
    const auto done = all();
    if (!done) console_.AddProblem(path, done.error());
    return done.has_value();
  }

  Result<void> WriteRegisters(const DumpToExport& dump,
                              OutputStream& out,
                              const ProgressCallback& progress) {
    RegisterText text(*dump.dump, out);
    VMCOREDD_TRY(WritePayload(dump, text, report_, progress));
    VMCOREDD_TRY(text.Finish());
    if (text.lines() == 0) return Fail(ErrorCode::kNotFound, "no registers: not written");
    if (text.left_over() != 0) {
      Report(dump,
             Error(ErrorCode::kInvalidArgument, Count(text.left_over(), "byte") +
                                                    " at the end, less than a register: left out"));
    }
    return {};
  }

  const ExportCommand& command_;
  Console& console_;
  std::vector<Input> inputs_;
  std::vector<SelectedDump> selected_;
  std::set<Input*> unconfirmed_;  // inputs that payloads without checksum are of
  const ExportReport report_ = [this](const DumpToExport& dump, Error problem) {
    Report(dump, std::move(problem));
  };
};

}  // namespace

void Run(const ExportCommand& command, Console& console) {
  if (command.format == "jsonl" || command.format == "sqlite") return ExportRows(command, console);
  if (command.format == "raw") {
    ExtractCommand extract;
    extract.files = command.files;
    extract.selectors = command.selectors;
    extract.folder = command.output;
    extract.force = command.force;
    return Run(extract, console);
  }
  Export(command, console).Run();
}

}  // namespace vmcoredd::cli
