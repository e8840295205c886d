// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_DEVLINK_DEVLINK_DUMPS_H_
#define READERS_DEVLINK_DEVLINK_DUMPS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "readers/devlink/devlink_client.h"
#include "vmcoredd/writer/registry.h"

namespace vmcoredd::devlink {

// What to capture of the devices that devlink knows.
struct DumpRequest {
  std::vector<Handle> devices;  // none: all
  bool regions = true;          // snapshots that are there
  bool new_snapshots = false;   // take one of each region, and delete it afterwards
  bool stored_dumps = true;     // of reporters that have one
  bool trigger_dumps = false;   // and of those that have none: the driver makes one
  bool diagnose = true;
  // Only these, if any: "dummy", "cr-space"; names of regions and reporters.
  std::vector<std::string> names;
  // How long callbacks wait for an answer. Whoever runs them in a child with a deadline wants
  // them to give up before it: what came before is then handed on.
  std::chrono::milliseconds patience = kDefaultTimeout;
  // What the next question is asked through when `client` did not answer one; empty: what
  // callbacks open.
  ChannelOpener ask_again;
};

// A dump that could be captured. Reading what is stored is passive, and so is a diagnosis,
// for which a driver says what it knows; a new snapshot takes one of the region's places for
// a while and has the driver read the device; for a triggered dump the driver, or firmware,
// does whatever it does.
struct DumpOffer {
  DumpRegistration registration;
  enum class Risk { kPassive, kSideEffect, kIntrusive } risk = Risk::kPassive;
  Handle handle;
  // Deletes the snapshot that the callback takes; to be called when the callback has ended,
  // however it ended. Empty: nothing to do.
  std::function<Result<void>()> cleanup;
  // EOPNOTSUPP is no news: devlink does not tell which reporters can be diagnosed.
  bool is_optional = false;
};

struct DumpOffers {
  std::vector<DumpOffer> offers;
  std::vector<Properties> devices;    // the identities of all that were asked for
  std::vector<std::string> problems;  // what could not be asked, printable
};

// Asks what there is and makes registrations of it: region snapshots (content
// "devlink-region"), health dumps and diagnoses ("devlink-fmsg", the messages as they
// came), with names after FORMAT.md 2 and the identity of the device (bus, address, driver,
// serial numbers, versions as "fw.running", region, snapshot, reporter, port, dump_time) in
// their properties. Passive: only asks. `open` is for the callbacks, which run in a child.
Result<DumpOffers> OfferDevlinkDumps(DevlinkClient& client,
                                     const ChannelOpener& open,
                                     const DumpRequest& request);

}  // namespace vmcoredd::devlink

#endif  // READERS_DEVLINK_DEVLINK_DUMPS_H_
