// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/health_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

#include "collector/capture/flat_text.h"
#include "collector/capture/small_file.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"
#include "vmcoredd/format/devlink/attributes.h"

namespace vmcoredd {

namespace {

using Tokens = std::vector<devlink::FmsgBuilder::Token>;

constexpr std::string_view kSuffix = ".health";
constexpr std::string_view kSchema = "vmcoredd-health/1";
// Of a token: attribute, type, length.
constexpr size_t kTokenHeader = 2 + 1 + 4;

std::optional<std::string> PackTokens(const Tokens& tokens) {
  std::vector<std::byte> packed;
  for (const auto& token : tokens) {
    const size_t at = packed.size();
    if (at + kTokenHeader + token.bytes.size() > HealthStore::kMaxDumpBytes) return std::nullopt;
    packed.resize(at + kTokenHeader);
    StoreInt<uint16_t>(&packed[at], token.attribute, std::endian::little);
    StoreInt<uint8_t>(&packed[at + 2], token.type, std::endian::little);
    StoreInt<uint32_t>(&packed[at + 3], static_cast<uint32_t>(token.bytes.size()),
                       std::endian::little);
    packed.insert(packed.end(), token.bytes.begin(), token.bytes.end());
  }
  return ToHex(packed);
}

Result<Tokens> UnpackTokens(std::string_view text) {
  const std::optional<std::vector<std::byte>> packed = FromHex(text);
  if (!packed) return Fail(ErrorCode::kCorrupt, "dump: expected hexadecimal digits");
  Tokens tokens;
  for (size_t at = 0; at < packed->size();) {
    if (packed->size() - at < kTokenHeader) {
      return Fail(ErrorCode::kTruncated, "dump: a token is cut");
    }
    devlink::FmsgBuilder::Token token;
    token.attribute = LoadInt<uint16_t>(&(*packed)[at], std::endian::little);
    token.type = LoadInt<uint8_t>(&(*packed)[at + 2], std::endian::little);
    const uint32_t size = LoadInt<uint32_t>(&(*packed)[at + 3], std::endian::little);
    at += kTokenHeader;
    if (size > packed->size() - at || size > devlink::kFmsgMaxValueBytes) {
      return Fail(ErrorCode::kCorrupt, "dump: a token is too long");
    }
    if (token.attribute < DEVLINK_ATTR_FMSG_OBJ_NEST_START ||
        token.attribute > DEVLINK_ATTR_FMSG_OBJ_VALUE_DATA) {
      return Fail(ErrorCode::kCorrupt, "dump: a token of no formatted message");
    }
    const auto begin = packed->begin() + static_cast<ptrdiff_t>(at);
    token.bytes.assign(begin, begin + static_cast<ptrdiff_t>(size));
    at += size;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

// Not more memory than the file has bytes.
std::string ReadRecord(const std::string& path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0 ||
      static_cast<uint64_t>(status.st_size) > HealthStore::kMaxFileBytes) {
    return {};
  }
  return ReadSmallFile(path, static_cast<size_t>(status.st_size));
}

Result<std::optional<uint64_t>> TakeNumber(const Properties& lines, std::string_view key) {
  if (!FindText(lines, key)) return std::nullopt;
  return VMCOREDD_TRY(FindNumber(lines, key));
}

}  // namespace

std::string HealthRecordText(const HealthReporter::Record& record, std::string_view boot) {
  std::string text;
  AppendFlatLine(text, "schema", kSchema);
  AppendFlatLine(text, "boot", boot);
  AppendFlatLine(text, "state", static_cast<uint64_t>(record.state));
  AppendFlatLine(text, "errors", record.errors);
  AppendFlatLine(text, "recoveries", record.recoveries);
  if (record.last_recovery_ms) AppendFlatLine(text, "last_recovery_ms", *record.last_recovery_ms);
  const ParameterChange& set = record.set;
  if (set.grace_period_ms) AppendFlatLine(text, "grace_period_ms", *set.grace_period_ms);
  if (set.burst_period_ms) AppendFlatLine(text, "burst_period_ms", *set.burst_period_ms);
  if (set.auto_recover) AppendFlatLine(text, "auto_recover", uint64_t{*set.auto_recover});
  if (set.auto_dump) AppendFlatLine(text, "auto_dump", uint64_t{*set.auto_dump});
  if (!record.dump) return text;
  if (const std::optional<std::string> packed = PackTokens(record.dump->tokens)) {
    AppendFlatLine(text, "dump_ms", record.dump->time_ms);
    AppendFlatLine(text, "dump_ns", record.dump->real_ns);
    AppendFlatLine(text, "dump", *packed);
  }
  return text;
}

Result<HealthReporter::Record> ParseHealthRecord(std::string_view text, std::string_view boot) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(text));
  if (FindText(lines, "schema") != kSchema) {
    return Fail(ErrorCode::kNotFound, "not a health record of this version");
  }
  if (FindText(lines, "boot") != boot) return Fail(ErrorCode::kNotFound, "of another boot");
  HealthReporter::Record record;
  const uint64_t state = VMCOREDD_TRY(FindNumber(lines, "state"));
  if (state > 1) {
    return Fail(ErrorCode::kCorrupt, "state: expected 0 or 1, found " + std::to_string(state));
  }
  record.state = static_cast<HealthState>(state);
  record.errors = VMCOREDD_TRY(FindNumber(lines, "errors"));
  record.recoveries = VMCOREDD_TRY(FindNumber(lines, "recoveries"));
  record.last_recovery_ms = VMCOREDD_TRY(TakeNumber(lines, "last_recovery_ms"));
  record.set.grace_period_ms = VMCOREDD_TRY(TakeNumber(lines, "grace_period_ms"));
  record.set.burst_period_ms = VMCOREDD_TRY(TakeNumber(lines, "burst_period_ms"));
  if (const auto on = VMCOREDD_TRY(TakeNumber(lines, "auto_recover"))) {
    record.set.auto_recover = *on != 0;
  }
  if (const auto on = VMCOREDD_TRY(TakeNumber(lines, "auto_dump"))) record.set.auto_dump = *on != 0;
  if (const auto packed = FindText(lines, "dump")) {
    auto dump = std::make_shared<StoredHealthDump>();
    dump->tokens = VMCOREDD_TRY(UnpackTokens(*packed));
    dump->time_ms = VMCOREDD_TRY(FindNumber(lines, "dump_ms"));
    dump->real_ns = VMCOREDD_TRY(FindNumber(lines, "dump_ns"));
    record.dump = std::move(dump);
  }
  return record;
}

