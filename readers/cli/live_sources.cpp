// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/live_sources.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include "collector/live/baseline.h"
#include "collector/live/devcoredump.h"
#include "readers/cli/console.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/devlink/devlink_dumps.h"
#include "readers/devlink/relay_channel.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::cli {

namespace {

using devlink::ChannelOpener;
using devlink::DevlinkClient;
using devlink::Handle;

vmcoredd_dump_class ClassOf(std::string_view name) {
  if (name == "intrusive") return VMCOREDD_DUMP_INTRUSIVE;
  return name == "side-effect" ? VMCOREDD_DUMP_SIDE_EFFECT : VMCOREDD_DUMP_PASSIVE;
}

vmcoredd_dump_class ClassOf(devlink::DumpOffer::Risk risk) {
  switch (risk) {
    case devlink::DumpOffer::Risk::kPassive: return VMCOREDD_DUMP_PASSIVE;
    case devlink::DumpOffer::Risk::kSideEffect: return VMCOREDD_DUMP_SIDE_EFFECT;
    case devlink::DumpOffer::Risk::kIntrusive: break;
  }
  return VMCOREDD_DUMP_INTRUSIVE;
}

// 0000:01:00.0, as somebody would type it: the domain may be left out.
bool IsAddress(std::string_view text) {
  return text.find(':') != text.npos && text.find('.') != text.npos &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == text.npos;
}

Handle HandleOf(const Properties& device) {
  return {std::string(PropertyOf(device, "bus")), std::string(PropertyOf(device, "address")), {}};
}

ChannelOpener OpenerOf(const LiveSelection& selection) {
  return [netns = selection.netns, socket = selection.socket] {
    return socket.empty() ? devlink::OpenNetlink({.netns = netns}) : devlink::ConnectUnix(socket);
  };
}

class Finder {
 public:
  Finder(const LiveSelection& selection, const Config& config)
      : selection_(selection),
        root_(selection.sysroot),
        open_(OpenerOf(selection)),
        patience_(LiveSettingsOf(selection, config).patience()),
        survey_(devlink::Relayed(open_, patience_)) {
    const std::string& allow = selection.allow.empty() ? config.live.allow : selection.allow;
    sources_.max_class = ClassOf(allow);
    sources_.plugins.max_class = sources_.max_class;
    sources_.plugins.paths = config.plugins.paths;
    sources_.plugins.options = config.plugins.options;
    sources_.plugins.skip = config.devices.skip;
    sources_.has_plugins = selection.plugins;
    // Who asks for them allows them.
    if (selection.new_snapshots) Allow(VMCOREDD_DUMP_SIDE_EFFECT);
    if (selection.trigger) Allow(VMCOREDD_DUMP_INTRUSIVE);
  }

  // False when a DEV is no device.
  bool Find(Console& console) {
    Connect();
    if (!FindHandles(console)) return false;
    sources_.devices = MachineDevices(root_);
    std::erase_if(sources_.devices,
                  [&](const Properties& device) { return !IsWanted(HandleOf(device)); });
    if (client_) AddDevlink();
    if (selection_.devcoredumps) AddDevcoredumps();
    for (const Handle& handle : handles_) {
      if (handle.bus == "pci") sources_.plugins.addresses.push_back(handle.device);
    }
    // Devices of other buses have no plugins.
    if (!handles_.empty() && sources_.plugins.addresses.empty()) sources_.has_plugins = false;
    return true;
  }

  LiveSources Take() { return std::move(sources_); }

 private:
  void Allow(vmcoredd_dump_class dump_class) {
    sources_.max_class = std::max(sources_.max_class, dump_class);
  }

  void Connect() {
    // A tree has no kernel to ask, but a server may stand in for it.
    if (!root_.is_machine() && selection_.socket.empty()) return;
    client_.reset();
    auto channel = survey_();
    auto client = channel ? DevlinkClient::Open(*std::move(channel), patience_)
                          : Result<DevlinkClient>(tl::unexpected(channel.error()));
    if (client) {
      client_.emplace(*std::move(client));
      return;
    }
    sources_.warnings.push_back("devlink: " + client.error().ToString());
    sources_.is_incomplete |= client.error().os_error() == ETIMEDOUT;
  }

  // Of all devices, asked once. Who does not answer costs this only: the next question is
  // asked anew.
  const std::vector<devlink::Port>& Ports() {
    if (ports_) return *ports_;
    ports_.emplace();
    auto ports = client_ ? client_->Ports() : Result<std::vector<devlink::Port>>();
    if (ports) {
      *ports_ = *std::move(ports);
    } else if (ports.error().os_error() == ETIMEDOUT) {
      sources_.warnings.push_back("devlink port: " + ports.error().ToString());
      sources_.is_incomplete = true;
      Connect();
    }
    return *ports_;
  }

  bool FindHandles(Console& console) {
    for (const std::string& text : selection_.devices) {
      auto handle = FindHandle(text);
      if (!handle) {
        console.AddUnusable(text, handle.error());
        return false;
      }
      handles_.push_back(*std::move(handle));
    }
    return true;
  }

  Result<Handle> FindHandle(const std::string& text) {
    if (text.find('/') != text.npos) return devlink::ParseHandle(text);
    if (IsAddress(text)) {
      const bool has_domain = std::count(text.begin(), text.end(), ':') > 1;
      return Handle{"pci", (has_domain ? "" : "0000:") + text, {}};
    }
    for (const devlink::Port& port : Ports()) {
      // The whole device: few drivers have a region or a reporter of a port.
      if (port.netdev == text) return Handle{port.handle.bus, port.handle.device, {}};
    }
    const std::string device = "/sys/class/net/" + text + "/device";
    const auto path = root_.Resolve(device);
    const auto bus = root_.Resolve(device + "/subsystem");
    if (text.starts_with('.') || !path || !bus) {
      return Fail(ErrorCode::kNotFound,
                  "expected BUS/DEVICE[/PORT], a PCI address or a network device");
    }
    return Handle{std::string(BaseName(*bus)), std::string(BaseName(*path)), {}};
  }

