// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/collector/support.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "collector/capture/spool_writer.h"
#include "collector/save/spool_reader.h"

namespace vmcoredd {

namespace fs = std::filesystem;

TempFolder::TempFolder() {
  path_ = (fs::temp_directory_path() / "vmcoredd_XXXXXX").string();
  if (!::mkdtemp(path_.data())) throw std::runtime_error("mkdtemp");
}
TempFolder::~TempFolder() { fs::remove_all(path_); }

void WriteFile(const std::string& path, const std::string& content) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void AddPciDevice(const std::string& sysroot,
                  const std::string& address,
                  const std::string& config) {
  const std::string folder = sysroot + "/sys/bus/pci/devices/" + address + '/';
  WriteFile(folder + "config", config);
  WriteFile(folder + "vendor", "0x8086\n");
  WriteFile(folder + "device", "0x10d3\n");
  WriteFile(folder + "class", "0x020000\n");
  WriteFile(folder + "revision", "0x03\n");
  WriteFile(folder + "subsystem_vendor", "0x1af4\n");
  WriteFile(folder + "subsystem_device", "0x1100\n");
}

std::string PlainConfig(size_t size) {
  std::string config(size, '\0');
  config.replace(0, 8, std::string("\x86\x80\xd3\x10\x06\x00\x00\x00", 8));
  return config;
}

namespace {

class Recorder final : public SpoolVisitor {
 public:
  explicit Recorder(SpoolContent& content) : content_(content) {}

  Result<void> OnDump(const ManifestDump&) override {
    payload_.clear();
    return {};
  }
  Result<void> OnData(std::span<const std::byte> bytes) override {
    payload_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Result<void> OnHole(uint64_t size) override {
    payload_.append(size, '\0');
    return {};
  }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    const std::string name = facts.name;
    content_.order.push_back(name);
    content_.dumps[name] = {std::move(facts), payload_};
    return {};
  }
  Result<void> OnDumpLost(const std::string& name, std::string reason) override {
    content_.lost[name] = std::move(reason);
    return {};
  }

 private:
  SpoolContent& content_;
  std::string payload_;
};

}  // namespace

Result<SpoolContent> ReadSpool(const std::string& folder) {
  SpoolContent content;
  Recorder recorder(content);
  auto reader = VMCOREDD_TRY(SpoolReader::Open(folder + '/' + std::string(kSpoolFileName)));
  VMCOREDD_TRY(reader.Replay(recorder));
  content.capture = reader.capture();
  return content;
}

Result<CaptureRun> RunCapture(const std::vector<Plugin>& plugins,
                              const CaptureSettings& settings,
                              const std::string& spool_folder) {
  CaptureRun run;
  const Inventory inventory = VMCOREDD_TRY(ReadInventory(settings.sysroot));
  Budget budget(settings);
  const Plan plan = MakePlan(inventory, plugins, settings, budget);
  auto spool = VMCOREDD_TRY(
      SpoolWriter::Create(spool_folder, DescribeCapture(settings), settings.budget.spool_bytes));
  run.summary = VMCOREDD_TRY(
      CapturePlan(plan, settings, budget, spool,
                  [&](const std::string& name, Outcome outcome, const std::string& problem) {
                    run.outcomes[name] = outcome;
                    run.problems[name] = problem;
                  }));
  VMCOREDD_TRY(spool.Finish());
  run.spool = VMCOREDD_TRY(ReadSpool(spool_folder));
  return run;
}

}  // namespace vmcoredd
