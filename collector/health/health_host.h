// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_HEALTH_HEALTH_HOST_H_
#define VMCOREDD_COLLECTOR_HEALTH_HEALTH_HOST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/health/health_log.h"
#include "collector/health/health_server.h"
#include "collector/health/health_settings.h"
#include "collector/health/health_store.h"
#include "collector/health/mlx5/mlx5_health.h"

namespace vmcoredd {

// A report, told when what it leads to is done: `reporter` has its dump, if it takes one.
struct HealthReport {
  std::shared_ptr<HealthReporter> reporter;
  std::string message;
};

struct HealthCallbacks {
  HealthLog log;
  // From the loop, not from within the report.
  std::function<void(const HealthReport& report)> on_report;
};

// The health reporters of this machine: devices by configuration, what looks at them, the
// socket, and what is kept over a restart. Lives in a program's loop and does not wait.
class HealthHost final : public ReporterObserver {
 public:
  // Starts what the settings name. A device that cannot be served costs itself, with a log
  // line; fails when the socket or the folder cannot be made.
  static Result<std::unique_ptr<HealthHost>> Start(
      EventLoop& loop,
      const HealthSettings& settings,
      HealthCallbacks callbacks,
      const HealthClock& clock = HealthClock::OfMachine());
  HealthHost(const HealthHost&) = delete;
  HealthHost& operator=(const HealthHost&) = delete;
  ~HealthHost() override;

  const HealthDevices& devices() const { return devices_; }
  HealthServer& server() { return server_; }
  const std::vector<std::unique_ptr<mlx5::Mlx5Health>>& mlx5() const { return mlx5_; }

  // More reporters, of devices that the settings do not know. What was kept of it is
  // brought back.
  Result<HealthDevice*> AddDevice(std::string bus, std::string address);
  Result<void> AddReporter(HealthDevice& device,
                           std::string name,
                           ReporterOps ops,
                           const ReporterDefaults& defaults);

  void OnReport(const HealthReporter& reporter, std::string_view message) override;
  void OnRecoveryAborted(const HealthReporter& reporter, uint64_t ms_since_recovery) override;
  void OnNotify(const HealthReporter& reporter) override;
  void OnDumpStored(const HealthReporter& reporter) override;
  void OnDumpFailed(const HealthReporter& reporter, int error, std::string_view text) override;
  void OnRecoveryEnd(const HealthReporter& reporter, int error, std::string_view text) override;
  void OnChange(const HealthReporter& reporter) override;

 private:
  HealthHost(EventLoop& loop,
             const HealthSettings& settings,
             HealthCallbacks callbacks,
             const HealthClock& clock);
  void StartMlx5(const std::string& address);
  void Restore(const HealthDevice& device);
  void Log(int level, const std::string& text) const;
  void MarkChanged(const HealthReporter& reporter);
  void Save();
  void TellReports();
  std::shared_ptr<HealthReporter> Shared(const HealthReporter& reporter) const;

  EventLoop& loop_;
  const HealthSettings settings_;
  HealthCallbacks callbacks_;
  const HealthClock& clock_;
  HealthStore store_;
  HealthDevices devices_;
  std::vector<std::unique_ptr<mlx5::Mlx5Health>> mlx5_;
  HealthServer server_;  // after devices_: sessions hold reporters
  std::set<const HealthReporter*> changed_;
  std::vector<std::pair<const HealthReporter*, std::string>> reports_;
  EventLoop::TimerId save_ = 0, tell_ = 0;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_HEALTH_HEALTH_HOST_H_
