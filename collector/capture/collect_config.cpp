// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/collect_config.h"

#include <unistd.h>

#include <cerrno>
#include <optional>
#include <span>
#include <utility>

#include "collector/capture/flat_text.h"
#include "collector/capture/inventory.h"
#include "collector/capture/offer_session.h"
#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// An hour: longer than any crash kernel should live.
constexpr uint64_t kMaxMilliseconds = 3600 * 1000;
// Unknown keys that are told of one by one.
constexpr size_t kMaxUnknownKeys = 16;

// What a number is for, with its bounds.
struct NumberKey {
  std::string_view key;
  uint64_t CollectConfig::*member;
  uint64_t min, max;
};
constexpr NumberKey kNumbers[] = {
    {"spool_max", &CollectConfig::early_spool_bytes, 128 * 1024, kLargestSpoolBytes},
    {"late_max", &CollectConfig::late_spool_bytes, 128 * 1024, kLargestSpoolBytes},
    {"device_max", &CollectConfig::device_bytes, 4096, kLargestSpoolBytes},
    {"memory_floor", &CollectConfig::memory_floor, 0, kLargestSpoolBytes},
    {"archive_max", &CollectConfig::archive_bytes, 0, kLargestSpoolBytes},
};

struct TimeKey {
  std::string_view key;
  std::chrono::milliseconds CollectConfig::*member;
};
constexpr TimeKey kTimes[] = {
    {"early_ms", &CollectConfig::early_total},
    {"late_ms", &CollectConfig::late_total},
    {"device_ms", &CollectConfig::process},
    {"late_device_ms", &CollectConfig::late_process},
};

struct FlagKey {
  std::string_view key;
  bool CollectConfig::*member;
};
constexpr FlagKey kFlags[] = {
    {"early", &CollectConfig::early},
    {"hold", &CollectConfig::hold},
    {"early_bar", &CollectConfig::early_bar},
    {"compress", &CollectConfig::compress},
};

struct TextKey {
  std::string_view key;
  std::string CollectConfig::*member;
};
constexpr TextKey kTexts[] = {
    {"generator", &CollectConfig::generator},     {"time", &CollectConfig::time},
    {"release", &CollectConfig::release},         {"early_reason", &CollectConfig::early_reason},
    {"hold_reason", &CollectConfig::hold_reason},
};

struct AddressKey {
  std::string_view key;
  std::vector<std::string> CollectConfig::*member;
};
constexpr AddressKey kAddresses[] = {
    {"skip", &CollectConfig::skip},
    {"vfio", &CollectConfig::vfio},
    {"hold_also", &CollectConfig::hold_also},
    {"hold_never", &CollectConfig::hold_never},
};

tl::unexpected<Error> BadValue(std::string_view key, std::string_view value, const char* expected) {
  return Fail(ErrorCode::kCorrupt, EscapeBytes(key.substr(0, 40)) + ": expected " + expected +
                                       ", found \"" + EscapeBytes(value.substr(0, 40)) + '"');
}

Result<uint64_t> NumberOf(std::string_view key,
                          std::string_view value,
                          uint64_t min,
                          uint64_t max) {
  const auto number = ParseNumber(value);
  if (number && *number >= min && *number <= max) return *number;
  return BadValue(key, value,
                  ("a number from " + std::to_string(min) + " to " + std::to_string(max)).c_str());
}

// "0000:02:00.0 8086:10d3"
Result<PathDevice> PathDeviceOf(std::string_view value) {
  const size_t space = value.find(' ');
  const std::string_view ids = space == value.npos ? "" : value.substr(space + 1);
  const size_t colon = ids.find(':');
  const auto vendor =
      colon == ids.npos ? std::nullopt : ParseNumber("0x" + std::string(ids.substr(0, colon)));
  const auto device =
      colon == ids.npos ? std::nullopt : ParseNumber("0x" + std::string(ids.substr(colon + 1)));
  if (!IsPciAddress(value.substr(0, space)) || !vendor || *vendor > 0xffff || !device ||
      *device > 0xffff) {
    return BadValue("path", value, "ADDRESS VENDOR:DEVICE");
  }
  return PathDevice{std::string(value.substr(0, space)), static_cast<uint16_t>(*vendor),
                    static_cast<uint16_t>(*device)};
}

