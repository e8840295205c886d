// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/mlx5_health.h"

#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "collector/health/mlx5/mlx5_dumps.h"

namespace vmcoredd::mlx5 {

namespace {

using devlink::FmsgBuilder;
using std::chrono::milliseconds;

constexpr uint64_t kPhysicalGraceMs = 60000, kVirtualGraceMs = 30000;

std::string FolderOf(const DevicePlace& place) {
  return place.sysroot + "/sys/bus/pci/devices/" + place.address;
}

bool IsVirtual(const DevicePlace& place) {
  return ::access((FolderOf(place) + "/physfn").c_str(), F_OK) == 0;
}

RegisterChild::Read ReadOf(const Mlx5Settings& settings) {
  if (settings.read) return settings.read;
  return [place = settings.place] { return ReadSegment(place); };
}

}  // namespace

Result<std::unique_ptr<Mlx5Health>> Mlx5Health::Start(EventLoop& loop,
                                                      HealthDevices& devices,
                                                      const HealthClock& clock,
                                                      ReporterObserver& observer,
                                                      HealthLog log,
                                                      Mlx5Settings settings) {
  std::unique_ptr<Mlx5Health> health(
      new Mlx5Health(loop, devices, std::move(log), std::move(settings)));
  VMCOREDD_TRY(health->AddReporters(clock, observer));
  // As the driver's first: without jitter.
  health->LookIn(health->settings_.poll);
  return health;
}

Mlx5Health::Mlx5Health(EventLoop& loop,
                       HealthDevices& devices,
                       HealthLog log,
                       Mlx5Settings settings)
    : loop_(loop),
      devices_(devices),
      log_(std::move(log)),
      settings_(std::move(settings)),
      child_(loop, ReadOf(settings_), [this](const Sample& sample) { OnSample(sample); }),
      recovery_(loop) {
  if (::getrandom(&random_, sizeof random_, GRND_NONBLOCK) < 0) {
    random_ = static_cast<uint32_t>(::getpid());
  }
}

Mlx5Health::~Mlx5Health() {
  loop_.CancelTimer(timer_);
  if (is_registered_) devices_.Remove("pci", settings_.place.address);
}

Result<void> Mlx5Health::AddReporters(const HealthClock& clock, ReporterObserver& observer) {
  const std::string& address = settings_.place.address;
  HealthDevice* const device = VMCOREDD_TRY(devices_.Add("pci", address));
  is_registered_ = true;
  device->info = [this] { return Info(); };

  ReporterOps fw;
  fw.diagnose = [this](FmsgBuilder& out, std::string& text) { return Diagnose(out, text); };
  fw.dump = [this](FmsgBuilder& out, const ReportContext* context, std::string&) {
    return DumpFirmware(out, context);
  };
  auto made = VMCOREDD_TRY(HealthReporter::Create({"pci", address, std::nullopt, "fw"},
                                                  std::move(fw), {}, clock, observer));
  VMCOREDD_TRY(devices_.AddReporter(*device, std::move(made)));

  ReporterOps fatal;
  ReporterDefaults defaults;
  fatal.dump = [this](FmsgBuilder& out, const ReportContext* context, std::string&) {
    return DumpFatal(out, context);
  };
  if (settings_.recovery) {
    fatal.recover = [this](const ReportContext*, std::string& text) { return BeginRecovery(text); };
    defaults.grace_period_ms = settings_.grace_period_ms.value_or(
        IsVirtual(settings_.place) ? kVirtualGraceMs : kPhysicalGraceMs);
    defaults.burst_period_ms = settings_.burst_period_ms;
  }
  made = VMCOREDD_TRY(HealthReporter::Create({"pci", address, std::nullopt, "fw_fatal"},
                                             std::move(fatal), defaults, clock, observer));
  VMCOREDD_TRY(devices_.AddReporter(*device, std::move(made)));
  fw_ = devices_.FindReporter(*device, std::nullopt, "fw");
  fw_fatal_ = devices_.FindReporter(*device, std::nullopt, "fw_fatal");
  return {};
}

HealthDeviceInfo Mlx5Health::Info() const {
  HealthDeviceInfo info;
  char target[PATH_MAX];
  const ssize_t size =
      ::readlink((FolderOf(settings_.place) + "/driver").c_str(), target, sizeof target);
  const std::string_view link(target, size > 0 ? static_cast<size_t>(size) : 0);
  info.driver = size > 0 ? link.substr(link.rfind('/') + 1) : "none";
  if (image_) {
    const Registers registers = DecodeSegment(*image_);
    char version[32];
    std::snprintf(version, sizeof version, "%u.%u.%04u", registers.firmware_major,
                  registers.firmware_minor, registers.firmware_subminor);
    info.running_versions.emplace_back("fw.version", version);
  }
  return info;
}

void Mlx5Health::LookIn(milliseconds delay) {
  loop_.CancelTimer(timer_);
  timer_ = loop_.AddTimer(delay, [this] {
    timer_ = 0;
    child_.Ask(settings_.answer);
  });
}

milliseconds Mlx5Health::NextPoll() {
  // Enough for a jitter (Numerical Recipes' constants).
  random_ = random_ * 1664525U + 1013904223U;
  const auto jitter = static_cast<uint64_t>(settings_.jitter.count());
  return settings_.poll +
         milliseconds(jitter == 0 ? 0 : static_cast<int64_t>((random_ >> 8) % jitter));
}

void Mlx5Health::OnSample(const Sample& sample) {
  ++looks_;
  sample_ = sample;
  if (sample.status == Sample::Status::kRead) image_ = sample.image;
  const bool unreadable = sample.status == Sample::Status::kCannotRead;
  const std::string why = unreadable ? sample.why : "";
  if (why != unreadable_ && unreadable) {
    log_(kLevelWarning, settings_.place.address + ": registers cannot be read: " + why);
  }
  unreadable_ = why;
  if (up_until_) return OnComingUp(sample);
  const HealthPoll::Finding finding = poll_.Look(sample);
  LookIn(NextPoll());
  Act(finding);
}

// What poll_health() does with what it sees, and the work that it queues.
void Mlx5Health::Act(const HealthPoll::Finding& finding) {
  const std::string& address = settings_.place.address;
  const uint8_t syndrome = poll_.registers().health.synd;
  if (finding.fatal != Sensor::kNone) {
    log_(kLevelError, address + ": Fatal error " + std::to_string(static_cast<int>(finding.fatal)) +
                          " detected: " + SensorText(finding.fatal) +
                          (sample_.why[0] != '\0' ? std::string(": ") + sample_.why : ""));
    LogHealth();
    const Mlx5Context context(syndrome, poll_.misses());
    const int error = fw_fatal_->Report("FW fatal error reported", &context);
    if (error != 0 && error != kRecoveryStarted) {
      log_(kLevelError, address + ": left in its error state: " + std::strerror(error));
    }
  }
  if (finding.has_missed) {
    log_(kLevelError, address + ": device's health compromised - reached miss count");
    LogHealth();
  }
  if (finding.report_firmware) {
    if (!finding.has_missed) LogHealth();
    const Mlx5Context context(poll_.syndrome(), poll_.misses());
    static_cast<void>(fw_->Report(
        poll_.syndrome() != 0 ? "FW syndrome reported" : "FW miss counter reported", &context));
  }
  if (finding.is_well_again && !fw_fatal_->is_recovering()) {
    log_(kLevelNotice, address + ": the device has come back by itself");
    poll_.Restart();
    fw_fatal_->UpdateState(HealthState::kHealthy);
  }
}

// print_health_info(): nothing without a syndrome.
void Mlx5Health::LogHealth() const {
  const Registers& registers = poll_.registers();
  if (sample_.status != Sample::Status::kRead || registers.health.synd == 0) return;
  if (registers.health.fw_ver == 0xffffffff) {
    return log_(kLevelError, settings_.place.address + ": PCI slot is unavailable");
  }
  log_(registers.health.severity(), settings_.place.address + ": " + HealthText(registers));
}

int Mlx5Health::BeginRecovery(std::string& text) {
  const std::string needed =
      settings_.why_needed ? settings_.why_needed() : "it is not known what this machine needs";
  const std::string why = needed.empty() ? WhyNotRecover(settings_.place) : needed;
  if (!why.empty()) {
    text = "not recovered: " + why;
    return EPERM;
  }
  const int error = recovery_.Start(settings_.place, *settings_.recovery, settings_.act,
                                    [this](int end) { OnRecoveryRun(end); });
  if (error != 0) return error;
  log_(kLevelWarning, settings_.place.address + ": starting health recovery flow");
  return kRecoveryStarted;
}

void Mlx5Health::OnRecoveryRun(int error) {
  if (error != 0) return EndRecovery(error, std::string("recovery: ") + std::strerror(error));
  up_until_ = EventLoop::Clock::now() + settings_.come_up;
  if (!child_.is_asked()) LookIn(settings_.come_up_step);
}

// mlx5_health_wait_pci_up(), and the sensors once more.
void Mlx5Health::OnComingUp(const Sample& sample) {
  Registers registers;
  if (sample.status == Sample::Status::kRead) registers = DecodeSegment(sample.image);
  const Sensor sensor = CheckSensors(sample, registers);
  const bool is_up = sample.status == Sample::Status::kRead && sensor == Sensor::kNone &&
                     !registers.is_initializing;
  if (is_up) return EndRecovery(0, {});
  if (EventLoop::Clock::now() < *up_until_) return LookIn(settings_.come_up_step);
  EndRecovery(EIO, "the device does not come up: " +
                       (sample.why[0] != '\0' ? std::string(sample.why) : SensorText(sensor)));
}

void Mlx5Health::EndRecovery(int error, const std::string& text) {
  up_until_.reset();
  if (error == 0) poll_.Restart();
  log_(error == 0 ? kLevelInfo : kLevelError,
       settings_.place.address +
           (error == 0 ? ": health recovery succeeded" : ": health recovery failed: " + text));
  fw_fatal_->RecoveryEnded(error, text);
  LookIn(NextPoll());
}

int Mlx5Health::Diagnose(FmsgBuilder& out, std::string& text) const {
  if (sample_.status != Sample::Status::kRead) {
    text = looks_ == 0 ? "the device has not been looked at yet" : sample_.why;
    return EIO;
  }
  PutDiagnosis(out, DecodeSegment(sample_.image).health);
  return 0;
}

int Mlx5Health::DumpFirmware(FmsgBuilder& out, const ReportContext* context) const {
  if (context) static_cast<const Mlx5Context*>(context)->Put(out);
  if (image_) PutHealthBuffer(out, DecodeSegment(*image_).health);
  return 0;
}

int Mlx5Health::DumpFatal(FmsgBuilder& out, const ReportContext* context) const {
  if (context) static_cast<const Mlx5Context*>(context)->Put(out);
  if (poll_.fatal() != Sensor::kNone) PutFatal(out, poll_.fatal(), sample_.why);
  if (!image_) return 0;
  PutHealthBuffer(out, DecodeSegment(*image_).health);
  PutSegment(out, *image_, sample_.status == Sample::Status::kRead);
  return 0;
}

}  // namespace vmcoredd::mlx5
