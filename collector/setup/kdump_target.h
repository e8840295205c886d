// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_SETUP_KDUMP_TARGET_H_
#define VMCOREDD_COLLECTOR_SETUP_KDUMP_TARGET_H_

#include <string>
#include <string_view>
#include <vector>

#include "collector/setup/sysroot.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

enum class KdumpStack { kNone, kDebian, kRedHat, kSuse };

// "none", "kdump-tools", "kdump-utils", "suse".
std::string_view KdumpStackName(KdumpStack stack);

// Where this machine's kdump puts vmcores, read from its own configuration.
struct KdumpTarget {
  KdumpStack stack = KdumpStack::kNone;
  std::string config;  // the file it was read from
  // Of vmcores on this machine's disks; with a remote target where they would be
  // mounted, or what waits for them.
  std::string folder;
  // A filesystem or partition that is named instead of being mounted: "/dev/vg/crash",
  // "UUID=...". `folder` is then relative to its root.
  std::string device;
  bool is_remote = false;
  std::string nfs;      // "host:/export"
  std::string ssh;      // "user@host"
  std::string ssh_key;  // a path
  std::string ftp;      // a host
  // Without a slash in front relative to where the server puts a user.
  std::string ftp_folder;
  std::string ftp_user;      // empty: anonymous
  std::string ftp_password;  // never to be printed
  std::string ftp_port;      // as it is written; empty: 21
  // What only a shell could tell, of the three: nothing can be sent.
  std::vector<std::string> ftp_unknown;
  std::string host_tag;              // HOSTTAG of kdump-tools: "ip" or "hostname"
  std::vector<std::string> unknown;  // what could not be understood
};

KdumpTarget ReadKdumpTarget(const Sysroot& root);

// KEY=VALUE assignments of a shell fragment, comments and quotes removed. A value
// that only a shell could tell ($, `) is left out, and its key put into `unclear`.
Properties ParseShellVariables(std::string_view text, std::vector<std::string>& unclear);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_SETUP_KDUMP_TARGET_H_
