// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_FINALISE_H_
#define VMCOREDD_COLLECTOR_SETUP_FINALISE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collector/setup/config.h"
#include "collector/setup/kdump_target.h"
#include "collector/setup/sysroot.h"
#include "vmcoredd/base/result.h"

// At the next boot: the archive that the crash kernel left is brought to its vmcore.

namespace vmcoredd {

inline constexpr std::string_view kFinalisedFolder = "/var/lib/vmcoredd/finalised";
inline constexpr std::string_view kFinalisedSchema = "vmcoredd-finalised/1";

// What the caller, who can read vmcores and archives, says of one.
struct CrashFile {
  std::string crash;    // hash of VMCOREINFO; empty: it does not say
  std::string release;  // raw
  int64_t time = 0;     // of the crash, or the capture; 0: not known
  size_t dumps = 0;
  size_t problems = 0;                // found so far
  std::vector<std::string> captures;  // ids of the captures that are in it
};

struct FinaliseHooks {
  // Headers and notes only.
  std::function<Result<CrashFile>(const std::string& path)> open;
  // Reads and checks everything; gives the number of problems.
  std::function<Result<size_t>(const std::string& path)> verify;
  // Puts the archive's dumps into the vmcore.
  std::function<Result<void>(const std::string& vmcore, const std::string& archive)> attach;
  // Runs a program with `input` on its standard input; gives what it wrote to standard
  // output. An error if it does not end with 0.
  std::function<Result<std::string>(const std::vector<std::string>& arguments,
                                    const std::string& input)>
      run;
};

enum class FinaliseState {
  kPlaced,    // beside its vmcore
  kUploaded,  // on the remote target
  kWaiting,   // no vmcore yet
  kRemoved,   // by the limits
  kProblem,
};

struct FinaliseLine {
  FinaliseState state = FinaliseState::kWaiting;
  std::string file;  // the archive, raw
  std::string text;  // printable
};

struct FinaliseSettings {
  Config::Finalise config;
  KdumpTarget target;
  std::vector<std::string> directories;  // of the command line
  int64_t now = 0;
};

// Brings every archive to its vmcore, or to the remote target; writes checksums and the
// identity record beside; writes to the journal, once a crash; then applies the limits.
// Repeating it changes nothing. Killed at any moment, each file is where it was or
// where it belongs, and the next run goes on. Vmcores are only read, unless attach is
// configured. kAlreadyExists when another run is under way.
Result<std::vector<FinaliseLine>> Finalise(const Sysroot& root,
                                           const FinaliseSettings& settings,
                                           const FinaliseHooks& hooks);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_FINALISE_H_
