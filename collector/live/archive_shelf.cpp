// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/live/archive_shelf.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <tuple>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kSuffix = ".vmcoredd";
constexpr std::string_view kPartialSuffix = ".partial";  // of OutputFile
constexpr int64_t kLeftOverSeconds = 60;
constexpr size_t kTimeChars = 16;  // 20261128T203000Z
constexpr size_t kRandomChars = 8;
constexpr size_t kMaxArchives = 65536;
constexpr int kMaxAttempts = 16;
constexpr int64_t kDaySeconds = 86400;

Result<void> MakeFolder(const std::string& folder) {
  for (size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return FailIo("cannot make " + EscapeBytes(part), errno);
    }
    if (slash == std::string::npos) break;
  }
  struct stat st;
  if (::stat(folder.c_str(), &st) != 0) return FailIo("cannot open " + EscapeBytes(folder), errno);
  if (!S_ISDIR(st.st_mode)) return FailIo(EscapeBytes(folder), ENOTDIR);
  return {};
}

uint32_t RandomNumber() {
  uint32_t number = 0;
  // Early in a boot there may be no entropy yet; a name need not be a secret.
  if (::getrandom(&number, sizeof number, GRND_NONBLOCK) == sizeof number) return number;
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint32_t>(now.tv_nsec) ^ static_cast<uint32_t>(::getpid()) << 12;
}

std::optional<int64_t> ParseTime(std::string_view text) {
  if (text.size() != kTimeChars || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  bool is_number = true;
  const auto number = [&](size_t at, size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      is_number = is_number && c >= '0' && c <= '9';
      value = value * 10 + (c - '0');
    }
    return value;
  };
  tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(4, 2) - 1;
  parts.tm_mday = number(6, 2);
  parts.tm_hour = number(9, 2);
  parts.tm_min = number(11, 2);
  parts.tm_sec = number(13, 2);
  if (!is_number) return std::nullopt;
  return ::timegm(&parts);
}

// The time in "PREFIX-TIME-RANDOM.vmcoredd"; nothing for any other name.
std::optional<int64_t> TimeOfName(std::string_view name, std::string_view prefix) {
  const size_t size = prefix.size() + 1 + kTimeChars + 1 + kRandomChars + kSuffix.size();
  if (name.size() != size || !name.starts_with(prefix) || !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  const std::string_view rest = name.substr(prefix.size());
  const std::string_view random = rest.substr(1 + kTimeChars + 1, kRandomChars);
  if (rest[0] != '-' || rest[1 + kTimeChars] != '-' ||
      random.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  return ParseTime(rest.substr(1, kTimeChars));
}

// A writer locks its file right after it has made it: one that is so old and not locked has
// none any more. Leaving it there is no reason not to go on.
void RemoveLeftOvers(const std::string& folder, std::string_view prefix, int64_t now) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), &::closedir);
  if (!entries) return;
  const int folder_fd = ::dirfd(entries.get());
  while (const dirent* entry = ::readdir(entries.get())) {
    std::string_view name = entry->d_name;
    if (!name.ends_with(kPartialSuffix)) continue;
    name.remove_suffix(kPartialSuffix.size());
    const auto time = TimeOfName(name, prefix);
    if (!time || now - *time < kLeftOverSeconds) continue;
    const UniqueFd file(
        ::openat(folder_fd, entry->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat st;
    if (file.is_valid() && ::fstat(file.get(), &st) == 0 && S_ISREG(st.st_mode) &&
        ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
      ::unlinkat(folder_fd, entry->d_name, 0);
    }
  }
}

}  // namespace

Result<std::string> NewArchivePath(const std::string& folder, std::string_view prefix) {
  VMCOREDD_TRY(MakeFolder(folder));
  const time_t now = ::time(nullptr);
  RemoveLeftOvers(folder, prefix, now);
  tm parts{};
  ::gmtime_r(&now, &parts);
  char time[kTimeChars + 1];
  ::strftime(time, sizeof time, "%Y%m%dT%H%M%SZ", &parts);
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    char random[kRandomChars + 1];
    ::snprintf(random, sizeof random, "%08x", RandomNumber());
    const std::string path =
        folder + '/' + std::string(prefix) + '-' + time + '-' + random + std::string(kSuffix);
    struct stat st;
    if (::lstat(path.c_str(), &st) != 0 && errno == ENOENT) return path;
  }
  return Fail(ErrorCode::kAlreadyExists, "no free name in " + EscapeBytes(folder));
}

Result<std::vector<ShelvedArchive>> ListArchives(const std::string& folder,
                                                 std::string_view prefix) {
  std::vector<ShelvedArchive> archives;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), &::closedir);
  if (!entries) {
    if (errno == ENOENT) return archives;
    return FailIo("cannot read " + EscapeBytes(folder), errno);
  }
  while (const dirent* entry = ::readdir(entries.get())) {
    const auto time = TimeOfName(entry->d_name, prefix);
    struct stat st;
    if (!time || archives.size() == kMaxArchives ||
        ::fstatat(::dirfd(entries.get()), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode)) {
      continue;
    }
    archives.push_back({folder + '/' + entry->d_name, static_cast<uint64_t>(st.st_size), *time,
                        int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec});
  }
  std::sort(archives.begin(), archives.end(), [](const ShelvedArchive& a, const ShelvedArchive& b) {
    return std::tie(a.time, a.written_ns, a.path) < std::tie(b.time, b.written_ns, b.path);
  });
  return archives;
}

Result<std::vector<std::string>> ApplyRetention(const std::string& folder,
                                                std::string_view prefix,
                                                const Retention& retention) {
  const auto archives = VMCOREDD_TRY(ListArchives(folder, prefix));
  uint64_t bytes = 0;
  for (const ShelvedArchive& archive : archives) bytes += archive.bytes;
  const int64_t now = ::time(nullptr);
  std::vector<std::string> removed;
  for (size_t i = 0; i + 1 < archives.size(); ++i) {
    const ShelvedArchive& oldest = archives[i];
    const bool is_surplus = retention.count != 0 && archives.size() - i > retention.count;
    const bool is_too_much = retention.bytes != 0 && bytes > retention.bytes;
    const bool is_old = retention.days != 0 &&
                        now - oldest.time > static_cast<int64_t>(retention.days) * kDaySeconds;
    if (!is_surplus && !is_too_much && !is_old) break;
    if (::unlink(oldest.path.c_str()) != 0 && errno != ENOENT) {
      return FailIo("cannot remove " + EscapeBytes(oldest.path), errno);
    }
    bytes -= oldest.bytes;
    removed.push_back(oldest.path);
  }
  return removed;
}

}  // namespace vmcoredd
