// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/report_files.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "readers/cli/plain_file.h"
#include "readers/import/formats.h"
#include "readers/report/log_line.h"
#include "readers/vmcore/decompress.h"
#include "vmcoredd/base/byte_source.h"

namespace vmcoredd::cli {

namespace {

namespace fs = std::filesystem;

constexpr size_t kHead = 4096;
constexpr size_t kMaxLog = size_t{64} * 1024 * 1024;  // the end of a larger one is read
constexpr size_t kMaxFolder = 4096;                   // entries
constexpr size_t kWindow = size_t{256} * 1024;

bool IsText(std::string_view head) {
  return !head.empty() && std::all_of(head.begin(), head.end(), [](char c) {
    return (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t' || c == '\r' || (c & 0x80) != 0;
  });
}

Result<std::unique_ptr<InputStream>> OpenUnpacked(const std::string& path) {
  auto file = VMCOREDD_TRY(OpenPlainFile(path));
  return VMCOREDD_TRY(Decompress(std::move(file.stream))).stream;
}

// Of what is compressed, the beginning of what is inside; empty when nothing can be read.
std::string HeadInside(const std::string& path) {
  const auto stream = OpenUnpacked(path);
  if (!stream) return {};
  std::string head(kHead, '\0');
  size_t filled = 0;
  while (filled < head.size()) {
    const auto got = (*stream)->Read(std::as_writable_bytes(std::span(head)).subspan(filled));
    if (!got || *got == 0) break;
    filled += *got;
  }
  head.resize(filled);
  return head;
}

// The beginning of a file; empty when it cannot be read, or only once.
std::string HeadOf(const std::string& path) {
  const auto file = path == "-" ? Fail(ErrorCode::kIo, "") : FileSource::Open(path);
  if (!file) return {};
  std::string head(kHead, '\0');
  const auto got = (*file)->ReadAt(0, std::as_writable_bytes(std::span(head)));
  head.resize(got.value_or(0));
  return DetectCompression(std::as_bytes(std::span(head))) ? HeadInside(path) : head;
}

// JSON with a schema of this program; what its devlink prints can be imported.
bool IsOwn(std::string_view head) {
  constexpr std::string_view key = "\"schema\":";
  constexpr std::string_view ours = "\"vmcoredd-";
  const size_t at = head.find(key);
  if (!head.starts_with('{') || at == head.npos) return false;
  head.remove_prefix(at + key.size());
  head.remove_prefix(std::min(head.find_first_not_of(" \n"), head.size()));
  return head.starts_with(ours) && !head.substr(ours.size()).starts_with("devlink-");
}

}  // namespace

bool IsLogName(const std::string& name) {
  return (name.starts_with("dmesg") || name.starts_with("vmcore-dmesg")) && !IsArchiveName(name);
}
// Not what lies beside an archive: vmcoredd-ID.sha256, vmcoredd-ID.identity.
bool IsVmcoreName(const std::string& name) {
  return (name.starts_with("vmcore") || name.starts_with("dump.")) && !IsLogName(name) &&
         !name.starts_with("vmcoredd-") && !name.ends_with(".partial");
}
bool IsArchiveName(const std::string& name) { return name.ends_with(".vmcoredd"); }

FileLook LookAt(const std::string& path) {
  FileLook look;
  const std::string head = HeadOf(path);
  if (IsLogName(fs::path(path).filename().string()) || LooksLikeKernelLog(head)) {
    look.kind = FileKind::kLog;
  } else if (!IsText(head)) {
    look.kind = FileKind::kVmcore;
  } else if (IsOwn(head)) {
    look.kind = FileKind::kOwn;
  } else {
    const auto format = ChooseFormat(head, "");
    // A health dump and a diagnosis look the same: most are dumps.
    const bool is_either = !format && format.error().code() == ErrorCode::kInvalidArgument;
    look.kind = format || is_either ? FileKind::kSaved : FileKind::kUnknown;
    if (is_either) look.format = "health-dump";
  }
  return look;
}

Result<LogText> ReadLog(const std::string& path) {
  const auto stream = VMCOREDD_TRY(OpenUnpacked(path));
  LogText log;
  std::vector<std::byte> window(kWindow);
  while (true) {
    const auto got = stream->Read(window);
    if (!got) {
      if (log.text.empty()) return tl::unexpected(got.error());
      log.damage = got.error();
      break;
    }
    if (*got == 0) break;
    log.text.append(reinterpret_cast<const char*>(window.data()), *got);
    if (log.text.size() > 2 * kMaxLog) log.text.erase(0, log.text.size() - kMaxLog);
  }
  if (log.text.size() > kMaxLog) log.text.erase(0, log.text.size() - kMaxLog);
  return log;
}

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end;
       !error && at != end && names.size() < kMaxFolder; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vmcoredd::cli
