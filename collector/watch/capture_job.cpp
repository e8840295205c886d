// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/capture_job.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <map>
#include <optional>
#include <set>

#include "collector/capture/flat_text.h"
#include "collector/capture/stop_signal.h"
#include "collector/live/archive_shelf.h"
#include "collector/live/devcoredump.h"
#include "collector/live/live_capture.h"
#include "collector/live/live_plugins.h"
#include "collector/watch/enumeration.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{2}, kLongestPause{200};

int64_t NowUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void Say(int fd, const std::string& text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written <= 0) return;  // nobody listens any more
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

class CaptureJob {
 public:
  CaptureJob(const CaptureOrder& order,
             const WatchConfig& config,
             const devlink::ChannelOpener& open,
             const std::string& sysroot)
      : order_(order), config_(config), open_(open), sysroot_(sysroot) {}

  CaptureResult Run() {
    if (auto captured = Capture(); !captured) result_.failed = captured.error().ToString();
    Release();
    TreatReporters();
    result_.end_us = NowUs();
    return std::move(result_);
  }

 private:
  // What the archive may have, so that the disk keeps its floor; nothing: too little.
  std::optional<uint64_t> Room() {
    struct statvfs disk {};
    if (::statvfs(config_.directory.c_str(), &disk) != 0) return config_.archive_bytes;
    const uint64_t free = uint64_t{disk.f_bavail} * disk.f_frsize;
    if (free <= config_.free_bytes) {
      result_.refused = std::to_string(free) + " bytes are free on the disk, " +
                        std::to_string(config_.free_bytes) + " are to stay";
      return std::nullopt;
    }
    return std::min(config_.archive_bytes, free - config_.free_bytes);
  }

  Result<void> Capture() {
    LiveSettings settings;
    settings.archive = VMCOREDD_TRY(NewArchivePath(config_.directory, kArchivePrefix));
    const auto room = Room();
    if (!room) return {};
    settings.max_bytes = *room;
    settings.kind = "live";
    settings.silence = milliseconds(config_.silence_s * 1000);
    settings.dump_time = settings.total = milliseconds(config_.capture_s * 1000);
    patience_ = settings.patience();
    // The rule has allowed what is offered below.
    settings.max_class = VMCOREDD_DUMP_INTRUSIVE;
    settings.sysroot = sysroot_;
    settings.machine = EventProperties(order_);
    LiveObserver observer;
    observer.on_end = [this](const std::string& name, Outcome outcome, const std::string& problem) {
      if (outcome == Outcome::kOk) complete_.insert(name);
      if (!problem.empty()) result_.problems.push_back(EscapeBytes(name) + ": " + problem);
    };
    auto live = VMCOREDD_TRY(LiveCapture::Begin(settings, observer));
    VMCOREDD_TRY(AddDevcoredumps(live));
    if (!order_.device.empty() && order_.devcoredumps.empty()) {
      VMCOREDD_TRY(AddDevlink(live));
    }
    const LiveSummary summary = VMCOREDD_TRY(live.Finish());
    result_.archive = settings.archive;
    result_.complete = summary.complete;
    result_.partial = summary.partial;
    result_.skipped = summary.skipped;
    result_.bytes = summary.bytes;
    const auto removed =
        ApplyRetention(config_.directory, kArchivePrefix,
                       {config_.keep_count, config_.keep_bytes, config_.keep_days});
    if (!removed) {
      result_.problems.push_back(removed.error().ToString());
    } else {
      result_.removed = removed->size();
    }
    return {};
  }

  void Warn(LiveCapture& live, const std::string& text) {
    live.AddWarning(text);
    result_.problems.push_back(text);
  }

  Result<void> AddDevcoredumps(LiveCapture& live) {
    if (order_.devcoredumps.empty()) return {};
    std::vector<LiveDump> dumps;
    for (Devcoredump& one : FindDevcoredumps(sysroot_)) {
      if (!order_.devcoredumps.contains(one.name)) continue;
      dumps.push_back(one.dump);
      devcoredumps_.push_back(std::move(one));
    }
    for (const std::string& name : order_.devcoredumps) {
      const bool is_there = std::any_of(devcoredumps_.begin(), devcoredumps_.end(),
                                        [&](const Devcoredump& one) { return one.name == name; });
      if (!is_there) Warn(live, EscapeBytes(name) + " is gone");
    }
    return live.Add(dumps);
  }

