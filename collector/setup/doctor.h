// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_DOCTOR_H_
#define VMCOREDD_COLLECTOR_SETUP_DOCTOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "collector/setup/config.h"
#include "collector/setup/sysroot.h"

// Will the next crash on this machine carry device state, and if not, why?

namespace vmcoredd {

enum class CheckStatus {
  kOk,
  kWarn,     // less will be captured, or with more risk
  kBad,      // nothing will be captured
  kUnknown,  // cannot be told from here
};

// "ok", "warn", "bad", "unknown".
std::string_view CheckStatusName(CheckStatus status);

struct Check {
  std::string name;  // stable, for programs: "crashkernel"
  CheckStatus status = CheckStatus::kOk;
  std::string text;    // what was found; printable
  std::string advice;  // what to do about it; empty: nothing
};

struct DoctorInput {
  Config config;
  // Mistakes of the configuration file, which then says nothing: `config` has defaults.
  std::vector<ConfigProblem> problems;
  std::string config_file;
  std::string version;  // of this program, "0.1.0"
};

// All checks, in the order in which they matter.
std::vector<Check> Diagnose(const Sysroot& root, const DoctorInput& input);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_DOCTOR_H_
