// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/state_file.h"

#include <limits>
#include <vector>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::watch {

namespace {

std::string PortText(const PartName& part) { return part.port ? std::to_string(*part.port) : "-"; }

std::string FlagText(const std::optional<bool>& flag) { return !flag ? "-" : *flag ? "1" : "0"; }

// The next word of `text`, which loses it and one blank.
std::string_view TakeWord(std::string_view& text) {
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool TakeFlag(std::string_view& text, std::optional<bool>& flag) {
  const std::string_view word = TakeWord(text);
  if (word != "-") flag = word == "1";
  return word == "-" || word == "1" || word == "0";
}

bool TakeNumber(std::string_view& text, uint64_t& number, uint64_t max = ~uint64_t{0}) {
  const auto value = ParseNumber(TakeWord(text));
  if (!value || *value > max) return false;
  number = *value;
  return true;
}

// "PORT NAME": the name is the rest, blanks and all.
bool TakePart(std::string_view text, std::string_view port, PartName& part) {
  if (port != "-") {
    const auto number = ParseNumber(port);
    if (!number || *number > std::numeric_limits<uint32_t>::max()) return false;
    part.port = static_cast<uint32_t>(*number);
  }
  auto name = UnescapeBytes(text);
  if (!name || name->empty()) return false;
  part.name = *std::move(name);
  return true;
}

class StateReader {
 public:
  explicit StateReader(WatchState& state) : state_(state) {}

  bool Take(std::string_view key, std::string_view value) {
    if (key == "boot") {
      state_.boot = std::string(value);
      return UnescapeBytes(value).has_value() && value.size() <= 64;
    }
    if (key == "lacks") return TakeLacks(value);
    if (key == "device") return TakeDevice(value);
    if (key == "reporter") return TakeReporter(value);
    if (key == "region") return TakeRegion(value);
    if (key == "snapshot") return TakeSnapshot(value);
    if (key == "devcoredump") return TakeDevcoredump(value);
    return false;
  }
  bool is_full() const { return parts_ > kMaxStateParts; }

 private:
  bool TakeLacks(std::string_view value) {
    if (value == "reporters") return state_.lacks_reporters = true;
    if (value == "regions") return state_.lacks_regions = true;
    if (value == "devcoredumps") return state_.lacks_devcoredumps = true;
    return false;
  }

  bool TakeDevice(std::string_view value) {
    const auto name = UnescapeBytes(value);
    if (!name || name->find('/') == name->npos || state_.devices.size() == kMaxStateDevices) {
      return false;
    }
    device_ = &state_.devices[*name];
    region_ = nullptr;
    return true;
  }

  bool TakeReporter(std::string_view value) {
    if (!device_ || ++parts_ > kMaxStateParts) return false;
    const std::string_view port = TakeWord(value);
    ReporterState reporter;
    uint64_t state = 0;
    std::optional<bool> managed;
    PartName part;
    if (!TakeNumber(value, state, 255) || !TakeNumber(value, reporter.errors) ||
        !TakeNumber(value, reporter.recoveries) || !TakeNumber(value, reporter.dump_time) ||
        !TakeFlag(value, reporter.auto_recover) || !TakeFlag(value, reporter.auto_dump) ||
        !TakeFlag(value, managed) || !managed || !TakePart(value, port, part)) {
      return false;
    }
    reporter.state = static_cast<uint8_t>(state);
    reporter.is_managed = *managed;
    device_->reporters[part] = reporter;
    return true;
  }

  bool TakeRegion(std::string_view value) {
    if (!device_ || ++parts_ > kMaxStateParts) return false;
    const std::string_view port = TakeWord(value);
    PartName part;
    if (!TakePart(value, port, part)) return false;
    region_ = &device_->regions[part];
    return true;
  }

  bool TakeSnapshot(std::string_view value) {
    const auto number = ParseNumber(value);
    if (!region_ || ++parts_ > kMaxStateParts || !number ||
        *number > std::numeric_limits<uint32_t>::max()) {
      return false;
    }
    region_->insert(static_cast<uint32_t>(*number));
    return true;
  }

  bool TakeDevcoredump(std::string_view value) {
    const auto name = UnescapeBytes(value);
    if (!name || name->empty() || ++parts_ > kMaxStateParts) return false;
    state_.devcoredumps.insert(*name);
    return true;
  }

  WatchState& state_;
  DeviceState* device_ = nullptr;
  std::set<uint32_t>* region_ = nullptr;
  size_t parts_ = 0;
};

}  // namespace

std::string StateText(const WatchState& state) {
  std::string text;
  AppendFlatLine(text, "schema", kWatchStateSchema);
  AppendFlatLine(text, "boot", state.boot);
  if (state.lacks_reporters) AppendFlatLine(text, "lacks", "reporters");
  if (state.lacks_regions) AppendFlatLine(text, "lacks", "regions");
  if (state.lacks_devcoredumps) AppendFlatLine(text, "lacks", "devcoredumps");
  for (const auto& [name, device] : state.devices) {
    AppendFlatLine(text, "device", EscapeBytes(name));
    for (const auto& [part, reporter] : device.reporters) {
      AppendFlatLine(text, "reporter",
                     PortText(part) + ' ' + std::to_string(reporter.state) + ' ' +
                         std::to_string(reporter.errors) + ' ' +
                         std::to_string(reporter.recoveries) + ' ' +
                         std::to_string(reporter.dump_time) + ' ' +
                         FlagText(reporter.auto_recover) + ' ' + FlagText(reporter.auto_dump) +
                         ' ' + FlagText(reporter.is_managed) + ' ' + EscapeBytes(part.name));
    }
    for (const auto& [part, snapshots] : device.regions) {
      AppendFlatLine(text, "region", PortText(part) + ' ' + EscapeBytes(part.name));
      for (const uint32_t snapshot : snapshots) AppendFlatLine(text, "snapshot", snapshot);
    }
  }
  for (const std::string& name : state.devcoredumps) {
    AppendFlatLine(text, "devcoredump", EscapeBytes(name));
  }
  AppendFlatLine(text, "end", "1");
  return text;
}

Result<WatchState> ParseState(std::string_view text) {
  if (text.size() > kMaxStateBytes) {
    return Fail(ErrorCode::kLimitExceeded, "a state of " + std::to_string(text.size()) +
                                               " bytes, at most " + std::to_string(kMaxStateBytes));
  }
  WatchState state;
  StateReader reader(state);
  for (size_t line = 1; !text.empty(); ++line) {
    const std::string place = "line " + std::to_string(line);
    const auto taken = TakeFlatLine(text);
    if (!taken) return FailWith(taken.error(), place);
    const auto [key, value] = *taken;
    if (line == 1) {
      if (key != "schema" || !value.starts_with("vmcoredd-watch-state/")) {
        return Fail(ErrorCode::kNotRecognised, "not a state of vmcoredd-watch");
      }
      if (value != kWatchStateSchema) {
        return Fail(ErrorCode::kUnsupported,
                    "expected " + std::string(kWatchStateSchema) + ", found " + EscapeBytes(value));
      }
      continue;
    }
    if (key == "end") {
      if (text.empty()) return state;
      return Fail(ErrorCode::kCorrupt, place + ": the end, but there is more");
    }
    if (!reader.Take(key, value)) {
      if (reader.is_full()) {
        return Fail(ErrorCode::kLimitExceeded,
                    place + ": more than " + std::to_string(kMaxStateParts) + " entries");
      }
      return Fail(ErrorCode::kCorrupt, place + ": makes no sense: " + EscapeBytes(key) + '=' +
                                           EscapeBytes(value.substr(0, 80)));
    }
  }
  return Fail(ErrorCode::kTruncated, "the state has no end");
}

}  // namespace vmcoredd::watch
