// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include <cstdio>

#include "readers/cli/devlink/commands.h"

// Our own words: nobody reads a usage but people.

namespace vmcoredd::devlink_cli {

namespace {

struct Usage {
  std::string_view object;
  std::string_view text;  // {0}: the program and the object
};

constexpr Usage kUsages[] = {
    {"region",
     "Usage: {0} show [DEV/REGION]\n"
     "       {0} new DEV/REGION [snapshot ID]\n"
     "       {0} del DEV/REGION snapshot ID\n"
     "       {0} dump DEV/REGION snapshot ID\n"
     "       {0} read DEV/REGION [snapshot ID] address ADDRESS length LENGTH\n"
     "Without a snapshot, read asks the device itself.\n"
     "Of dump and read: [--raw -o FILE [-f] | --typed-json [-x] | [--words] [--header]]\n"},
    {"health",
     "Usage: {0} show [{{DEV | DEV/PORT | NETDEV}} reporter NAME]\n"
     "       {0} diagnose {{DEV | DEV/PORT | NETDEV}} reporter NAME\n"
     "       {0} dump show {{DEV | DEV/PORT | NETDEV}} reporter NAME [--passive]\n"
     "       {0} dump clear {{DEV | DEV/PORT | NETDEV}} reporter NAME\n"
     "       {0} recover {{DEV | DEV/PORT | NETDEV}} reporter NAME\n"
     "       {0} test {{DEV | DEV/PORT | NETDEV}} reporter NAME\n"
     "       {0} set {{DEV | DEV/PORT | NETDEV}} reporter NAME [grace_period MSEC]\n"
     "           [burst_period MSEC] [auto_recover {{true | false}}] [auto_dump {{true | false}}]\n"
     "dump show has the driver make a dump when none is stored; not with --passive.\n"
     "Of diagnose and dump show: [--raw -o FILE [-f] | --typed-json [-x]]\n"},
    {"dev",
     "Usage: {0} show [DEV]\n"
     "       {0} info [DEV]\n"
     "       {0} param show [DEV name PARAMETER]\n"
     "       {0} param set DEV name PARAMETER value VALUE\n"
     "           cmode {{permanent | driverinit | runtime}}\n"},
    {"param",
     "Usage: {0} show [DEV name PARAMETER]\n"
     "       {0} set DEV name PARAMETER value VALUE\n"
     "           cmode {{permanent | driverinit | runtime}}\n"},
    {"port",
     "Usage: {0} show [DEV/PORT | NETDEV]\n"
     "       {0} health show [{{DEV/PORT | NETDEV}} reporter NAME]\n"},
    {"monitor",
     "Usage: {0} [all | OBJECT...]\n"
     "OBJECT is dev, port, health, region, param, trap, trap-group, trap-policer, lc or flash.\n"},
};

constexpr std::string_view kGeneral =
    "Usage: {0} [OPTIONS] OBJECT {{COMMAND | help}}\n"
    "       {0} [OPTIONS] [-f] -b FILE\n"
    "OBJECT is region, health, dev, param, port or monitor; it and COMMAND may be cut short.\n"
    "Options, as devlink has them:\n"
    "  -j, --json            JSON as devlink prints it\n"
    "  -p, --pretty          spread JSON over lines\n"
    "  -x, --hex             hexadecimal numbers in the text of health\n"
    "  -s, --statistics      also reload statistics of dev show\n"
    "  -N, --Netns NAME      in another network namespace\n"
    "  -b, --batch FILE      read commands from FILE; - is standard input\n"
    "  -f, --force           go on after an error of a batch; overwrite files\n"
    "  -n, -v, -i            taken, and change nothing here\n"
    "  -V, --Version         print the version\n"
    "and of our own:\n"
    "  -J, --typed-json      JSON with a schema, unique keys and whole addresses\n"
    "  --raw -o, --output FILE   the bytes themselves; FILE may be -\n"
    "  --words               regions in groups of 16 bits\n"
    "  --header              say in comments what the text is of\n"
    "  --passive             have no driver make a dump\n"
    "  --netlink-socket PATH ask a server instead of the kernel\n"
    "  -h, --help            print this\n"
    "Exit status: 0 all well, 1 otherwise, also when data was lost. See vmcoredd-devlink(8).\n";

}  // namespace

std::string UsageText(const Environment& environment, std::string_view object) {
  if (!environment.object.empty()) object = environment.object;
  for (const Usage& usage : kUsages) {
    if (usage.object != object) continue;
    // "vmcoredd health" is the object already.
    const std::string command = environment.object.empty()
                                    ? environment.program + ' ' + std::string(object)
                                    : environment.program;
    return fmt::format(fmt::runtime(usage.text), command);
  }
  return fmt::format(fmt::runtime(kGeneral), environment.program);
}

Result<void> PrintUsage(Session& session, std::string_view object) {
  const std::string text = UsageText(session.environment(), object);
  if (session.out().is_json()) {
    std::fputs(text.c_str(), stderr);  // standard output holds JSON only
  } else {
    session.sink()(text);
  }
  return {};
}

tl::unexpected<Error> CommandNotFound(const Arguments& arguments) {
  return Fail(
      ErrorCode::kInvalidArgument,
      "Command \"" + SafeText(arguments.is_empty() ? "" : arguments.Peek()) + "\" not found");
}

tl::unexpected<Error> NotSupported(const std::string& command) {
  return Fail(ErrorCode::kUnsupported,
              command + " is not about device state: use devlink of iproute2");
}

}  // namespace vmcoredd::devlink_cli
