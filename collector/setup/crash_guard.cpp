// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/crash_guard.h"

#include <sys/stat.h>

#include <cerrno>

#include "collector/capture/flat_text.h"
#include "collector/setup/collect_conf.h"
#include "collector/setup/identity.h"
#include "collector/setup/kdump_target.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"

namespace vmcoredd {

namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
// COREDIR/202611201813/dump.202611201813, /var/crash/127.0.0.1-2026-11-20/vmcore
constexpr int kDumpDepth = 3;

// Is a panic of this boot going to leave a record in pstore? With a crash kernel, the
// kernel writes one only with crash_kexec_post_notifiers (kernel/panic.c).
bool PstoreTells(const Sysroot& root) {
  const std::string backend = root.Line("/sys/module/pstore/parameters/backend");
  return !backend.empty() && backend != "(null)" &&
         root.Line("/sys/module/kernel/parameters/crash_kexec_post_notifiers") == "Y";
}

// A regular file below `folder` that was changed after `time`; empty: none.
std::string NewerFile(const Sysroot& root, const std::string& folder, int64_t time, int depth) {
  for (const std::string& name : root.List(folder)) {
    std::string path = Join(folder, name);
    struct stat st;
    if (::lstat(root.Host(path).c_str(), &st) != 0) continue;
    if (S_ISREG(st.st_mode) && st.st_mtime > time) return path;
    if (S_ISDIR(st.st_mode) && depth > 1) {
      std::string found = NewerFile(root, path, time, depth - 1);
      if (!found.empty()) return found;
    }
  }
  return {};
}

}  // namespace

Result<void> Arm(const Sysroot& root, int64_t time) {
  std::string text;
  AppendFlatLine(text, "schema", kArmedSchema);
  AppendFlatLine(text, "boot_id", EscapeBytes(root.Line(kBootId)));
  AppendFlatLine(text, "time", UtcTime(time));
  AppendFlatLine(text, "kexec_crash_size", root.Number("/sys/kernel/kexec_crash_size").value_or(0));
  AppendFlatLine(text, "kexec_crash_loaded",
                 root.Number("/sys/kernel/kexec_crash_loaded").value_or(0));
  AppendFlatLine(text, "pstore_tells", PstoreTells(root) ? 1 : 0);
  VMCOREDD_TRY(root.Write(kArmedPath, text));
  return {};
}

Result<void> Disarm(const Sysroot& root) {
  VMCOREDD_TRY(root.Remove(kArmedPath));
  return {};
}

LastBoot JudgeLastBoot(const Sysroot& root, const Config::Guard& guard) {
  if (guard.trip == "off") return {false, "guard.trip is \"off\""};
  const auto text = root.Text(kArmedPath);
  if (!text) return {false, "the last boot ended orderly"};
  const auto marker = ParseFlatText(*text);
  const auto since = marker ? ParseUtcTime(FindText(*marker, "time").value_or("")) : std::nullopt;
  if (!since) return {false, "the marker of the last boot cannot be read"};
  if (FindText(*marker, "boot_id") == EscapeBytes(root.Line(kBootId))) {
    return {false, "this boot has not ended"};
  }
  const std::string when = "the boot of " + std::string(*FindText(*marker, "time")) + " ended ";
  if (FindNumber(*marker, "kexec_crash_size").value_or(0) == 0) {
    return {false, when + "without notice, and had no memory for a crash kernel"};
  }
  const KdumpTarget target = ReadKdumpTarget(root);
  for (const std::string& folder :
       {target.folder, std::string(kPendingFolder), target.folder + "/vmcoredd"}) {
    const std::string dump = NewerFile(root, folder, *since, kDumpDepth);
    if (!dump.empty()) return {false, when + "in a crash that left " + EscapeBytes(dump)};
  }
  for (const char* const folder : {"/sys/fs/pstore", "/var/lib/systemd/pstore"}) {
    const std::string record = NewerFile(root, folder, *since, kDumpDepth);
    if (!record.empty()) {
      return {true, when + "in a panic without a dump: it left " + EscapeBytes(record)};
    }
  }
  // Where dumps go that this machine cannot look at, their absence says nothing.
  const bool is_local = !target.is_remote && target.device.empty();
  if (!is_local && target.stack != KdumpStack::kDebian) {
    return {false, when + "without notice, and dumps are not kept on this machine"};
  }
  const bool pstore_tells = FindNumber(*marker, "pstore_tells").value_or(0) == 1;
  if (guard.trip == "panic" && pstore_tells) {
    return {false, when + "without notice, and not in a panic: pstore has no record"};
  }
  return {true, when + "without notice and without a dump"};
}

Result<void> DisableEarly(const Sysroot& root, const std::string& reason) {
  VMCOREDD_TRY(root.Write(kEarlyDisabledPath, reason + '\n'));
  return {};
}

}  // namespace vmcoredd