  // First what is there; then the dumps that are still being made.
  Result<void> AddDevlink(LiveCapture& live) {
    auto client = OpenClient(open_);
    if (!client) return Warn(live, client.error().ToString()), AddPlugins(live);
    client->generic().set_timeout(patience_);
    devlink::DumpRequest regions = Request();
    regions.regions = !order_.snapshots.empty();
    for (const auto& [part, snapshots] : order_.snapshots) regions.names.push_back(part.name);
    VMCOREDD_TRY(Offer(live, *client, regions, [&](const Properties& device, const PartName& part) {
      const auto wanted = order_.snapshots.find(part);
      const auto snapshot = FindNumber(device, "snapshot");
      return wanted != order_.snapshots.end() && snapshot &&
             wanted->second.contains(static_cast<uint32_t>(*snapshot));
    }));
    VMCOREDD_TRY(AddPlugins(live));
    devlink::DumpRequest diagnoses = Request();
    for (const auto& [part, reporter] : order_.reporters) {
      if (!reporter.diagnose) continue;
      diagnoses.diagnose = true;
      diagnoses.names.push_back(part.name);
    }
    VMCOREDD_TRY(Offer(live, *client, diagnoses, [&](const Properties&, const PartName& part) {
      const auto wanted = order_.reporters.find(part);
      return wanted != order_.reporters.end() && wanted->second.diagnose;
    }));
    for (const auto& [part, reporter] : order_.reporters) {
      if (reporter.dump) VMCOREDD_TRY(AddStoredDump(live, *client, part, reporter));
    }
    return {};
  }

  Result<void> AddPlugins(LiveCapture& live) {
    if (!order_.plugins || order_.bus != "pci") return {};
    PluginRequest request;
    request.addresses = {order_.device};
    request.max_class = order_.allow;
    request.paths = config_.plugin_paths;
    request.options = config_.plugin_options;
    return live.AddPlugins(request);
  }

  devlink::DumpRequest Request() const {
    devlink::DumpRequest request;
    request.devices = {{order_.bus, order_.device, std::nullopt}};
    request.patience = patience_;
    request.regions = request.stored_dumps = request.diagnose = false;
    return request;
  }

  using Wanted = std::function<bool(const Properties& device, const PartName& part)>;
  Result<void> Offer(LiveCapture& live,
                     devlink::DevlinkClient& client,
                     const devlink::DumpRequest& request,
                     const Wanted& is_wanted) {
    if (!request.regions && !request.stored_dumps && !request.diagnose) return {};
    auto offers = devlink::OfferDevlinkDumps(client, open_, request);
    if (!offers) return Warn(live, offers.error().ToString()), Result<void>();
    for (const std::string& problem : offers->problems) Warn(live, problem);
    std::vector<LiveDump> dumps;
    for (devlink::DumpOffer& offer : offers->offers) {
      const Properties& device = offer.registration.device;
      PartName part;
      part.port = offer.handle.port;
      part.name = FindText(device, request.regions ? "region" : "reporter").value_or("");
      if (!is_wanted(device, part)) continue;
      if (request.stored_dumps) dump_names_[part] = offer.registration.name;
      LiveDump dump;
      dump.dump_class = ClassOf(offer.risk);
      if (order_.bus == "pci") dump.pci_address = order_.device;
      dump.registration = std::move(offer.registration);
      dumps.push_back(std::move(dump));
    }
    return live.Add(dumps);
  }

  static vmcoredd_dump_class ClassOf(devlink::DumpOffer::Risk risk) {
    switch (risk) {
      case devlink::DumpOffer::Risk::kPassive: return VMCOREDD_DUMP_PASSIVE;
      case devlink::DumpOffer::Risk::kSideEffect: return VMCOREDD_DUMP_SIDE_EFFECT;
      case devlink::DumpOffer::Risk::kIntrusive: break;
    }
    return VMCOREDD_DUMP_INTRUSIVE;
  }

  devlink::ReporterName NameOf(const PartName& part) const {
    return {{order_.bus, order_.device, part.port}, part.name};
  }

  // The kernel notifies, dumps, recovers and notifies, in this order: once the reporter is
  // healthy again no dump will come, and one that does not dump by itself never makes one.
  ReporterState WaitForDump(devlink::DevlinkClient& client,
                            const PartName& part,
                            const ReporterOrder& reporter) {
    const auto deadline = Clock::now() + milliseconds(config_.dump_wait_ms);
    for (milliseconds pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
      const auto now = client.GetReporter(NameOf(part));
      if (!now) {
        result_.problems.push_back(EscapeBytes(part.name) + ": " + now.error().ToString());
        return {};
      }
      ReporterState state = StateOf(*now);
      const bool may_come = reporter.is_error && state.state != 0 && state.auto_dump == true;
      if (state.dump_time != 0 || !may_come || Clock::now() >= deadline || StopRequested()) {
        return state;
      }
      const timespec wait{pause.count() / 1000, pause.count() % 1000 * 1000000};
      ::nanosleep(&wait, nullptr);
    }
  }

