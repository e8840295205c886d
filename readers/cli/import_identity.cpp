// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/import_identity.h"

#include <algorithm>
#include <optional>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd::cli {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLive = "live";
constexpr std::string_view kPciForm = "hhhh:hh:hh.h";

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 10 &&
         text.find_first_not_of(kDigits) == std::string_view::npos;
}

tl::unexpected<Error> Bad(const char* option, const char* expected, std::string_view found) {
  return Fail(ErrorCode::kInvalidArgument, std::string(option) + ": expected " + expected +
                                               ", found " + EscapeBytes(found.substr(0, 80)));
}

tl::unexpected<Error> Unknown(const char* what, const char* option) {
  return Fail(ErrorCode::kInvalidArgument,
              std::string("nothing says ") + what + ": give " + option);
}

// "0000:00:05.0" at the front.
bool BeginsWithPciAddress(std::string_view text) {
  if (text.size() < kPciForm.size()) return false;
  for (size_t i = 0; i < kPciForm.size(); ++i) {
    const bool is_hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (kPciForm[i] == 'h' ? !is_hex : text[i] != kPciForm[i]) return false;
  }
  return true;
}

// Fills what is empty.
void Complete(std::string& value, const std::string& with) {
  if (value.empty()) value = with;
}

// What the text says counts, and nobody may say otherwise.
Result<void> Agree(std::string& known, const std::string& text, const char* what) {
  if (text.empty()) return {};
  if (!known.empty() && known != text) {
    return Fail(ErrorCode::kInvalidArgument, "the text is of " + std::string(what) + ' ' +
                                                 EscapeBytes(text) + ": --" + what +
                                                 " says something else");
  }
  known = text;
  return {};
}

// "REGION@3", "p1_tx"
std::string WithPort(const ImportIdentity& known, const std::string& what) {
  return known.port.empty() ? what : 'p' + known.port + '_' + what;
}

// What of the device it is: the last part of the name.
Result<std::string> WhatOf(SavedKind kind, const ImportIdentity& known) {
  switch (kind) {
    case SavedKind::kRegion:
      if (known.region.empty()) return Unknown("which region this is", "--region REGION");
      if (known.snapshot.empty()) {
        return Unknown("which snapshot this is",
                       "--snapshot N, or --snapshot live for a region that was read directly");
      }
      return WithPort(known, known.region + '@' + known.snapshot);
    case SavedKind::kHealthDump:
    case SavedKind::kDiagnosis:
      if (known.reporter.empty()) return Unknown("which reporter this is", "--reporter REPORTER");
      return WithPort(known, known.reporter + (kind == SavedKind::kDiagnosis ? ".diagnose" : ""));
    case SavedKind::kHealthState: return WithPort(known, "health.show");
    default: return std::string();
  }
}

void Say(Properties& properties, const char* key, const std::string& value) {
  if (!value.empty()) properties.emplace_back(key, value);
}

}  // namespace

ImportIdentity IdentityOfFileName(std::string_view path) {
  ImportIdentity said;
  std::string_view name = path.substr(path.find_last_of('/') + 1);
  const size_t snap = name.rfind("_snap");
  const size_t bus = name.find('_');
  if (snap == std::string_view::npos || bus == 0 || bus >= snap) return said;
  std::string_view snapshot = name.substr(snap + 5);
  snapshot = snapshot.substr(0, snapshot.find('.'));
  std::string_view rest = name.substr(bus + 1, snap - bus - 1);
  // An address of PCI has no '_'. Of other buses there must be one only, that between
  // the device and the region.
  const bool is_pci = name.substr(0, bus) == "pci" && BeginsWithPciAddress(rest);
  const size_t middle = rest.find('_');
  const bool is_clear = middle != std::string_view::npos && middle != 0 &&
                        middle + 1 < rest.size() &&
                        (is_pci || rest.find('_', middle + 1) == std::string_view::npos);
  if (!IsNumber(snapshot) || !is_clear) return said;
  said.bus = name.substr(0, bus);
  said.address = rest.substr(0, middle);
  said.region = rest.substr(middle + 1);
  said.snapshot = snapshot;
  return said;
}

