// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "collector/capture/flat_text.h"
#include "collector/setup/sysroot.h"
#include "collector/setup/upload.h"
#include "vmcoredd/base/text.h"

// By curl(1), whose configuration (the login is in it) goes to its standard input: a
// command line is everybody's to read.

namespace vmcoredd {

namespace {

// curl(1), EXIT CODES
constexpr std::string_view kFileNotFound = "78";
constexpr std::string_view kNoSuchProgram = "127";          // of the shell
constexpr std::string_view kSizeLine = "Content-Length: ";  // as curl tells SIZE
constexpr size_t kMaxMessage = 300;

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string EncodeUrl(std::string_view path) {
  std::string encoded;
  for (size_t i = 0; i < path.size(); ++i) {
    // The slash at the start would only end the host.
    if (IsUnreserved(path[i]) || (path[i] == '/' && i != 0)) {
      encoded += path[i];
      continue;
    }
    std::array<char, 4> text;
    std::snprintf(text.data(), text.size(), "%%%02X", static_cast<unsigned char>(path[i]));
    encoded += text.data();
  }
  return encoded;
}

// A line of curl's configuration.
std::string Set(std::string_view option, std::string_view value) {
  std::string line(option);
  line += " = \"";
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\"\n";
}

// Nothing of it may begin a line, for curl or the server.
bool IsOneLine(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

Result<void> Check(const KdumpTarget& target) {
  for (const auto* const list : {&target.unknown, &target.ftp_unknown}) {
    if (list->empty()) continue;
    return Fail(ErrorCode::kUnsupported, EscapeBytes(list->front()) + ": it cannot be uploaded");
  }
  const bool is_host =
      !target.ftp.empty() && std::all_of(target.ftp.begin(), target.ftp.end(), IsUnreserved);
  if (!is_host) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected the name of an FTP server, found " + EscapeBytes(target.ftp));
  }
  const auto port = target.ftp_port.empty() ? 21 : ParseNumber(target.ftp_port);
  if (!port || *port == 0 || *port > 65535) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected the port of an FTP server, found " + EscapeBytes(target.ftp_port));
  }
  if (!IsOneLine(target.ftp_user) || !IsOneLine(target.ftp_password) ||
      !IsOneLine(target.ftp_folder)) {
    return Fail(ErrorCode::kInvalidArgument,
                "user, password or folder of the FTP server have control characters");
  }
  // It ends the name, for curl.
  if (target.ftp_user.find(':') != target.ftp_user.npos) {
    return Fail(ErrorCode::kUnsupported, "the user of the FTP server has a colon in its name");
  }
  return {};
}

class FtpServer {
 public:
  FtpServer(const KdumpTarget& target, const FinaliseHooks& hooks)
      : target_(target), hooks_(hooks) {}

  // Bytes of a file there; nothing if there is none. `commands` come before.
  Result<std::optional<uint64_t>> SizeOf(const std::string& path, const std::string& commands) {
    const Ended ended = VMCOREDD_TRY(Curl(path, commands + "head\n"));
    if (ended.code == kFileNotFound) return std::nullopt;
    VMCOREDD_TRY(Succeeded(ended));
    for (const std::string_view line : Lines(ended.output)) {
      if (!line.starts_with(kSizeLine)) continue;
      if (const auto size = ParseNumber(Trim(line.substr(kSizeLine.size())))) return *size;
    }
    // Every server does, RFC 3659. Without, nobody knows whether the name is free.
    return Fail(ErrorCode::kUnsupported,
                EscapeBytes(target_.ftp) + " does not tell whether it has a file");
  }

  Result<void> Upload(const std::string& file, const std::string& path) {
    return Succeeded(VMCOREDD_TRY(Curl(path, Set("upload-file", file))));
  }

  // The size that the file then has under its new name.
  Result<std::optional<uint64_t>> Rename(const std::string& from, const std::string& to) {
    return SizeOf(to, Set("quote", "RNFR " + from) + Set("quote", "RNTO " + to));
  }

