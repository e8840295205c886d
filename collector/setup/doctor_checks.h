// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_DOCTOR_CHECKS_H_
#define VMCOREDD_COLLECTOR_SETUP_DOCTOR_CHECKS_H_

#include <set>
#include <string>
#include <vector>

#include "collector/setup/collect_conf.h"
#include "collector/setup/doctor.h"
#include "collector/setup/kdump_target.h"

// The parts of Diagnose(), one file each.

namespace vmcoredd {

// The image of the crash kernel, as far as the checks ask.
struct ImageFacts {
  std::string path;         // empty: none was found
  std::string error;        // why it cannot be read; empty: it was
  bool is_damaged = false;  // and it is not a matter of rights
  uint64_t unpacked = 0;
  bool has_collector = false;
  bool same_collector = false;   // bit for bit the installed one
  bool version_matches = false;  // it has this version's text in it
  bool starts_early = false;     // something in it starts the collector
  bool has_conf = false;
  std::string conf;                       // collect.conf
  std::set<std::string> modules;          // of the kernel: "e1000e"
  std::set<std::string> missing_plugins;  // configured, and not in it
};

struct DoctorContext {
  const Sysroot& root;
  const DoctorInput& input;
  KdumpTarget target;
  CollectConfInput compiled;  // what prepare would say now
  std::string crash_cmdline;  // what is known of the crash kernel's command line
  ImageFacts image;
};

ImageFacts ReadImageFacts(const Sysroot& root,
                          const KdumpTarget& target,
                          const DoctorInput& input,
                          const std::string& release);

void CheckKdump(const DoctorContext& context, std::vector<Check>& checks);
void CheckImage(const DoctorContext& context, std::vector<Check>& checks);
void CheckPolicy(const DoctorContext& context, std::vector<Check>& checks);
void CheckKernel(const DoctorContext& context, std::vector<Check>& checks);
void CheckTimers(const DoctorContext& context, std::vector<Check>& checks);
void CheckWatch(const DoctorContext& context, std::vector<Check>& checks);

// "256 MiB"
std::string Mebibytes(uint64_t bytes);
// The first few, and how many more.
std::string SomeOf(const std::vector<std::string>& names);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_DOCTOR_CHECKS_H_