  Result<void> AddStoredDump(LiveCapture& live,
                             devlink::DevlinkClient& client,
                             const PartName& part,
                             const ReporterOrder& reporter) {
    const ReporterState state = WaitForDump(client, part, reporter);
    const std::string name = EscapeBytes(part.name);
    if (state.dump_time == 0) {
      if (state.auto_dump) Warn(live, name + ": the reporter has no dump stored");
      return {};
    }
    if (reporter.is_error && reporter.old_dump == state.dump_time) {
      Warn(live, name + ": the stored dump is of an earlier error, and was not cleared");
      if (reporter.captured_dump == state.dump_time) {
        live.AddSkip({part.name, "devlink", Outcome::kSkipped, "it is in an earlier archive"});
        return {};
      }
    }
    devlink::DumpRequest request = Request();
    request.stored_dumps = true;
    request.names = {part.name};
    VMCOREDD_TRY(Offer(live, client, request,
                       [&](const Properties&, const PartName& one) { return one == part; }));
    if (const auto found = dump_names_.find(part); found != dump_names_.end()) {
      if (complete_.contains(found->second)) result_.dumps.emplace_back(part, state.dump_time);
    }
    return {};
  }

  void Release() {
    if (!order_.release_devcoredump || result_.archive.empty()) return;
    for (const Devcoredump& one : devcoredumps_) {
      if (!complete_.contains(one.dump.registration.name)) continue;
      const auto released = ReleaseDevcoredump(one);
      result_.actions.push_back(released ? "released " + EscapeBytes(one.name)
                                         : "cannot release " + EscapeBytes(one.name) + ": " +
                                               released.error().ToString());
    }
  }

  // A reporter is recovered whatever became of the capture: there is a device to be used.
  // Its dump is cleared only if it is safe.
  void TreatReporters() {
    for (const auto& [part, reporter] : order_.reporters) {
      const bool is_safe =
          !result_.archive.empty() &&
          std::any_of(result_.dumps.begin(), result_.dumps.end(),
                      [&own = part](const auto& dump) { return dump.first == own; });
      const bool clear = reporter.clear && is_safe;
      if (!clear && !reporter.recover) continue;
      const std::string name = EscapeBytes(part.name);
      auto client = OpenClient(open_);
      if (!client) {
        result_.not_recovered += reporter.recover ? 1 : 0;
        result_.actions.push_back("cannot ask " + name + ": " + client.error().ToString());
        continue;
      }
      if (clear) {
        const auto cleared = client->ClearDump(NameOf(part));
        result_.actions.push_back(cleared ? "cleared the dump of " + name
                                          : "cannot clear the dump of " + name + ": " +
                                                cleared.error().ToString());
      }
      if (!reporter.recover) continue;
      const auto recovered = client->Recover(NameOf(part));
      ++(recovered ? result_.recovered : result_.not_recovered);
      result_.actions.push_back(recovered ? "recovered " + name
                                          : "cannot recover " + name + ": " +
                                                recovered.error().ToString());
    }
  }

  const CaptureOrder& order_;
  const WatchConfig& config_;
  const devlink::ChannelOpener& open_;
  const std::string& sysroot_;
  CaptureResult result_;
  milliseconds patience_{};  // of who asks for dumps
  std::vector<Devcoredump> devcoredumps_;
  std::set<std::string> complete_;              // names of dumps that are there as a whole
  std::map<PartName, std::string> dump_names_;  // of reporters' dumps
};

}  // namespace

int RunCaptureJob(const CaptureOrder& order,
                  const WatchConfig& config,
                  const devlink::ChannelOpener& open,
                  const std::string& sysroot,
                  int output_fd) {
  std::string begin;
  AppendFlatLine(begin, "begin_us", static_cast<uint64_t>(NowUs()));
  Say(output_fd, begin);
  PrepareCaptureProcess();
  Say(output_fd, CaptureResultText(CaptureJob(order, config, open, sysroot).Run()));
  return 0;
}

}  // namespace vmcoredd::watch