Result<IdentifiedDump> IdentifyDump(const SavedDump& dump,
                                    const ImportIdentity& said,
                                    std::string_view path) {
  ImportIdentity known = said;
  VMCOREDD_TRY(Agree(known.region, dump.region, "region"));
  VMCOREDD_TRY(Agree(known.snapshot, dump.snapshot, "snapshot"));
  VMCOREDD_TRY(Agree(known.port, dump.port, "port"));
  SavedKind kind = dump.kind;
  const bool can_be_region = kind == SavedKind::kRegion || kind == SavedKind::kRaw;
  if (can_be_region && known.reporter.empty()) {
    const ImportIdentity file = IdentityOfFileName(path);
    Complete(known.region, file.region);
    Complete(known.snapshot, file.snapshot);
    if (known.address.empty()) {
      known.bus = file.bus;
      known.address = file.address;
    }
  }
  if (kind == SavedKind::kRaw && !known.region.empty()) kind = SavedKind::kRegion;
  if (!dump.address.empty()) {
    if (!said.address.empty() && (said.bus != dump.bus || said.address != dump.address)) {
      return Fail(ErrorCode::kInvalidArgument, "the text is of " +
                                                   EscapeBytes(dump.bus + '/' + dump.address) +
                                                   ": --device says something else");
    }
    known.bus = dump.bus;
    known.address = dump.address;
  } else if (dump.many_devices) {
    known.bus.clear();
    known.address = "all";
  }
  if (known.address.empty()) return Unknown("which device this is of", "--device BUS/ADDRESS");
  const std::string what = VMCOREDD_TRY(WhatOf(kind, known));
  std::string source = known.source;
  switch (kind) {
    case SavedKind::kPciConfig: Complete(source, "pci"); break;
    case SavedKind::kRegisters: Complete(source, "mstdump"); break;
    case SavedKind::kRaw: break;
    default: Complete(source, known.driver.empty() ? "devlink" : known.driver); break;
  }
  if (source.empty()) {
    return Unknown("what these bytes are", "--region REGION, or --source SOURCE for its name");
  }

  IdentifiedDump result;
  result.time = known.time;
  if (known.time.empty() && !dump.time.empty()) {
    if (auto time = UtcTime(dump.time)) {
      result.time = *std::move(time);
    } else {
      result.warnings.push_back("the text says that it was made at " +
                                EscapeBytes(dump.time.substr(0, 80)) + ", which is no time");
    }
  }
  result.name = MakeSafeDumpName(source, known.address, what);
  result.content = kind == SavedKind::kRegion ? "devlink-region" : std::string(dump.content);
  const bool is_one = !dump.many_devices;
  Say(result.device, "bus", known.bus);
  if (is_one) Say(result.device, "address", known.address);
  Say(result.device, "driver", known.driver);
  if (!known.ids.empty()) {
    Say(result.device, "vendor", "0x" + known.ids.substr(0, 4));
    Say(result.device, "device", "0x" + known.ids.substr(5));
  }
  if (!known.pci_class.empty()) Say(result.device, "class", "0x" + known.pci_class);
  if (kind == SavedKind::kRegion) {
    Say(result.device, "region", known.region);
    if (known.snapshot != kLive) Say(result.device, "snapshot", known.snapshot);
  }
  if (dump.first_address.value_or(0) != 0) {
    Say(result.device, "region_offset", std::to_string(*dump.first_address));
  }
  if (kind == SavedKind::kHealthDump || kind == SavedKind::kDiagnosis) {
    Say(result.device, "reporter", known.reporter);
  }
  Say(result.device, "port", known.port);
  Say(result.device, "firmware", known.firmware);
  return result;
}

Result<void> CheckIdentity(ImportIdentity& said, std::string_view device) {
  if (!device.empty()) {
    const size_t slash = device.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == device.size() ||
        device.find('/', slash + 1) != std::string_view::npos) {
      return Bad("--device", "BUS/ADDRESS, like pci/0000:00:05.0", device);
    }
    said.bus = device.substr(0, slash);
    said.address = device.substr(slash + 1);
  }
  const auto is_hex = [](std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
  };
  if (const std::string_view ids = said.ids;
      !ids.empty() &&
      (ids.size() != 9 || ids[4] != ':' || !is_hex(ids.substr(0, 4)) || !is_hex(ids.substr(5)))) {
    return Bad("--pci", "VENDOR:DEVICE, like 15b3:1017", ids);
  }
  if (!said.pci_class.empty() && (said.pci_class.size() != 6 || !is_hex(said.pci_class))) {
    return Bad("--class", "six hexadecimal digits, like 020000", said.pci_class);
  }
  if (!said.snapshot.empty() && said.snapshot != kLive && !IsNumber(said.snapshot)) {
    return Bad("--snapshot", "a number or live", said.snapshot);
  }
  if (!said.port.empty() && !IsNumber(said.port)) return Bad("--port", "a number", said.port);
  if (!said.time.empty()) said.time = VMCOREDD_TRY(UtcTime(said.time));
  return {};
}

Result<std::string> UtcTime(std::string_view text) {
  const auto micros = ParseRfc3339(text);
  const std::string seconds = micros ? UtcTimeOfMicros(*micros) : std::string();
  if (seconds.empty()) {
    return Bad("--time", "a time like 2026-11-20T12:04:09Z or 2026-11-20T12:04:09+02:00", text);
  }
  // As many digits as were said.
  const size_t dot = std::min(text.find('.'), text.size());
  const std::string_view rest = text.substr(dot);
  const std::string_view fraction = rest.substr(0, rest.find_first_of("Z+-"));
  return seconds.substr(0, seconds.size() - 1) + std::string(fraction) + 'Z';
}

}  // namespace vmcoredd::cli
