// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/parse_live.h"

#include <CLI/CLI.hpp>
#include <set>
#include <string>

#include "readers/cli/commands.h"

namespace vmcoredd::cli {

namespace {

// Where to look: the same for all three.
void AddPlaces(CLI::App& app, std::string& socket, std::string& config, std::string& sysroot) {
  app.add_option("--netlink-socket", socket, "ask the server at this socket instead of the kernel")
      ->type_name("SOCKET");
  app.add_option("--config", config, "the configuration (/etc/vmcoredd/vmcoredd.conf)")
      ->type_name("FILE");
  app.add_option("--sysroot", sysroot, "work on the captured tree DIR instead of this machine")
      ->type_name("DIR");
}

void AddSelection(CLI::App& app, LiveSelection& selection) {
  const auto off = [&](const char* option, bool& value, const char* words) {
    app.add_flag_callback(
        option, [&value] { value = false; }, words);
  };
  app.add_flag("--new", selection.new_snapshots,
               "take a snapshot of each region, and delete it afterwards");
  app.add_flag("--trigger", selection.trigger,
               "have reporters without a stored dump make one: the driver acts");
  off("--no-regions", selection.regions, "leave region snapshots out");
  off("--no-health", selection.health, "leave health dumps and diagnoses out");
  off("--no-devcoredumps", selection.devcoredumps, "leave device coredumps out");
  off("--no-plugins", selection.plugins, "leave driver plugins out");
  app.add_option("--name", selection.names, "only this region or reporter; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  app.add_option("--allow", selection.allow, "what plugins may do: passive, side-effect, intrusive")
      ->type_name("CLASS")
      ->check(CLI::IsMember(std::set<std::string>{"passive", "side-effect", "intrusive"}));
  app.add_option("--timeout", selection.timeout_s, "for everything together, in seconds")
      ->type_name("S")
      ->check(CLI::Range(1, 86400));
  app.add_option("-N,--netns", selection.netns, "devices of this network namespace")
      ->type_name("NETNS");
  AddPlaces(app, selection.socket, selection.config, selection.sysroot);
}

}  // namespace

void AddCaptureOptions(CLI::App& app, CaptureCommand& capture) {
  app.add_option("DEV", capture.selection.devices,
                 "BUS/DEVICE[/PORT], a PCI address or a network device; all if left out")
      ->type_name("");
  app.add_option("-o,--output", capture.archive,
                 "the archive to write (a new one in /var/lib/vmcoredd/live)")
      ->type_name("ARCHIVE");
  AddSelection(app, capture.selection);
  app.add_option("--kind", capture.kind, "what the manifest calls it: live or baseline")
      ->type_name("KIND")
      ->check(CLI::IsMember(std::set<std::string>{"live", "baseline"}));
  app.add_flag("--list", capture.list, "only say what would be captured, and what each does");
  app.add_flag("-f,--force", capture.force, "overwrite ARCHIVE");
  app.add_flag("--json", capture.json,
               "print JSON (schema vmcoredd-capture/1, vmcoredd-capture-list/1)");
}

void AddBaselineOptions(CLI::App& app, BaselineCommand& baseline) {
  AddSelection(app, baseline.selection);
  app.add_flag("--if-changed", baseline.if_changed,
               "only when kernel, drivers, firmware or devices are not those of the newest one");
  app.add_option("--keep", baseline.keep, "how many stay")->type_name("N");
  app.add_flag("--show", baseline.show, "list those that there are, and what has changed since");
  app.add_flag("--json", baseline.json, "print JSON (schema vmcoredd-capture/1)");
}

void AddWatchOptions(CLI::App& app, WatchCommand& watch) {
  app.add_flag("--check", watch.check, "only look for mistakes in the configuration");
  app.add_flag("--once", watch.once, "capture what is new now, and end")->excludes("--check");
  app.add_flag("--foreground", watch.foreground, "say what happens here, not in the journal");
  AddPlaces(app, watch.netlink_socket, watch.config, watch.sysroot);
}

}  // namespace vmcoredd::cli
