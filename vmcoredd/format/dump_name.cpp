// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/format/dump_name.h"

#include <span>

#include "vmcoredd/base/payload_hash.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/note.h"

namespace vmcoredd {

namespace {

constexpr size_t kHashDigits = 8;
constexpr size_t kCutLength = kMaxDumpNameLength - 1 - kHashDigits;

std::string WholeName(std::string_view source, std::string_view device, std::string_view what) {
  std::string name = std::string(source) + '_' + std::string(device);
  if (!what.empty()) name += '_' + std::string(what);
  return name;
}

// `name`, cut, with the hash of `whole`.
std::string Hashed(std::string_view name, const std::string& whole) {
  const std::string hash = HashOf(std::as_bytes(std::span(whole)));
  return std::string(name.substr(0, kCutLength)) + '~' + hash.substr(0, kHashDigits);
}

bool IsAllowed(char c) { return c > ' ' && c <= '~' && c != '/' && c != '\\'; }

}  // namespace

std::string MakeDumpName(std::string_view source, std::string_view device, std::string_view what) {
  std::string name = WholeName(source, device, what);
  return name.size() <= kMaxDumpNameLength ? name : Hashed(name, name);
}

std::string MakeSafeDumpName(std::string_view source,
                             std::string_view device,
                             std::string_view what) {
  const std::string whole = WholeName(source, device, what);
  std::string name = whole;
  for (char& c : name) {
    if (!IsAllowed(c)) c = '_';
  }
  if (name.front() == '.') name.front() = '_';
  return name == whole && name.size() <= kMaxDumpNameLength ? name : Hashed(name, whole);
}

Result<void> CheckDumpName(std::string_view name) {
  const auto bad = [&](const char* why) {
    return Fail(ErrorCode::kInvalidArgument,
                "the dump name \"" + EscapeBytes(name.substr(0, 2 * kDumpNameBytes)) + "\" " + why);
  };
  if (name.empty()) return bad("is empty");
  if (name.size() > kMaxDumpNameLength) return bad("has more than 43 bytes");
  if (name.front() == '.') return bad("starts with a dot");
  for (const char c : name) {
    if (!IsAllowed(c)) {
      return bad("holds a space, a slash, a backslash or an unprintable byte");
    }
  }
  return {};
}

}  // namespace vmcoredd
