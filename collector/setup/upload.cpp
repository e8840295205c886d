// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/upload.h"

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// For the shell at the other end.
std::string Quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

std::vector<std::string> Command(const KdumpTarget& target, const char* program) {
  // Nobody is there to answer a question, and a host that is down must not keep the
  // others waiting.
  std::vector<std::string> command = {program, "-q",
                                      "-o",    "BatchMode=yes",
                                      "-o",    "ConnectTimeout=30",
                                      "-o",    "ServerAliveInterval=15"};
  if (!target.ssh_key.empty()) {
    command.insert(command.end(), {"-i", target.ssh_key});
  }
  return command;
}

Result<std::string> Remote(const KdumpTarget& target,
                           const FinaliseHooks& hooks,
                           const std::string& text) {
  auto command = Command(target, "ssh");
  command.insert(command.end(), {"--", target.ssh, text});
  return hooks.run(command, {});
}

}  // namespace

Result<void> UploadBySsh(const KdumpTarget& target,
                         const FinaliseHooks& hooks,
                         const std::string& file,
                         const std::string& name,
                         const std::string& sha256) {
  const std::string folder = target.folder + "/vmcoredd";
  const std::string partial = folder + '/' + name + ".partial";
  VMCOREDD_TRY(Remote(target, hooks, "umask 077 && mkdir -p " + Quote(folder)));
  auto copy = Command(target, "scp");
  // -O would be needed for servers without sftp; the default is what both ends agree on.
  copy.insert(copy.end(), {"-p", "--", file, target.ssh + ':' + partial});
  VMCOREDD_TRY(hooks.run(copy, {}));
  const std::string sum = VMCOREDD_TRY(Remote(target, hooks, "sha256sum < " + Quote(partial)));
  if (!std::string_view(sum).starts_with(sha256)) {
    return Fail(ErrorCode::kCorrupt, "the copy on " + EscapeBytes(target.ssh) +
                                         " has another checksum than the file here");
  }
  VMCOREDD_TRY(Remote(target, hooks,
                      "mv " + Quote(partial) + ' ' + Quote(folder + '/' + name) + " && sync"));
  return {};
}

}  // namespace vmcoredd
