// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/watcher.h"

// Health reporters that live in our own loop (collector/health).

namespace vmcoredd::watch {

// Reporters of ours. Without them everything else is as useful as before.
void Watcher::StartHealth() {
  if (options_.once) return;
  auto settings = ParseHealthSettings(options_.config.health);
  if (!settings) return log_.Write(Priority::kError, {}, settings.error().ToString());
  health_settings_ = *std::move(settings);
  if (!health_settings_.enabled) return;
  if (!root_.is_machine()) {
    health_settings_.sysroot = options_.sysroot;
    health_settings_.socket = root_.Host(health_settings_.socket);
    health_settings_.folder = root_.Host(health_settings_.folder);
  }
  const auto folder = [](const std::string& path) {
    return MakeFolders(path.substr(0, path.rfind('/')));
  };
  auto made = folder(health_settings_.folder);
  if (made) made = folder(health_settings_.socket);
  if (!made) {
    return log_.Write(Priority::kError, {}, "no health reporters: " + made.error().ToString());
  }
  HealthCallbacks callbacks;
  callbacks.log = [this](int level, const std::string& text) {
    log_.Write(static_cast<Priority>(level), {}, text);
  };
  callbacks.on_report = [this](const HealthReport& report) { OnHostedReport(report); };
  auto host = HealthHost::Start(loop_, health_settings_, std::move(callbacks));
  if (!host) {
    return log_.Write(Priority::kError, {}, "no health reporters: " + host.error().ToString());
  }
  health_ = *std::move(host);
}

devlink::ChannelOpener Watcher::opener(const CaptureOrder& order) const {
  if (!order.is_hosted) return opener();
  return [path = health_settings_.socket] { return devlink::ConnectUnix(path); };
}

// Its dump is stored already, unless one of an earlier error is.
void Watcher::OnHostedReport(const HealthReport& report) {
  const HealthReporter::Name& name = report.reporter->name();
  WatchEvent event = NewEvent(EventKind::kHealthError, name.bus, name.device);
  event.is_hosted = true;
  event.port = name.port;
  event.reporter = name.reporter;
  event.message = report.message;
  Handle(std::move(event));
  Pump();
}

// The reporters that we host are shown as those of the kernel are.
WatchState Watcher::ShownState() const {
  WatchState shown = known_;
  if (!health_) return shown;
  for (const auto& device : health_->devices().all()) {
    auto& reporters = shown.devices[device->bus + '/' + device->address].reporters;
    for (const auto& hosted : device->reporters) {
      const HealthReporter::Record& record = hosted->record();
      ReporterState state;
      state.state = static_cast<uint8_t>(record.state);
      state.errors = record.errors;
      state.recoveries = record.recoveries;
      if (record.dump) state.dump_time = record.dump->time_ms;
      reporters[{hosted->name().port, hosted->name().reporter}] = state;
    }
  }
  return shown;
}

}  // namespace vmcoredd::watch
