// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/kdump_target.h"

#include <algorithm>
#include <array>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kDebianConfig = "/etc/default/kdump-tools";
constexpr std::string_view kRedHatConfig = "/etc/kdump.conf";
constexpr std::string_view kSuseConfig = "/etc/sysconfig/kdump";
constexpr std::array<std::string_view, 11> kFilesystems = {
    "ext2", "ext3", "ext4", "minix", "btrfs", "xfs", "vfat", "raw", "virtiofs", "f2fs", "auto"};
constexpr std::string_view kDefaultFolder = "/var/crash";

bool IsName(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
                              "uvwxyz0123456789_") == text.npos;
}

// The last assignment counts, as for a shell.
std::string Value(const Properties& variables, std::string_view name) {
  std::string value;
  for (const auto& [key, text] : variables) {
    if (key == name) value = text;
  }
  return value;
}

void TellUnclear(const KdumpTarget& target,
                 const std::vector<std::string>& unclear,
                 std::initializer_list<std::string_view> used,
                 std::vector<std::string>& unknown) {
  for (const std::string& key : unclear) {
    if (std::find(used.begin(), used.end(), key) != used.end()) {
      unknown.push_back(key + " in " + target.config + " is computed by a shell");
    }
  }
}

void ReadDebian(std::string_view text, KdumpTarget& target) {
  target.stack = KdumpStack::kDebian;
  target.config = kDebianConfig;
  std::vector<std::string> unclear;
  const Properties variables = ParseShellVariables(text, unclear);
  TellUnclear(target, unclear, {"KDUMP_COREDIR", "NFS", "SSH", "FTP", "SSH_KEY", "HOSTTAG"},
              target.unknown);
  TellUnclear(target, unclear, {"FTP_USER", "FTP_PASSWORD", "FTP_PORT"}, target.ftp_unknown);
  target.folder = Value(variables, "KDUMP_COREDIR");
  target.nfs = Value(variables, "NFS");
  target.ssh = Value(variables, "SSH");
  // "host" or "host:folder"
  const std::string ftp = Value(variables, "FTP");
  target.ftp = ftp.substr(0, ftp.find(':'));
  if (ftp.size() > target.ftp.size()) target.ftp_folder = ftp.substr(target.ftp.size() + 1);
  if (target.ftp_folder.empty()) target.ftp_folder = "/";
  target.ftp_user = Value(variables, "FTP_USER");
  target.ftp_password = Value(variables, "FTP_PASSWORD");
  target.ftp_port = Value(variables, "FTP_PORT");
  target.ssh_key = Value(variables, "SSH_KEY");
  target.host_tag = Value(variables, "HOSTTAG");
  // The default of kdump-config, which propagates it.
  if (target.ssh_key.empty() && !target.ssh.empty()) target.ssh_key = "/root/.ssh/kdump_id_rsa";
  target.is_remote = !target.nfs.empty() || !target.ssh.empty() || !target.ftp.empty();
}

// "%41" is a byte of these digits.
std::string DecodeUrl(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && i + 2 < text.size()
                          ? ParseNumber("0x" + std::string(text.substr(i + 1, 2)))
                          : std::nullopt;
    decoded += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return decoded;
}

