// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_setup.h"

#include <CLI/CLI.hpp>
#include <string>

#include "readers/cli/commands.h"

namespace vmcoredd::cli {

namespace {

void AddSysroot(CLI::App& app, std::string& sysroot) {
  app.add_option("--sysroot", sysroot, "work on the captured tree DIR instead of this machine")
      ->type_name("DIR");
}

void AddConfig(CLI::App& app, std::string& config) {
  app.add_option("--config", config, "the configuration (/etc/vmcoredd/vmcoredd.conf)")
      ->type_name("FILE");
}

}  // namespace

void AddPrepareOptions(CLI::App& app, PrepareCommand& prepare) {
  AddConfig(app, prepare.config);
  AddSysroot(app, prepare.sysroot);
  app.add_option("-o,--output", prepare.output,
                 "write it to FILE; - is standard output, the default without --image")
      ->type_name("FILE");
  CLI::Option* const image =
      app.add_option("--image", prepare.image, "put it into an initramfs image")
          ->type_name("IMAGE");
  app.add_option("--release", prepare.release, "the kernel of the image (this one)")
      ->type_name("RELEASE");
  app.add_flag("--if-changed", prepare.if_changed, "leave IMAGE alone if it says the same already")
      ->needs(image);
}

void AddRecordOptions(CLI::App& app, RecordCommand& record) {
  AddConfig(app, record.config);
  AddSysroot(app, record.sysroot);
  CLI::Option* const output =
      app.add_option("-o,--output", record.output,
                     "only write the identity record, to FILE; - is standard output")
          ->type_name("FILE");
  app.add_flag("--disarm", record.disarm, "this boot ends orderly")->excludes(output);
}

void AddFinaliseOptions(CLI::App& app, FinaliseCommand& finalise) {
  AddConfig(app, finalise.config);
  AddSysroot(app, finalise.sysroot);
  app.add_option("--directory", finalise.directories, "look there, too; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
}

void AddDoctorOptions(CLI::App& app, DoctorCommand& doctor) {
  AddConfig(app, doctor.config);
  AddSysroot(app, doctor.sysroot);
  app.add_flag("--json", doctor.json, "print JSON (schema vmcoredd-doctor/1)");
  app.add_flag("--acknowledge", doctor.acknowledge,
               "enable early capture again that a crash without a dump has disabled");
}

}  // namespace vmcoredd::cli