  // Reads it back; on no disk here, so it may be of any size.
  Result<bool> HasChecksum(const std::string& path, std::string_view sha256) {
    const std::string sum = VMCOREDD_TRY(
        hooks_.run({"sh", "-c", "curl -q --config - | sha256sum"}, Common() + Url(path)));
    return std::string_view(sum).starts_with(sha256);
  }

 private:
  struct Ended {
    std::string output;  // its messages, too
    std::string code;
  };

  Result<Ended> Curl(const std::string& path, const std::string& options) {
    Ended ended;
    ended.output = VMCOREDD_TRY(hooks_.run(
        {"sh", "-c", "curl -q --config - 2>&1; echo \"exit $?\""}, Common() + Url(path) + options));
    const size_t end = ended.output.rfind("exit ");
    if (end != ended.output.npos) {
      ended.code = Trim(std::string_view(ended.output).substr(end + 5));
      ended.output.resize(end);
    }
    return ended;
  }

  Result<void> Succeeded(const Ended& ended) const {
    if (ended.code == "0") return {};
    if (ended.code == kNoSuchProgram) {
      return Fail(ErrorCode::kNotFound,
                  "uploading by FTP needs curl, which is not installed: it waits");
    }
    const std::string_view text = Trim(ended.output);
    return Fail(ErrorCode::kIo,
                EscapeBytes(target_.ftp) + ": " +
                    EscapeBytes(text.substr(0, std::min(text.size(), kMaxMessage))));
  }

  std::string Url(const std::string& path) const {
    const std::string port = target_.ftp_port.empty() ? "" : ':' + target_.ftp_port;
    return Set("url", "ftp://" + target_.ftp + port + '/' + EncodeUrl(path));
  }

  // Nobody is there to answer a question, and a server that has stopped must not keep
  // the others waiting. The path goes to it as it is, in one, as busybox sends it.
  std::string Common() const {
    std::string text =
        "silent\nshow-error\ngloboff\npath-as-is\nproto = \"=ftp\"\nnoproxy = \"*\"\n"
        "ftp-method = \"nocwd\"\nconnect-timeout = 30\nspeed-limit = 1\nspeed-time = 60\n";
    if (!target_.ftp_user.empty()) {
      text += Set("user", target_.ftp_user + ':' + target_.ftp_password);
    }
    return text;
  }

  const KdumpTarget& target_;
  const FinaliseHooks& hooks_;
};

}  // namespace

Result<std::string> UploadByFtp(const KdumpTarget& target,
                                const FinaliseHooks& hooks,
                                const FtpFile& file) {
  VMCOREDD_TRY(Check(target));
  FtpServer server(target, hooks);
  std::string folder = target.ftp_folder;
  while (folder.ends_with('/')) folder.pop_back();
  const std::string path = folder + '/' + file.host + '-' + file.name;
  const std::string partial = path + ".partial";
  const std::string where = "ftp://" + target.ftp + (path.starts_with('/') ? "" : "/") + path;
  if (VMCOREDD_TRY(server.SizeOf(path, {}))) {
    // A run that was killed before it could remove the file here.
    if (VMCOREDD_TRY(server.HasChecksum(path, file.sha256))) return where;
    return Fail(ErrorCode::kAlreadyExists,
                EscapeBytes(where) + " is another file: it waits, and that one is left alone");
  }
  VMCOREDD_TRY(server.Upload(file.path, partial));
  if (!VMCOREDD_TRY(server.HasChecksum(partial, file.sha256))) {
    return Fail(ErrorCode::kCorrupt, "the copy on " + EscapeBytes(target.ftp) +
                                         " cannot be read back with the checksum of the file here");
  }
  const auto size = VMCOREDD_TRY(server.Rename(partial, path));
  if (size == file.size) return where;
  return Fail(ErrorCode::kCorrupt, EscapeBytes(where) + ": expected " + std::to_string(file.size) +
                                       " bytes, found " +
                                       (size ? std::to_string(*size) : std::string("no file")));
}

}  // namespace vmcoredd