// [USER[:PASSWORD]@]HOST[:PORT], and the path behind: relative, in a URL.
void ReadFtpUrl(std::string_view authority, std::string_view path, KdumpTarget& target) {
  const size_t at = authority.rfind('@');
  if (at != authority.npos) {
    const std::string_view login = authority.substr(0, at);
    const size_t colon = login.find(':');
    target.ftp_user = DecodeUrl(login.substr(0, colon));
    if (colon != login.npos) target.ftp_password = DecodeUrl(login.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  const size_t colon = authority.find(':');
  target.ftp = authority.substr(0, colon);
  if (colon != authority.npos) target.ftp_port = authority.substr(colon + 1);
  if (path.starts_with('/')) path.remove_prefix(1);
  target.ftp_folder = path.empty() ? "." : DecodeUrl(path);
}

// file:///var/crash, /var/crash, ssh://user@host/path, nfs://host/export ...
void ReadSuse(std::string_view text, std::string_view config, KdumpTarget& target) {
  target.stack = KdumpStack::kSuse;
  target.config = config;
  std::vector<std::string> unclear;
  const Properties variables = ParseShellVariables(text, unclear);
  TellUnclear(target, unclear, {"KDUMP_SAVEDIR", "KDUMP_SSH_IDENTITY"}, target.unknown);
  std::string url = Value(variables, "KDUMP_SAVEDIR");
  target.ssh_key = Value(variables, "KDUMP_SSH_IDENTITY");
  const size_t scheme_end = url.find("://");
  const std::string scheme = scheme_end == url.npos ? "file" : url.substr(0, scheme_end);
  if (scheme_end != url.npos) url.erase(0, scheme_end + 3);
  if (scheme == "file") {
    target.folder = url;
    return;
  }
  target.is_remote = true;
  const std::string host = url.substr(0, url.find('/'));
  if (scheme == "ssh" || scheme == "sftp") target.ssh = host;
  if (scheme == "ftp") ReadFtpUrl(host, url.substr(host.size()), target);
  // The folder is one of the host.
  if (scheme != "nfs") target.folder = url.substr(host.size());
  if (scheme == "nfs") target.nfs = host + ':' + url.substr(host.size());
}

// `KEYWORD VALUE` lines; what is on another filesystem is told by its type.
void ReadRedHat(std::string_view text, KdumpTarget& target) {
  target.stack = KdumpStack::kRedHat;
  target.config = kRedHatConfig;
  for (std::string_view line : Lines(text)) {
    line = Trim(line.substr(0, line.find('#')));
    const auto words = Words(line);
    if (words.size() < 2) continue;
    const std::string value(words[1]);
    if (words[0] == "path") target.folder = value;
    if (words[0] == "nfs") target.nfs = value;
    if (words[0] == "ssh") target.ssh = value;
    if (words[0] == "sshkey") target.ssh_key = value;
    if (std::find(kFilesystems.begin(), kFilesystems.end(), words[0]) != kFilesystems.end()) {
      target.device = value;
    }
    if (words[0] == "virtiofs" || words[0] == "dracut_args") {
      // --mount "/dev/sdb1 /mnt ext4": a target inside an option of dracut.
      if (words[0] == "virtiofs" || line.find("--mount") != line.npos) {
        target.unknown.push_back(std::string(words[0]) + " in " + target.config);
      }
    }
  }
  target.is_remote = !target.nfs.empty() || !target.ssh.empty();
}

}  // namespace

std::string_view KdumpStackName(KdumpStack stack) {
  switch (stack) {
    case KdumpStack::kDebian: return "kdump-tools";
    case KdumpStack::kRedHat: return "kdump-utils";
    case KdumpStack::kSuse: return "suse";
    case KdumpStack::kNone: break;
  }
  return "none";
}

Properties ParseShellVariables(std::string_view text, std::vector<std::string>& unclear) {
  Properties variables;
  for (std::string_view line : Lines(text)) {
    line = Trim(line);
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const size_t equals = line.find('=');
    if (equals == line.npos || !IsName(line.substr(0, equals))) continue;
    const std::string key(line.substr(0, equals));
    line.remove_prefix(equals + 1);
    std::string value;
    bool clear = true;
    if (line.starts_with('"') || line.starts_with('\'')) {
      const char quote = line.front();
      const size_t end = line.find(quote, 1);
      value = line.substr(1, end == line.npos ? line.npos : end - 1);
      const std::string_view rest = end == line.npos ? "" : Trim(line.substr(end + 1));
      clear = end != line.npos && (rest.empty() || rest.starts_with('#')) &&
              (quote == '\'' || value.find_first_of("$`\\") == value.npos);
    } else {
      value = line.substr(0, line.find_first_of(" \t;#"));
      clear = value.find_first_of("$`\\\"'()&|<>") == value.npos;
    }
    if (clear) {
      variables.emplace_back(key, value);
    } else {
      unclear.push_back(key);
    }
  }
  return variables;
}

KdumpTarget ReadKdumpTarget(const Sysroot& root) {
  KdumpTarget target;
  const auto debian = root.Text(kDebianConfig);
  const auto redhat = root.Text(kRedHatConfig);
  const auto suse = root.Text(kSuseConfig);
  if (debian) {
    ReadDebian(*debian, target);
  } else if (suse && suse->find("KDUMP_SAVEDIR") != std::string::npos) {
    ReadSuse(*suse, kSuseConfig, target);
  } else if (redhat && redhat->find("KDUMP_SAVEDIR") != std::string::npos) {
    ReadSuse(*redhat, kRedHatConfig, target);  // SUSE's kdump 2.1 and later
  } else if (redhat) {
    ReadRedHat(*redhat, target);
  }
  if (target.folder.empty()) target.folder = kDefaultFolder;
  if (!target.folder.starts_with('/')) target.folder.insert(0, "/");
  return target;
}

}  // namespace vmcoredd