// "ADDRESS.KEY": an address holds a dot itself.
Result<IdentityFact> IdentityFactOf(std::string_view name, std::string value) {
  const size_t first = name.find('.');
  const size_t dot = first == name.npos ? name.npos : name.find('.', first + 1);
  if (dot == name.npos || dot + 1 == name.size() || !IsPciAddress(name.substr(0, dot))) {
    return BadValue("identity", name, "ADDRESS.KEY");
  }
  return IdentityFact{std::string(name.substr(0, dot)), std::string(name.substr(dot + 1)),
                      std::move(value)};
}

Result<vmcoredd_dump_class> ClassOf(std::string_view value) {
  const auto dump_class = ParseDumpClass(value);
  if (!dump_class) return BadValue("allow", value, "passive, side-effect or intrusive");
  return *dump_class;
}

Result<bool> ApplyScalar(CollectConfig& config, std::string_view key, const std::string& value) {
  for (const auto& entry : kNumbers) {
    if (entry.key != key) continue;
    config.*entry.member = VMCOREDD_TRY(NumberOf(key, value, entry.min, entry.max));
    return true;
  }
  for (const auto& entry : kTimes) {
    if (entry.key != key) continue;
    config.*entry.member =
        std::chrono::milliseconds(VMCOREDD_TRY(NumberOf(key, value, 1, kMaxMilliseconds)));
    return true;
  }
  for (const auto& entry : kFlags) {
    if (entry.key != key) continue;
    config.*entry.member = VMCOREDD_TRY(NumberOf(key, value, 0, 1)) == 1;
    return true;
  }
  for (const auto& entry : kTexts) {
    if (entry.key != key) continue;
    config.*entry.member = value;
    return true;
  }
  if (key != "allow") return false;
  config.allow = VMCOREDD_TRY(ClassOf(value));
  return true;
}

// These go into the lines of a request, or to execve().
Result<void> CheckOneLine(std::string_view key, std::string_view value) {
  if (value.find_first_of(std::string_view("\n\0", 2)) == value.npos) return {};
  return BadValue(key, value, "one line of text");
}

constexpr std::string_view kOption = "option.";
constexpr std::string_view kIdentity = "identity.";

Result<bool> ApplyList(CollectConfig& config, std::string_view key, std::string value) {
  for (const auto& entry : kAddresses) {
    if (entry.key != key) continue;
    if (!IsPciAddress(value)) return BadValue(key, value, "a PCI address");
    (config.*entry.member).push_back(std::move(value));
    return true;
  }
  if (key == "path") {
    config.path.push_back(VMCOREDD_TRY(PathDeviceOf(value)));
  } else if (key == "plugin" || key == "fallback") {
    VMCOREDD_TRY(CheckOneLine(key, value));
    if (!value.starts_with('/')) return BadValue(key, value, "an absolute path");
    (key == "plugin" ? config.plugins : config.fallback).push_back(std::move(value));
  } else if (key.starts_with(kOption) && key.size() > kOption.size()) {
    VMCOREDD_TRY(CheckOneLine(key, value));
    config.options.emplace_back(key.substr(kOption.size()), std::move(value));
  } else if (key.starts_with(kIdentity)) {
    config.identity.push_back(
        VMCOREDD_TRY(IdentityFactOf(key.substr(kIdentity.size()), std::move(value))));
  } else {
    return false;
  }
  return true;
}