HealthStore::HealthStore(std::string folder, std::string boot)
    : folder_(std::move(folder)), boot_(std::move(boot)) {}

// Names are data: whatever could mean something in a path is written as %XX.
std::string HealthStore::PathOf(const HealthReporter::Name& name) const {
  std::string parts = name.bus + '/' + name.device;
  if (name.port) parts += '/' + std::to_string(*name.port);
  parts += '/' + name.reporter;
  std::string file;
  for (const char c : parts) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ':' ||
                          (c == '.' && !file.empty());
    char escaped[4] = {c, 0};
    if (!is_plain) std::snprintf(escaped, sizeof escaped, "%%%02x", static_cast<unsigned char>(c));
    file += escaped;
  }
  return folder_ + '/' + file + std::string(kSuffix);
}

Result<void> HealthStore::Open() const {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailIo("cannot make " + EscapeBytes(folder_), errno);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(folder_.c_str()), &::closedir);
  if (!folder) return FailIo("cannot read " + EscapeBytes(folder_), errno);
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (!name.ends_with(kSuffix)) continue;
    const std::string path = folder_ + '/' + std::string(name);
    const std::string text = ReadRecord(path);
    const Result<HealthReporter::Record> record = ParseHealthRecord(text, boot_);
    if (!record && record.error().code() == ErrorCode::kNotFound) ::unlink(path.c_str());
  }
  return {};
}

Result<void> HealthStore::Save(const HealthReporter& reporter) const {
  const std::string path = PathOf(reporter.name());
  const std::string fresh = path + ".new";
  const std::string text = HealthRecordText(reporter.record(), boot_);
  ::unlink(fresh.c_str());
  const UniqueFd fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.is_valid()) return FailIo("cannot make " + EscapeBytes(fresh), errno);
  for (size_t done = 0; done < text.size();) {
    const ssize_t put = ::write(fd.get(), text.data() + done, text.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      const int error = errno;
      ::unlink(fresh.c_str());
      return FailIo("cannot write " + EscapeBytes(fresh), error);
    }
    done += static_cast<size_t>(put);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    return FailIo("cannot rename to " + EscapeBytes(path), error);
  }
  return {};
}

Result<HealthReporter::Record> HealthStore::Load(const HealthReporter::Name& name) const {
  const std::string path = PathOf(name);
  const std::string text = ReadRecord(path);
  if (text.empty()) return Fail(ErrorCode::kNotFound, "nothing is kept of this reporter");
  Result<HealthReporter::Record> record = ParseHealthRecord(text, boot_);
  if (!record) return FailWith(std::move(record).error(), EscapeBytes(path));
  return record;
}

}  // namespace vmcoredd
