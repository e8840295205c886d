// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_decode.h"

namespace vmcoredd::cli {

namespace {

void AddLayouts(CLI::App& app, LayoutSelection& layouts) {
  app.add_option("--layouts", layouts.directories, "layouts in DIR, too; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

}  // namespace

void AddDecodeOptions(CLI::App& app, DecodeCommand& command) {
  AddLayouts(app, command.layouts);
  app.add_option("--layout", command.layouts.layout, "decode by this layout, whatever matches")
      ->type_name("NAME");
  app.add_flag("--all", command.all, "also bits that are 0, and fields that were not read");
  app.add_flag("--findings", command.findings, "only what somebody should look at");
  app.add_flag("--json", command.json, "print JSON (schema vmcoredd-decode/1)");
}

void AddDiffOptions(CLI::App& app, DiffCommand& command) {
  AddLayouts(app, command.layouts);
  app.add_option("--layout", command.layouts.layout, "decode by this layout, whatever matches")
      ->type_name("NAME");
  app.add_option("--with", command.with,
                 "compare the one dump that -s means with the one that SEL means")
      ->type_name("SEL");
  app.add_flag("--baseline", command.baseline, "compare the newest baseline with FILE");
  app.add_option("--sysroot", command.sysroot, "look for the baseline in the captured tree DIR")
      ->type_name("DIR");
  app.add_flag("--all", command.all, "also what changes all the time, and what was not read");
  app.add_flag("--side-by-side", command.side_by_side, "two columns");
  app.add_flag("--json", command.json, "print JSON (schema vmcoredd-diff/1)");
}

void AddReportOptions(CLI::App& app, ReportCommand& command, bool timeline) {
  app.add_option(
         "FILE", command.files,
         "vmcore, archive, saved output of devlink and others, kernel log, or a folder of them")
      ->type_name("")
      ->required();
  AddLayouts(app, command.layouts);
  app.add_option("--against", command.against,
                 "compare with FILE, as with a baseline; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  app.add_flag("--baseline", command.baseline, "compare with the newest baseline of this machine");
  app.add_option("--sysroot", command.sysroot, "look for the baseline in the captured tree DIR")
      ->type_name("DIR");
  app.add_option("-o,--output", command.output, "write to FILE")->type_name("FILE");
  app.add_flag("-f,--force", command.force, "overwrite FILE");
  app.add_flag_callback(
      "--json", [&command] { command.form = ReportCommand::Form::kJson; },
      timeline ? "JSON (schema vmcoredd-timeline/1)" : "JSON (schema vmcoredd-report/1)");
  if (!timeline) {
    app.add_flag_callback(
           "--html", [&command] { command.form = ReportCommand::Form::kHtml; },
           "one page of HTML; also without this, if FILE ends in .html")
        ->excludes("--json");
  }
  app.callback([&command, timeline] {
    command.timeline = timeline;
    const bool is_page = command.output.ends_with(".html") || command.output.ends_with(".htm");
    if (is_page && !timeline && command.form == ReportCommand::Form::kText) {
      command.form = ReportCommand::Form::kHtml;
    }
  });
}

void AddRedactOptions(CLI::App& app, RedactCommand& command) {
  AddLayouts(app, command.layouts);
  app.add_option("-o,--output", command.archive, "the archive to write")->type_name("ARCHIVE");
  app.add_option("--drop", command.drop, "leave out the dumps that SEL means; may be repeated")
      ->type_name("SEL")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  app.add_option_function<std::vector<std::string>>(
         "--keep",
         [&command](const std::vector<std::string>& names) {
           for (const std::string& name : names) {
             if (name == "host") command.policy.host = false;
             for (const Privacy one : kPrivacies) {
               if (PrivacyName(one) == name) command.policy.classes.erase(one);
             }
           }
         },
         "do not take out: mac, serial, payload, secret or host; may be repeated")
      ->type_name("CLASS")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"mac", "serial", "payload", "secret", "host"}));
  app.add_flag("--keep-unknown", command.policy.keep_unknown, "keep what no layout describes");
  app.add_flag("-n,--dry-run", command.dry_run, "only say what would be taken out");
  app.add_flag("--compress", command.compress, "store payloads as zstd");
  app.add_flag("-f,--force", command.force, "overwrite ARCHIVE");
  app.add_flag("--json", command.json, "print JSON (schema vmcoredd-redact/1)");
}

void AddLayoutVerbs(CLI::App& app, LayoutCommand& command) {
  app.require_subcommand(1);
  CLI::App* const check =
      app.add_subcommand("check", "every mistake of layout files, with line and column");
  check->add_option("FILE", command.files, "a layout")->type_name("")->required();
  AddLayouts(*check, command.layouts);
  check->callback([&command] { command.verb = LayoutCommand::Verb::kCheck; });
  CLI::App* const list = app.add_subcommand("list", "the layouts that there are");
  AddLayouts(*list, command.layouts);
  list->add_flag("--json", command.json, "print JSON (schema vmcoredd-layouts/1)");
  list->callback([&command] { command.verb = LayoutCommand::Verb::kList; });
  AddLayoutImport(
      *app.add_subcommand("import", "make a layout of what others describe registers in"), command);
}

}  // namespace vmcoredd::cli