Result<void> ApplyLine(CollectConfig& config, std::string_view key, std::string_view escaped) {
  auto value = UnescapeBytes(escaped);
  if (!value) return BadValue(key, escaped, "an escaped text");
  if (VMCOREDD_TRY(ApplyScalar(config, key, *value))) return {};
  if (VMCOREDD_TRY(ApplyList(config, key, *std::move(value)))) return {};
  if (config.warnings.size() < kMaxUnknownKeys) {
    config.warnings.push_back("the configuration has an unknown key, " +
                              EscapeBytes(key.substr(0, 40)) + ": ignored");
  }
  return {};
}

Result<std::string> ReadWhole(const std::string& path) {
  const auto file = VMCOREDD_TRY(FileSource::Open(path));
  const uint64_t size = file->Size().value_or(0);
  if (size > kMaxCollectConfigBytes) {
    return Fail(ErrorCode::kLimitExceeded, "it has " + std::to_string(size) +
                                               " bytes, expected at most " +
                                               std::to_string(kMaxCollectConfigBytes));
  }
  std::string text(size, '\0');
  VMCOREDD_TRY(ReadExactAt(*file, 0, std::as_writable_bytes(std::span(text)), "it"));
  return text;
}

}  // namespace

std::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kAll: return "all";
    case Phase::kEarly: return "early";
    case Phase::kLate: return "late";
  }
  return "all";
}

Result<CollectConfig> ParseCollectConfig(std::string_view text) {
  CollectConfig config;
  config.is_loaded = true;
  config.hold_reason.clear();
  size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto line = TakeFlatLine(text);
    if (number == 1) {
      if (!line || line->first != "schema") {
        return Fail(ErrorCode::kNotRecognised, "it does not begin with a schema");
      }
      if (line->second != kCollectConfigSchema) {
        return Fail(ErrorCode::kUnsupported,
                    "it is of version \"" + EscapeBytes(line->second.substr(0, 40)) +
                        "\", expected \"" + std::string(kCollectConfigSchema) + '"');
      }
      continue;
    }
    auto applied = line ? ApplyLine(config, line->first, line->second)
                        : Result<void>(tl::unexpected(line.error()));
    if (!applied) return FailWith(std::move(applied).error(), "line " + std::to_string(number));
  }
  if (number == 0) return Fail(ErrorCode::kNotRecognised, "it is empty");
  return config;
}

CollectConfig LoadCollectConfig(const std::string& path, bool is_expected) {
  if (!is_expected && ::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return {};
  auto text = ReadWhole(path);
  auto config = text ? ParseCollectConfig(*text) : tl::unexpected(std::move(text).error());
  if (config) return *std::move(config);
  CollectConfig defaults;
  defaults.hold_reason = "the configuration is not usable";
  defaults.warnings.push_back("the configuration " + EscapeBytes(path) +
                              " is not used: " + config.error().ToString());
  return defaults;
}

CaptureSettings SettingsFor(const CollectConfig& config, Phase phase) {
  CaptureSettings settings;
  settings.phase = phase;
  settings.options = config.options;
  settings.max_class = config.allow;
  settings.budget.process = config.process;
  settings.compress = config.compress;
  settings.skip = config.skip;
  settings.vfio = config.vfio;
  settings.budget.spool_bytes = config.early_spool_bytes;
  switch (phase) {
    case Phase::kAll: break;
    case Phase::kEarly:
      settings.budget.total = config.early_total;
      settings.budget.device_bytes = config.device_bytes;
      settings.budget.memory_floor = config.memory_floor;
      break;
    case Phase::kLate:
      settings.budget.total = config.late_total;
      settings.budget.process = config.late_process;
      settings.budget.spool_bytes = config.late_spool_bytes;
      break;
  }
#if defined(__aarch64__)
  // A load that nothing answers is an asynchronous SError there, and a panic.
  settings.early_bar = false;
#else
  settings.early_bar = config.early_bar;
#endif
  return settings;
}

}  // namespace vmcoredd
