// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_TESTS_UNIT_COLLECTOR_SUPPORT_H_
#define VMCOREDD_TESTS_UNIT_COLLECTOR_SUPPORT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "collector/capture/capture.h"
#include "collector/capture/plan.h"
#include "collector/capture/plugin_catalog.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// A folder that is removed with everything in it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

void WriteFile(const std::string& path, const std::string& content);
std::string ReadFile(const std::string& path);

// A device in the sysfs tree at `sysroot`, with this configuration space.
void AddPciDevice(const std::string& sysroot,
                  const std::string& address,
                  const std::string& config);

// The configuration space of a device without capabilities: 256 or 4096 bytes.
std::string PlainConfig(size_t size);

// What a spool holds.
struct SpooledDump {
  ManifestDump facts;
  std::string payload;
};
struct SpoolContent {
  std::map<std::string, SpooledDump> dumps;  // by name
  std::map<std::string, std::string> lost;   // name -> reason
  std::vector<std::string> order;            // names, of dumps that are there
  ManifestFragment capture;
};
Result<SpoolContent> ReadSpool(const std::string& folder);

// Plans and captures on a new spool in `spool_folder`.
struct CaptureRun {
  CaptureSummary summary;
  std::map<std::string, std::string> problems;  // by dump
  std::map<std::string, Outcome> outcomes;
  SpoolContent spool;
};
Result<CaptureRun> RunCapture(const std::vector<Plugin>& plugins,
                              const CaptureSettings& settings,
                              const std::string& spool_folder);

}  // namespace vmcoredd

#endif  // VMCOREDD_TESTS_UNIT_COLLECTOR_SUPPORT_H_
