// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_host.h"

#include <algorithm>
#include <cstring>

#include "collector/capture/small_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Changes that come together are written once.
constexpr std::chrono::milliseconds kSaveDelay{50};

std::string NameText(const HealthReporter& reporter) {
  const HealthReporter::Name& name = reporter.name();
  return EscapeBytes(name.bus) + '/' + EscapeBytes(name.device) +
         (name.port ? '/' + std::to_string(*name.port) : "") + ' ' + EscapeBytes(name.reporter);
}

std::string BootId(const std::string& sysroot) {
  const std::string id = ReadFirstLine(sysroot + "/proc/sys/kernel/random/boot_id");
  // Of a tree without one: a restart of the service is all there can be.
  return id.empty() ? "unknown" : id;
}

}  // namespace

HealthHost::HealthHost(EventLoop& loop,
                       const HealthSettings& settings,
                       HealthCallbacks callbacks,
                       const HealthClock& clock)
    : loop_(loop),
      settings_(settings),
      callbacks_(std::move(callbacks)),
      clock_(clock),
      store_(settings.folder, BootId(settings.sysroot)),
      server_(loop, devices_, {settings.socket, settings.group}) {}

HealthHost::~HealthHost() {
  loop_.CancelTimer(tell_);
  loop_.CancelTimer(save_);
  Save();
}

Result<std::unique_ptr<HealthHost>> HealthHost::Start(EventLoop& loop,
                                                      const HealthSettings& settings,
                                                      HealthCallbacks callbacks,
                                                      const HealthClock& clock) {
  std::unique_ptr<HealthHost> host(new HealthHost(loop, settings, std::move(callbacks), clock));
  VMCOREDD_TRY(host->store_.Open());
  std::vector<std::string> addresses;
  for (const std::string& named : settings.mlx5) {
    const std::vector<std::string> found =
        named == "auto" ? FindMlx5Devices(settings.sysroot) : std::vector<std::string>{named};
    for (const std::string& address : found) {
      if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
        addresses.push_back(address);
      }
    }
  }
  for (const std::string& address : addresses) host->StartMlx5(address);
  VMCOREDD_TRY(host->server_.Listen());
  return host;
}

void HealthHost::StartMlx5(const std::string& address) {
  mlx5::Mlx5Settings device;
  device.place = {settings_.sysroot, address};
  device.poll = std::chrono::milliseconds(settings_.poll_ms);
  device.jitter = device.poll / 2;  // the driver's 2 s and 1 s
  device.grace_period_ms = settings_.grace_period_ms;
  if (settings_.recover) device.recovery = mlx5::ParseRecoveryMethod(settings_.recover_method);
  device.why_needed = [this, address]() -> std::string {
    if (!settings_.needed_is_known) return "it is not known what this machine needs";
    const auto needed = settings_.needed.find(address);
    return needed == settings_.needed.end() ? "" : needed->second;
  };
  auto started = mlx5::Mlx5Health::Start(
      loop_, devices_, clock_, *this,
      [this](int level, const std::string& text) { Log(level, text); }, std::move(device));
  if (!started) return Log(kLevelError, started.error().ToString());
  mlx5_.push_back(*std::move(started));
  Restore(*devices_.Find("pci", address));
}

Result<HealthDevice*> HealthHost::AddDevice(std::string bus, std::string address) {
  return devices_.Add(std::move(bus), std::move(address));
}

Result<void> HealthHost::AddReporter(HealthDevice& device,
                                     std::string name,
                                     ReporterOps ops,
                                     const ReporterDefaults& defaults) {
  auto reporter = VMCOREDD_TRY(
      HealthReporter::Create({device.bus, device.address, std::nullopt, std::move(name)},
                             std::move(ops), defaults, clock_, *this));
  if (auto record = store_.Load(reporter->name())) reporter->Restore(*std::move(record));
  return devices_.AddReporter(device, std::move(reporter));
}

void HealthHost::Restore(const HealthDevice& device) {
  for (const auto& reporter : device.reporters) {
    auto record = store_.Load(reporter->name());
    if (record) {
      reporter->Restore(*std::move(record));
    } else if (record.error().code() != ErrorCode::kNotFound) {
      Log(kLevelWarning, record.error().ToString());
    }
  }
}

void HealthHost::Log(int level, const std::string& text) const {
  if (callbacks_.log) callbacks_.log(level, text);
}

void HealthHost::OnReport(const HealthReporter& reporter, std::string_view message) {
  Log(kLevelError, NameText(reporter) + ": " + EscapeBytes(message));
  reports_.emplace_back(&reporter, message);
  if (tell_ == 0) {
    tell_ = loop_.AddTimer(std::chrono::milliseconds(0), [this] {
      tell_ = 0;
      TellReports();
    });
  }
}

void HealthHost::TellReports() {
  for (const auto& [reporter, message] : std::exchange(reports_, {})) {
    const std::shared_ptr<HealthReporter> shared = Shared(*reporter);
    if (shared && callbacks_.on_report) callbacks_.on_report({shared, message});
  }
}

std::shared_ptr<HealthReporter> HealthHost::Shared(const HealthReporter& reporter) const {
  for (const auto& device : devices_.all()) {
    for (const auto& there : device->reporters) {
      if (there.get() == &reporter) return there;
    }
  }
  return nullptr;
}

void HealthHost::OnRecoveryAborted(const HealthReporter& reporter, uint64_t ms_since_recovery) {
  Log(kLevelWarning, NameText(reporter) + ": recover aborted, " +
                         std::to_string(ms_since_recovery) + " ms after the last recovery");
}

void HealthHost::OnNotify(const HealthReporter& reporter) {
  server_.Notify(reporter);
  MarkChanged(reporter);
}

void HealthHost::OnDumpStored(const HealthReporter& reporter) { MarkChanged(reporter); }

void HealthHost::OnDumpFailed(const HealthReporter& reporter, int error, std::string_view text) {
  Log(kLevelWarning, NameText(reporter) + ": no dump: " + std::strerror(error) +
                         (text.empty() ? "" : ": " + EscapeBytes(text)));
}

void HealthHost::OnRecoveryEnd(const HealthReporter& reporter, int error, std::string_view text) {
  if (error != 0) {
    Log(kLevelError, NameText(reporter) + ": recovery failed: " + std::strerror(error) +
                         (text.empty() ? "" : ": " + EscapeBytes(text)));
  }
  server_.Wake();
}

void HealthHost::OnChange(const HealthReporter& reporter) { MarkChanged(reporter); }

void HealthHost::MarkChanged(const HealthReporter& reporter) {
  changed_.insert(&reporter);
  if (save_ != 0) return;
  save_ = loop_.AddTimer(kSaveDelay, [this] {
    save_ = 0;
    Save();
  });
}

void HealthHost::Save() {
  for (const HealthReporter* reporter : std::exchange(changed_, {})) {
    if (!Shared(*reporter)) continue;
    if (const auto saved = store_.Save(*reporter); !saved) {
      Log(kLevelWarning,
          NameText(*reporter) + ": statistics are not kept: " + saved.error().ToString());
    }
  }
}

}  // namespace vmcoredd