  bool IsWanted(const Handle& device) const {
    return handles_.empty() ||
           std::any_of(handles_.begin(), handles_.end(), [&](const Handle& wanted) {
             return wanted.bus == device.bus && wanted.device == device.device;
           });
  }

  void AddDevlink() {
    devlink::DumpRequest request;
    request.devices = handles_;
    request.regions = selection_.regions;
    request.new_snapshots = selection_.new_snapshots;
    request.stored_dumps = request.diagnose = selection_.health;
    request.trigger_dumps = selection_.trigger && selection_.health;
    request.names = selection_.names;
    request.patience = patience_;
    request.ask_again = survey_;
    auto offers = devlink::OfferDevlinkDumps(*client_, open_, request);
    if (!offers) {
      sources_.warnings.push_back("devlink: " + offers.error().ToString());
      sources_.is_incomplete = true;
      return;
    }
    sources_.is_incomplete |= !offers->problems.empty();
    for (std::string& problem : offers->problems) sources_.warnings.push_back(std::move(problem));
    MergeDevices(offers->devices, sources_.devices);
    for (devlink::DumpOffer& offer : offers->offers) {
      LiveDump dump;
      dump.registration = std::move(offer.registration);
      dump.dump_class = ClassOf(offer.risk);
      if (offer.handle.bus == "pci") dump.pci_address = offer.handle.device;
      dump.cleanup = std::move(offer.cleanup);
      dump.is_optional = offer.is_optional;
      sources_.dumps.push_back(std::move(dump));
    }
  }

  void AddDevcoredumps() {
    for (Devcoredump& found : FindDevcoredumps(selection_.sysroot)) {
      const Properties& device = found.dump.registration.device;
      if (!IsWanted(HandleOf(device))) continue;
      sources_.dumps.push_back(std::move(found.dump));
    }
  }

  const LiveSelection& selection_;
  const Sysroot root_;
  const ChannelOpener open_;  // for what runs in a child
  const std::chrono::milliseconds patience_;
  const ChannelOpener survey_;  // for what is asked here
  std::optional<DevlinkClient> client_;
  std::optional<std::vector<devlink::Port>> ports_;
  std::vector<Handle> handles_;
  LiveSources sources_;
};

}  // namespace

std::optional<LiveSources> FindLiveSources(const LiveSelection& selection,
                                           const Config& config,
                                           Console& console) {
  Finder finder(selection, config);
  if (!finder.Find(console)) return std::nullopt;
  return finder.Take();
}

LiveSettings LiveSettingsOf(const LiveSelection& selection, const Config& config) {
  LiveSettings settings;
  settings.silence = std::chrono::milliseconds(config.live.silence_ms);
  settings.dump_time = std::chrono::milliseconds(config.live.dump_ms);
  settings.total = std::chrono::seconds(selection.timeout_s);
  settings.max_bytes = config.live.max_bytes;
  settings.sysroot = selection.sysroot;
  return settings;
}

std::optional<LiveOutcome> CaptureSources(LiveSettings settings,
                                          const LiveSources& sources,
                                          Console& console) {
  settings.max_class = sources.max_class;
  settings.warnings.insert(settings.warnings.end(), sources.warnings.begin(),
                           sources.warnings.end());
  LiveOutcome outcome;
  std::unique_ptr<Progress> progress;
  LiveObserver observer;
  if (console.shows_progress()) {
    observer.on_progress = [&](const std::string& name, uint64_t bytes) {
      if (!progress) {
        progress =
            std::make_unique<Progress>(console, "capturing " + EscapeBytes(name), std::nullopt);
      }
      progress->Update(bytes);
    };
  }
  observer.on_end = [&](const std::string& name, Outcome how, const std::string& problem) {
    progress.reset();
    outcome.dumps.push_back({name, {}, std::string(OutcomeName(how)), problem, std::nullopt});
    if (problem.empty()) return;
    console.Note(EscapeBytes(name) + ": " + std::string(OutcomeName(how)) + ": " + problem);
    console.RaiseProblem();
  };
  observer.on_left_behind = [&](const std::string& name, const std::string& problem) {
    progress.reset();
    console.Note(EscapeBytes(name) + ": " + problem);
    console.RaiseProblem();
  };
  const auto run = [&]() -> Result<LiveSummary> {
    auto capture = VMCOREDD_TRY(LiveCapture::Begin(settings, observer));
    for (const Properties& device : sources.devices) capture.AddDevice(device);
    VMCOREDD_TRY(capture.Add(sources.dumps));
    if (sources.has_plugins) VMCOREDD_TRY(capture.AddPlugins(sources.plugins));
    return capture.Finish();
  };
  for (const std::string& warning : sources.warnings) console.Note(warning);
  auto summary = run();
  if (!summary) {
    console.AddUnusable(settings.archive, summary.error());
    return std::nullopt;
  }
  outcome.summary = *std::move(summary);
  // Less, or nothing, because somebody could not be asked.
  const bool is_nothing = !sources.warnings.empty() && outcome.dumps.empty();
  if (sources.is_incomplete || is_nothing) console.RaiseProblem();
  return outcome;
}

}  // namespace vmcoredd::cli
