// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "collector/health/health_host.h"
#include "tests/unit/collector/health/simulated_mlx5.h"

// What hosts health reporters, around a simulated mlx5 device, for cases that ask it by
// socket. A hundredth of the driver's times.
//
//   health_rig FOLDER [recover]      FOLDER/health.sock, FOLDER/state, FOLDER/sysroot
//
// Commands on standard input, one a line, each answered by a line when it is done:
//   syndrome S [RFR_SEVERITY]   nic STATE   lose registers|config   reset
//   stop, go              firmware counts no more, or again
//   broken                a reset of the device does not help from now on
//   looks N               N more looks
//   errors fw|fw_fatal N  wait for that count, at most ten seconds
//   recovered N, healthy  likewise, for fw_fatal
//   log                   what was logged since the last time
//   reports               what on_report was told since then, with the sizes of dumps
//   pin REGISTER VALUE

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;

class SizeCounter final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    size_ += bytes.size();
    return {};
  }
  uint64_t size() const { return size_; }

 private:
  uint64_t size_ = 0;
};

class Rig {
 public:
  Rig(EventLoop& loop, const std::string& folder, bool recover)
      : loop_(loop), device_(folder + "/sysroot") {
    settings_.enabled = true;
    settings_.mlx5 = {"auto"};
    settings_.poll_ms = 20;
    settings_.recover = recover;
    if (recover) settings_.grace_period_ms = 600000;
    settings_.needed_is_known = true;
    settings_.socket = folder + "/health.sock";
    settings_.folder = folder + "/state";
    settings_.sysroot = folder + "/sysroot";
  }

  bool Start() {
    HealthCallbacks callbacks;
    callbacks.log = [this](int level, const std::string& text) {
      log_ += std::to_string(level) + ' ' + text + '\n';
    };
    callbacks.on_report = [this](const HealthReport& report) {
      SizeCounter size;
      const auto& dump = report.reporter->record().dump;
      if (dump) static_cast<void>(WriteHealthDump(*dump, size));
      reports_ += report.reporter->name().reporter + ": " + report.message + ", " +
                  std::to_string(size.size()) + " bytes of messages\n";
    };
    auto host = HealthHost::Start(loop_, settings_, std::move(callbacks));
    if (!host) {
      std::fprintf(stderr, "health_rig: %s\n", host.error().ToString().c_str());
      return false;
    }
    host_ = *std::move(host);
    Firmware();
    return true;
  }

  void Do(const std::string& line) {
    std::istringstream words(line);
    std::string verb, first, second;
    words >> verb >> first >> second;
    const auto number = [](const std::string& text) {
      return std::strtoul(text.c_str(), nullptr, 0);
    };
    bool is_done = true;
    if (verb == "syndrome") {
      device_.SetSyndrome(static_cast<uint8_t>(number(first)),
                          static_cast<uint8_t>(number(second)));
    } else if (verb == "nic") {
      device_.SetNicState(static_cast<uint8_t>(number(first)));
    } else if (verb == "lose") {
      first == "config" ? device_.LoseConfig() : device_.LoseRegisters();
    } else if (verb == "reset") {
      Heal();
    } else if (verb == "stop" || verb == "go") {
      counts_ = verb == "go";
    } else if (verb == "broken") {
      heals_ = false;
    } else if (verb == "pin") {
      device_.SetRegister(static_cast<uint32_t>(number(first)),
                          static_cast<uint32_t>(number(second)));
    } else if (verb == "looks") {
      const uint64_t until = Looks() + number(first);
      is_done = Wait([&] { return Looks() >= until; });
    } else if (verb == "errors") {
      is_done = Wait([&] { return Reporter(first).record().errors == number(second); });
    } else if (verb == "recovered") {
      is_done = Wait([&] { return Reporter("fw_fatal").record().recoveries == number(first); });
    } else if (verb == "healthy") {
      is_done = Wait([&] { return Reporter("fw_fatal").record().state == HealthState::kHealthy; });
    } else if (verb == "log") {
      std::fputs(std::exchange(log_, {}).c_str(), stdout);
    } else if (verb == "reports") {
      std::fputs(std::exchange(reports_, {}).c_str(), stdout);
    } else {
      is_done = false;
    }
    std::puts(is_done ? "ok" : "FAILED");
    std::fflush(stdout);
  }

 private:
  void Firmware() {
    if (counts_) device_.Count();
    if (device_.WasRemoved() && heals_) Heal();
    loop_.AddTimer(milliseconds(4), [this] { Firmware(); });
  }
  void Heal() {
    device_.PutConfig(0x0006, 0);
    device_.Reset();
  }
  uint64_t Looks() const { return host_->mlx5().empty() ? 0 : host_->mlx5()[0]->looks(); }
  HealthReporter& Reporter(const std::string& name) const {
    const HealthDevices& devices = host_->devices();
    return *devices.FindReporter(*devices.Find("pci", SimulatedMlx5::kAddress), std::nullopt, name);
  }
  template <typename Done>
  bool Wait(const Done& done) {
    const auto end = EventLoop::Clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (EventLoop::Clock::now() > end) return false;
      static_cast<void>(loop_.RunOnce(milliseconds(20)));
    }
    return true;
  }

  EventLoop& loop_;
  SimulatedMlx5 device_;
  HealthSettings settings_;
  std::unique_ptr<HealthHost> host_;
  bool counts_ = true, heals_ = true;
  std::string log_, reports_;
};

int Main(const std::string& folder, bool recover) {
  auto loop = EventLoop::Create();
  if (!loop) return 1;
  Rig rig(**loop, folder, recover);
  if (!rig.Start()) return 1;
  std::puts("ready");
  std::fflush(stdout);
  std::string text;
  bool is_over = false;
  // A command waits in the loop itself, so it is run outside of callbacks.
  const auto added = (*loop)->AddFd(STDIN_FILENO, EPOLLIN, [&](uint32_t) {
    char bytes[512];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    is_over = got <= 0;
    if (got > 0) text.append(bytes, static_cast<size_t>(got));
  });
  if (!added) return 1;
  while (!is_over) {
    static_cast<void>((*loop)->RunOnce(milliseconds(20)));
    for (size_t end; (end = text.find('\n')) != text.npos;) {
      const std::string line = text.substr(0, end);
      text.erase(0, end + 1);
      rig.Do(line);
    }
  }
  return 0;
}

}  // namespace
}  // namespace vmcoredd

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: health_rig FOLDER [recover]\n", stderr);
    return 2;
  }
  return vmcoredd::Main(argv[1], argc > 2 && std::strcmp(argv[2], "recover") == 0);
}
