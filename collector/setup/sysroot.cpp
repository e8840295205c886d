// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/sysroot.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <span>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/output_file.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel's MAXSYMLINKS
constexpr std::string_view kBlanks = " \t\r\n\v\f";

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

ErrorCode CodeOf(int os_error) {
  return os_error == ENOENT || os_error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo;
}

Error FileError(const char* what, std::string_view path, int os_error) {
  const std::string text = std::string(what) + ' ' + EscapeBytes(path);
  if (CodeOf(os_error) == ErrorCode::kNotFound) {
    return Error(ErrorCode::kNotFound, text + ": there is no such file");
  }
  return Error::Io(text, os_error);
}

void PushParts(std::vector<std::string>& parts, std::string_view path) {
  // Last part first: the walk takes them from the end.
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    const std::string_view part = slash == path.npos ? path : path.substr(slash + 1);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = slash == path.npos ? std::string_view() : path.substr(0, slash);
  }
}

}  // namespace

Sysroot::Sysroot(std::string root) : root_(std::move(root)) {
  while (root_.ends_with('/')) root_.pop_back();
}

Result<std::string> Sysroot::Resolve(std::string_view path) const {
  std::vector<std::string> remaining;
  PushParts(remaining, path);
  std::string done;
  int links = 0;
  while (!remaining.empty()) {
    const std::string part = std::move(remaining.back());
    remaining.pop_back();
    if (part == "..") {
      done.erase(std::min(done.rfind('/'), done.size()));
      continue;
    }
    const std::string next = Join(done, part);
    struct stat st;
    if (::lstat(Host(next).c_str(), &st) != 0) {
      return tl::unexpected(FileError("cannot find", path, errno));
    }
    if (!S_ISLNK(st.st_mode)) {
      done = next;
      continue;
    }
    std::array<char, 4096> target;
    const ssize_t got = ::readlink(Host(next).c_str(), target.data(), target.size());
    if (got < 0) return tl::unexpected(FileError("cannot read the link", next, errno));
    if (++links > kMaxLinks) return tl::unexpected(FileError("cannot find", path, ELOOP));
    const std::string_view text(target.data(), static_cast<size_t>(got));
    if (text.starts_with('/')) done.clear();
    PushParts(remaining, text);
  }
  return done.empty() ? "/" : done;
}

Result<std::string> Sysroot::Text(std::string_view path) const {
  const std::string real = VMCOREDD_TRY(Resolve(path));
  const UniqueFd fd(::open(Host(real).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.is_valid()) return tl::unexpected(FileError("cannot open", path, errno));
  std::string text;
  std::array<char, 65536> window;
  for (;;) {
    const ssize_t got = ::read(fd.get(), window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(FileError("cannot read", path, errno));
    if (got == 0) return text;
    text.append(window.data(), static_cast<size_t>(got));
    if (text.size() > kMaxTextFile) {
      return Fail(ErrorCode::kLimitExceeded,
                  EscapeBytes(path) + " has more than " + std::to_string(kMaxTextFile) + " bytes");
    }
  }
}

std::string Sysroot::Line(std::string_view path) const {
  const auto text = Text(path);
  if (!text) return {};
  return std::string(Trim(std::string_view(*text).substr(0, text->find('\n'))));
}

std::optional<uint64_t> Sysroot::Number(std::string_view path) const {
  return ParseNumber(Line(path));
}

std::vector<std::string> Sysroot::List(std::string_view path) const {
  const auto real = Resolve(path);
  return real ? ListFolder(Host(*real)) : std::vector<std::string>();
}

Result<bool> Sysroot::Write(std::string_view path, std::string_view text) const {
  if (const auto old = Text(path); old && *old == text) return false;
  VMCOREDD_TRY(MakeFolders(Host(path.substr(0, path.rfind('/')))));
  VMCOREDD_TRY(ReplaceFile(Host(path), text));
  return true;
}

Result<bool> Sysroot::Remove(std::string_view path) const {
  if (::unlink(Host(path).c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return tl::unexpected(FileError("cannot remove", path, errno));
}

std::vector<std::string> ListFolder(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, DirCloser> folder(::opendir(path.c_str()));
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kMaxFolderEntries) break;
    names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> ReplaceFile(const std::string& path, std::string_view text) {
  auto file = OutputFile::Create(path, OutputFile::Existing::kReplace);
  if (!file) return FailWith(std::move(file).error(), EscapeBytes(path));
  auto written = file->Write(std::as_bytes(std::span(text)));
  if (written) written = file->Commit();
  if (!written) return FailWith(std::move(written).error(), EscapeBytes(path));
  return {};
}

Result<void> MakeFolders(const std::string& path) {
  for (size_t slash = 0; slash != path.npos;) {
    slash = path.find('/', slash + 1);
    const std::string folder = path.substr(0, slash);
    if (folder.empty() || ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) continue;
    return tl::unexpected(FileError("cannot make the folder", folder, errno));
  }
  return {};
}

std::string Join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  path += '/';
  path += name;
  return path;
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    const size_t end = std::min(text.find_first_of(kBlanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace vmcoredd
