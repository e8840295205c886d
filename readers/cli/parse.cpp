// SPDX-License-Identifier: LGPL-2.1-or-later
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/parse_bytes.h"
#include "readers/cli/parse_decode.h"
#include "readers/cli/parse_export.h"
#include "readers/cli/parse_import.h"
#include "readers/cli/parse_live.h"
#include "readers/cli/parse_setup.h"
#include "readers/cli/version.h"

// The grammar of the command line. Only parse*.cpp include CLI11.

namespace vmcoredd::cli {

namespace {

constexpr const char* kFooter =
    "SEL is an index, a name, or a glob over names. FILE may be - for standard input.\n"
    "Several FILEs are several vmcores, or the pieces of one split set.\n"
    "Exit status: 0 all well, 1 something was skipped or found wrong, 2 usage,\n"
    "3 an input cannot be used, 4 a defect of vmcoredd. See vmcoredd(1).";

constexpr uint64_t kShowDefault = 256;

CLI::Option* AddFiles(CLI::App& app, std::vector<std::string>& files) {
  return app
      .add_option("FILE", files, "vmcore, archive or piece of a split set; - is standard input")
      ->type_name("");
}

void AddSelectors(CLI::App& app, std::vector<std::string>& selectors) {
  // One argument each, or "-s 0 FILE" would take FILE for a selector.
  app.add_option("-s,--select", selectors, "only the dumps that SEL means; may be repeated")
      ->type_name("SEL")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

// A subcommand and what its options are parsed into. The parser holds pointers
// into it until the parse is over.
struct Parsed {
  ListCommand list;
  InfoCommand info;
  ExtractCommand extract;
  ShowCommand show;
  ExportCommand export_to;
  PackCommand pack;
  ImportCommand import;
  AttachCommand attach;
  DetachCommand detach;
  VerifyCommand verify;
  DecodeCommand decode;
  DiffCommand diff;
  ReportCommand report;
  RedactCommand redact;
  LayoutCommand layout;
  UnflattenCommand unflatten;
  PrepareCommand prepare;
  RecordCommand record;
  FinaliseCommand finalise;
  DoctorCommand doctor;
  CaptureCommand capture;
  BaselineCommand baseline;
  WatchCommand watch;

  bool to_stdout = false;
  std::string show_offset;
  std::string show_length;
  std::vector<std::string> pack_files;
};

CLI::App& AddSubcommand(CLI::App& app, const char* name, const char* text, const char* examples) {
  CLI::App* const sub = app.add_subcommand(name, text);
  sub->footer(std::string("Examples:\n") + examples);
  return *sub;
}

void AddReading(CLI::App& app, Parsed& parsed) {
  CLI::App& list = AddSubcommand(app, "list", "list the device dumps of vmcores and archives",
                                 "  vmcoredd list vmcore\n"
                                 "  vmcoredd list --json dump.1 dump.2\n"
                                 "  zstdcat vmcore.zst | vmcoredd list -");
  AddFiles(list, parsed.list.files)->required();
  list.add_flag("--json", parsed.list.json, "print JSON (schema vmcoredd-list/1)");
  list.add_flag("--leading", parsed.list.leading,
                "answer from the first records of a flattened file, without walking all of it");

  CLI::App& info = AddSubcommand(app, "info", "show what a vmcore or archive is",
                                 "  vmcoredd info vmcore devices.vmcoredd");
  AddFiles(info, parsed.info.files)->required();
  info.add_flag("--json", parsed.info.json, "print JSON (schema vmcoredd-info/1)");

  CLI::App& extract = AddSubcommand(app, "extract", "write the payloads of device dumps to files",
                                    "  vmcoredd extract vmcore -o dumps/\n"
                                    "  vmcoredd extract vmcore -s 'cxgb4_*' -s 0 -o dumps/\n"
                                    "  vmcoredd extract vmcore -s 2 -O | xxd | less");
  AddFiles(extract, parsed.extract.files)->required();
  AddSelectors(extract, parsed.extract.selectors);
  CLI::Option* const folder =
      extract.add_option("-o,--output", parsed.extract.folder, "write files into the folder DIR")
          ->type_name("DIR");
  extract.add_flag("-O,--stdout", parsed.to_stdout, "write one payload to standard output")
      ->excludes(folder);
  extract.add_flag("--stored", parsed.extract.stored,
                   "the bytes of the note, padding and compression included");
  extract.add_flag("-f,--force", parsed.extract.force, "overwrite files");
  extract.add_flag("--json", parsed.extract.json, "print JSON (schema vmcoredd-extract/1)");

  CLI::App& show = AddSubcommand(app, "show", "show payloads as a hexadecimal dump",
                                 "  vmcoredd show vmcore -s 0\n"
                                 "  vmcoredd show vmcore -s 'e1000e_*' --offset 0x100 --length 4K");
  AddFiles(show, parsed.show.files)->required();
  AddSelectors(show, parsed.show.selectors);
  show.add_option("--offset", parsed.show_offset, "first byte to show")->type_name("BYTES");
  show.add_option("--length", parsed.show_length, "how many to show, or all (256)")
      ->type_name("BYTES");
  show.add_flag("--stored", parsed.show.stored,
                "the bytes of the note, padding and compression included");

  CLI::App& decode =
      AddSubcommand(app, "decode", "say what the bytes of device dumps mean",
                    "  vmcoredd decode vmcore\n"
                    "  vmcoredd decode vmcore -s 'pci_*' --findings\n"
                    "  vmcoredd decode --layouts . --layout mynic nic.vmcoredd --json");
  AddFiles(decode, parsed.decode.files)->required();
  AddSelectors(decode, parsed.decode.selectors);
  AddDecodeOptions(decode, parsed.decode);

  CLI::App& diff = AddSubcommand(app, "diff", "compare device dumps, field by field",
                                 "  vmcoredd diff healthy.vmcoredd crash.vmcoredd\n"
                                 "  vmcoredd diff --baseline /var/crash/LATEST/devices.vmcoredd\n"
                                 "  vmcoredd diff snapshots.vmcoredd -s '*@1' --with '*@2'");
  AddFiles(diff, parsed.diff.files)->required()->expected(1, 2);
  AddSelectors(diff, parsed.diff.selectors);
  AddDiffOptions(diff, parsed.diff);

  AddReportOptions(
      AddSubcommand(app, "report", "everything known about a machine, for a person",
                    "  vmcoredd report /var/crash/202611290444 -o crash.html\n"
                    "  vmcoredd report vmcore devices.vmcoredd dmesg.txt baseline.vmcoredd"),
      parsed.report, false);
  AddReportOptions(AddSubcommand(app, "timeline", "what happened, from all that is known",
                                 "  vmcoredd timeline /var/crash/202611290444"),
                   parsed.report, true);

  CLI::App& redact = AddSubcommand(app, "redact", "take out what must not leave the house",
                                   "  vmcoredd redact devices.vmcoredd -o for-the-vendor.vmcoredd\n"
                                   "  vmcoredd redact -n devices.vmcoredd --keep serial");
  AddFiles(redact, parsed.redact.files)->required();
  AddSelectors(redact, parsed.redact.selectors);
  AddRedactOptions(redact, parsed.redact);

  AddLayoutVerbs(AddSubcommand(app, "layout", "list and check what decode goes by",
                               "  vmcoredd layout list\n"
                               "  vmcoredd layout check mynic.toml"),
                 parsed.layout);

  CLI::App& export_to =
      AddSubcommand(app, "export", "write device dumps as other tools read them", kExportExamples);
  AddExportFormat(export_to, parsed.export_to);
  AddFiles(export_to, parsed.export_to.files)->required();
  AddSelectors(export_to, parsed.export_to.selectors);
  AddExportOptions(export_to, parsed.export_to);

  CLI::App& verify = AddSubcommand(app, "verify", "read everything and check it",
                                   "  vmcoredd verify vmcore && rm vmcore.old");
  AddFiles(verify, parsed.verify.files)->required();
  verify.add_flag("--json", parsed.verify.json, "print JSON (schema vmcoredd-verify/1)");
}

void AddWriting(CLI::App& app, Parsed& parsed) {
  CLI::App& pack =
      AddSubcommand(app, "pack", "put device dumps and files into an archive",
                    "  vmcoredd pack vmcore -s 'mlx5_*' -o mlx5.vmcoredd --compress\n"
                    "  vmcoredd pack --file nic_0000:02:00.0=regs.bin -o nic.vmcoredd");
  AddFiles(pack, parsed.pack.files);
  AddSelectors(pack, parsed.pack.selectors);
  pack.add_option("--file", parsed.pack_files, "a file that becomes the dump NAME")
      ->type_name("NAME=PATH")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  pack.add_option("-o,--output", parsed.pack.archive, "the archive to write")
      ->type_name("ARCHIVE")
      ->required();
  pack.add_flag("--compress", parsed.pack.compress, "store payloads as zstd");
  pack.add_flag("-f,--force", parsed.pack.force, "overwrite ARCHIVE");

  AddImportOptions(
      AddSubcommand(app, "import", "put saved output of devlink, mstdump or lspci into an archive",
                    "  vmcoredd import pci_0000:00:05.0_cr-space_snap1.txt -o nic.vmcoredd\n"
                    "  vmcoredd import --format health-dump --device pci/0000:00:05.0\n"
                    "      --reporter fw_fatal dump.json -o nic.vmcoredd\n"
                    "  lspci -xxxx | vmcoredd import - -o config.vmcoredd"),
      parsed.import);

  CLI::App& attach = AddSubcommand(app, "attach", "put the dumps of archives into a vmcore",
                                   "  vmcoredd attach vmcore devices.vmcoredd\n"
                                   "  makedumpfile -F -c -d 31 /proc/vmcore |\n"
                                   "      vmcoredd attach - devices.vmcoredd > vmcore.flat");
  attach
      .add_option("VMCORE", parsed.attach.vmcore,
                  "the vmcore to change; - copies a flattened kdump from standard input to output")
      ->type_name("")
      ->required();
  attach.add_option("ARCHIVE", parsed.attach.archives, "what to attach")->type_name("")->required();
  attach.add_flag("-y,--yes", parsed.attach.yes,
                  "copy a vmcore that must be copied without asking");
  attach.add_flag("-f,--force", parsed.attach.force, "attach what belongs to another crash");

  CLI::App& detach = AddSubcommand(app, "detach", "undo the last attach of a vmcore, bit for bit",
                                   "  vmcoredd detach vmcore");
  detach.add_option("VMCORE", parsed.detach.vmcore, "the vmcore to restore")
      ->type_name("")
      ->required();
  detach.add_flag("-y,--yes", parsed.detach.yes,
                  "copy a vmcore that must be copied without asking");

  CLI::App& unflatten = AddSubcommand(app, "unflatten", "turn a flattened file into a plain one",
                                      "  vmcoredd unflatten dump.flat vmcore\n"
                                      "  ssh host cat dump.flat | vmcoredd unflatten - vmcore");
  unflatten.add_option("IN", parsed.unflatten.input, "the flattened file; - is standard input")
      ->type_name("")
      ->required();
  unflatten.add_option("OUT", parsed.unflatten.output, "the file to write")
      ->type_name("")
      ->required();
  unflatten.add_flag("-f,--force", parsed.unflatten.force,
                     "overwrite OUT, and keep what an incomplete file has");
}

void AddSetup(CLI::App& app, Parsed& parsed) {
  AddPrepareOptions(
      AddSubcommand(app, "prepare", "compile the configuration for the crash kernel",
                    "  vmcoredd prepare\n"
                    "  vmcoredd prepare --image /var/lib/kdump/initrd.img --if-changed"),
      parsed.prepare);
  AddRecordOptions(AddSubcommand(app, "record", "write down what only this kernel knows",
                                 "  vmcoredd record\n"
                                 "  vmcoredd record --output -"),
                   parsed.record);
  AddFinaliseOptions(
      AddSubcommand(app, "finalise", "bring device dumps to the vmcore of their crash",
                    "  vmcoredd finalise\n"
                    "  vmcoredd finalise --directory /srv/crash"),
      parsed.finalise);
  AddDoctorOptions(
      AddSubcommand(app, "doctor", "will the next crash of this machine carry device state?",
                    "  vmcoredd doctor\n"
                    "  vmcoredd doctor --acknowledge"),
      parsed.doctor);
}

void AddLive([[maybe_unused]] CLI::App& app, [[maybe_unused]] Parsed& parsed) {
#ifdef VMCOREDD_WITH_DEVLINK
  AddCaptureOptions(
      AddSubcommand(app, "capture", "capture the state of live devices into an archive",
                    "  vmcoredd capture --list\n"
                    "  vmcoredd capture 0000:01:00.0 -o nic.vmcoredd\n"
                    "  vmcoredd capture eth0 --new"),
      parsed.capture);
  AddBaselineOptions(
      AddSubcommand(app, "baseline", "capture a healthy machine, to compare with later",
                    "  vmcoredd baseline --if-changed\n"
                    "  vmcoredd baseline --show"),
      parsed.baseline);
  AddWatchOptions(AddSubcommand(app, "watch", "capture when a device reports an error: the service",
                                "  vmcoredd watch --check\n"
                                "  vmcoredd watch --once --foreground"),
                  parsed.watch);
#endif
}

// Only for the list of subcommands: main() passes its arguments on unseen.
void AddDevlink([[maybe_unused]] CLI::App& app) {
#ifdef VMCOREDD_WITH_DEVLINK
  app.add_subcommand("devlink", "ask live devices: regions, health, parameters; as devlink does")
      ->set_help_flag();
  app.add_subcommand("health", "ask the health reporters of vmcoredd-watch; as devlink health does")
      ->set_help_flag();
#endif
}

// What the parser cannot check by itself.
Command Complete(const CLI::App& sub, Parsed& parsed) {
  const std::string& name = sub.get_name();
  if (name == "list") return parsed.list;
  if (name == "info") return parsed.info;
  if (name == "verify") return parsed.verify;
  if (name == "decode") return parsed.decode;
  if (name == "layout") return parsed.layout;
  if (name == "report" || name == "timeline") return parsed.report;
  if (name == "redact") {
    if (parsed.redact.archive.empty() != parsed.redact.dry_run) {
      throw CLI::ValidationError("redact", "say where to, -o ARCHIVE, or --dry-run");
    }
    return parsed.redact;
  }
  if (name == "diff") {
    const size_t files = parsed.diff.files.size() + (parsed.diff.baseline ? 1 : 0);
    if (files > 2) throw CLI::ValidationError("diff", "--baseline and one FILE, or two FILEs");
    if (files < 2 && parsed.diff.with.empty()) {
      throw CLI::ValidationError("diff", "say what to compare with: a second FILE, or --with SEL");
    }
    return parsed.diff;
  }
  if (name == "attach") return parsed.attach;
  if (name == "export") {
    CheckExport(parsed.export_to);
    return parsed.export_to;
  }
  if (name == "import") return parsed.import;
  if (name == "detach") return parsed.detach;
  if (name == "unflatten") return parsed.unflatten;
  if (name == "doctor") return parsed.doctor;
#ifdef VMCOREDD_WITH_DEVLINK
  if (name == "capture") return parsed.capture;
  if (name == "baseline") return parsed.baseline;
  if (name == "watch") return parsed.watch;
#endif
  if (name == "finalise") return parsed.finalise;
  if (name == "record") return parsed.record;
  if (name == "prepare") {
    if (parsed.prepare.output.empty() && parsed.prepare.image.empty()) parsed.prepare.output = "-";
    return parsed.prepare;
  }
  if (name == "extract") {
    if (parsed.extract.folder.empty() != parsed.to_stdout) {
      throw CLI::ValidationError("extract", "say where to: -o DIR or -O");
    }
    if (parsed.to_stdout && parsed.extract.json) {
      throw CLI::ValidationError("extract", "--json and -O both need standard output");
    }
    return parsed.extract;
  }
  if (name == "show") {
    parsed.show.length = kShowDefault;
    if (!parsed.show_offset.empty()) {
      parsed.show.offset = BytesOrThrow("--offset", parsed.show_offset);
    }
    if (parsed.show_length == "all") {
      parsed.show.length.reset();
    } else if (!parsed.show_length.empty()) {
      parsed.show.length = BytesOrThrow("--length", parsed.show_length);
    }
    return parsed.show;
  }
  for (const std::string& file : parsed.pack_files) {
    const size_t equals = file.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == file.size()) {
      throw CLI::ValidationError("--file", "expected NAME=PATH, found " + file);
    }
    parsed.pack.raw_files.emplace_back(file.substr(0, equals), file.substr(equals + 1));
  }
  if (parsed.pack.files.empty() && parsed.pack.raw_files.empty()) {
    throw CLI::ValidationError("pack", "say what to pack: FILE or --file NAME=PATH");
  }
  return parsed.pack;
}

}  // namespace

std::variant<Command, int> ParseCommandLine(int argc, char** argv) {
  CLI::App app("Device state in Linux crash dumps.", "vmcoredd");
  app.set_version_flag("--version", std::string(ProgramVersion()));
  app.require_subcommand(1);
  app.get_formatter()->column_width(28);
  app.footer(kFooter);
  Parsed parsed;
  AddReading(app, parsed);
  AddWriting(app, parsed);
  AddSetup(app, parsed);
  AddLive(app, parsed);
  AddDevlink(app);
  try {
    app.parse(argc, argv);
    return Complete(*app.get_subcommands().front(), parsed);
  } catch (const CLI::Success& request) {  // help and version
    app.exit(request);
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    const auto subs = app.get_subcommands();
    const std::string command = subs.empty() ? "vmcoredd" : "vmcoredd " + subs.front()->get_name();
    std::fprintf(stderr, "vmcoredd: %s\nTry '%s --help'.\n", error.what(), command.c_str());
    return kExitUsage;
  }
}

}  // namespace vmcoredd::cli
