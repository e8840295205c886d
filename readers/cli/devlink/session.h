// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_SESSION_H_
#define READERS_CLI_DEVLINK_SESSION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/cli/devlink/iproute_writer.h"
#include "readers/cli/devlink/options.h"
#include "readers/cli/devlink/run_devlink.h"
#include "readers/devlink/devlink_client.h"

namespace vmcoredd::devlink_cli {

// What the commands of one command line share: whom they ask and where they print.
class Session {
 public:
  Session(const Options& options, const Environment& environment, cli::Console& console);

  const Options& options() const { return options_; }
  const Environment& environment() const { return environment_; }
  cli::Console& console() { return console_; }
  IprouteWriter& out() { return out_; }
  // The text of a region goes past the writer.
  const TextSink& sink() const { return sink_; }
  bool is_typed() const { return options_.typed_json; }
  // A document of our own JSON, on its own line.
  JsonStream NewDocument() const { return JsonStream(sink_, options_.pretty); }

  // Refuses options that mean something to other commands only: an option is never
  // passed over. `features`: what this command knows.
  enum Feature : unsigned { kTyped = 1, kRaw = 2, kRegionText = 4, kPassive = 8 };
  Result<void> Accept(unsigned features) const;

  // Connects at the first call: what the grammar refuses needs no kernel.
  Result<devlink::DevlinkClient*> Client();
  // A channel of its own, for notifications.
  Result<std::unique_ptr<devlink::MessageChannel>> OpenMonitorChannel() const;
  // The port of a network device; asks for all ports, once.
  Result<devlink::Handle> FindNetdev(const std::string& name);

 private:
  const Options& options_;
  const Environment& environment_;
  cli::Console& console_;
  TextSink sink_;
  IprouteWriter out_;
  std::optional<devlink::DevlinkClient> client_;
  std::optional<std::vector<devlink::Port>> ports_;
};

// { "regions": { ... } } around what devlink prints; nothing for our own JSON.
class Section {
 public:
  Section(Session& session, const char* name) : session_(session) {
    if (!session.is_typed()) session.out().BeginSection(name);
  }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;
  ~Section() {
    if (!session_.is_typed()) session_.out().EndSection();
  }

 private:
  Session& session_;
};

// "pci/0000:00:05.0/cr-space"; devlink does not say whose port's region it is.
std::string RegionHandle(const devlink::Handle& handle, std::string_view region);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_SESSION_H_
