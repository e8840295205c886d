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

}  // namespace

std::string MakeDumpName(std::string_view source, std::string_view device, std::string_view what) {
  std::string name = std::string(source) + '_' + std::string(device);
  if (!what.empty()) name += '_' + std::string(what);
  if (name.size() <= kMaxDumpNameLength) return name;
  const std::string hash = HashOf(std::as_bytes(std::span(name)));
  return name.substr(0, kCutLength) + '~' + hash.substr(0, kHashDigits);
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
    if (c <= ' ' || c > '~' || c == '/' || c == '\\') {
      return bad("holds a space, a slash, a backslash or an unprintable byte");
    }
  }
  return {};
}

}  // namespace vmcoredd
