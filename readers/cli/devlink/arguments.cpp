// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/arguments.h"

#include <linux/devlink.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "readers/cli/devlink/iproute_writer.h"

// The words of complaints are devlink's, since scripts look for them.

namespace vmcoredd::devlink_cli {

namespace {

using devlink::Handle;

tl::unexpected<Error> Usage(std::string text) {
  return Fail(ErrorCode::kInvalidArgument, std::move(text));
}

std::string Quoted(std::string_view raw) { return '"' + SafeText(raw) + '"'; }

size_t CountSlashes(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '/'));
}

// What stands before and behind the last slash.
struct Halves {
  std::string front, back;
};
Halves SplitLast(const std::string& text) {
  const size_t slash = text.rfind('/');
  return {text.substr(0, slash), text.substr(slash + 1)};
}

Handle ToDevice(const std::string& text) {
  auto [bus, device] = SplitLast(text);
  return {std::move(bus), std::move(device), std::nullopt};
}

Result<Handle> ToPort(const std::string& text) {
  const auto [front, back] = SplitLast(text);
  const auto index = ParseDecimal(back, UINT32_MAX);
  if (!index) return Usage("Port index " + Quoted(back) + " is not a number or not within range");
  Handle handle = ToDevice(front);
  handle.port = static_cast<uint32_t>(*index);
  return handle;
}

// The number behind a keyword. Addresses may be hexadecimal, which devlink's manual page
// has in its example and devlink refuses.
Result<uint64_t> TakeNumber(Arguments& arguments, uint64_t maximum, bool can_be_hex = false) {
  const auto word = arguments.Next();
  if (!word) return Usage("Unsigned number argument expected");
  std::optional<uint64_t> value = ParseDecimal(*word, maximum);
  if (!value && can_be_hex && (word->starts_with("0x") || word->starts_with("0X"))) {
    uint64_t hex = 0;
    const char* const end = word->data() + word->size();
    const auto [stop, error] = std::from_chars(word->data() + 2, end, hex, 16);
    if (error == std::errc() && stop == end && hex <= maximum) value = hex;
  }
  if (!value) return Usage(Quoted(*word) + " is not a number or not within range");
  return *value;
}

Result<bool> TakeBool(Arguments& arguments) {
  const auto word = arguments.Next();
  if (!word) return Usage("Boolean argument expected");
  const auto value = ParseBool(*word);
  if (!value) return Usage(Quoted(*word) + " is not a valid boolean value");
  return *value;
}

Result<std::string> TakeString(Arguments& arguments) {
  auto word = arguments.Next();
  if (!word) return Usage("String parameter expected");
  return *std::move(word);
}

constexpr std::array<std::string_view, 3> kModes = {"runtime", "driverinit", "permanent"};

Result<uint8_t> TakeMode(Arguments& arguments) {
  const std::string word = VMCOREDD_TRY(TakeString(arguments));
  const auto* const found = std::find(kModes.begin(), kModes.end(), word);
  if (found == kModes.end()) return Usage("Unknown configuration mode " + Quoted(word));
  return static_cast<uint8_t>(found - kModes.begin());
}

// In the order in which devlink tries them, which decides about prefixes and complaints.
struct KeywordSpec {
  Keyword keyword;
  std::string_view word;
  std::string_view missing;
};
constexpr KeywordSpec kKeywords[] = {
    {Keyword::kName, "name", "Parameter name expected."},
    {Keyword::kValue, "value", "Value to set expected."},
    {Keyword::kMode, "cmode", "Configuration mode expected."},
    {Keyword::kSnapshot, "snapshot", "Region snapshot id expected."},
    {Keyword::kAddress, "address", "Region address value expected."},
    {Keyword::kLength, "length", "Region length value expected."},
    {Keyword::kReporter, "reporter", "Reporter's name is expected."},
    {Keyword::kGracePeriod, "grace_period", {}},
    {Keyword::kBurstPeriod, "burst_period", {}},
    {Keyword::kAutoRecover, "auto_recover", {}},
    {Keyword::kAutoDump, "auto_dump", {}},
};

Result<void> TakeValue(Keyword keyword, Arguments& arguments, Settings& settings) {
  switch (keyword) {
    case Keyword::kName: settings.name = VMCOREDD_TRY(TakeString(arguments)); break;
    case Keyword::kValue: settings.value = VMCOREDD_TRY(TakeString(arguments)); break;
    case Keyword::kMode: settings.mode = VMCOREDD_TRY(TakeMode(arguments)); break;
    case Keyword::kSnapshot:
      settings.snapshot = static_cast<uint32_t>(VMCOREDD_TRY(TakeNumber(arguments, UINT32_MAX)));
      break;
    case Keyword::kAddress:
      settings.address = VMCOREDD_TRY(TakeNumber(arguments, UINT64_MAX, true));
      break;
    case Keyword::kLength:
      settings.length = VMCOREDD_TRY(TakeNumber(arguments, UINT64_MAX, true));
      break;
    case Keyword::kReporter: settings.reporter = VMCOREDD_TRY(TakeString(arguments)); break;
    case Keyword::kGracePeriod:
      settings.grace_period = VMCOREDD_TRY(TakeNumber(arguments, UINT64_MAX));
      break;
    case Keyword::kBurstPeriod:
      settings.burst_period = VMCOREDD_TRY(TakeNumber(arguments, UINT64_MAX));
      break;
    case Keyword::kAutoRecover: settings.auto_recover = VMCOREDD_TRY(TakeBool(arguments)); break;
    case Keyword::kAutoDump: settings.auto_dump = VMCOREDD_TRY(TakeBool(arguments)); break;
  }
  return {};
}

}  // namespace

std::optional<uint64_t> ParseDecimal(std::string_view text, uint64_t maximum) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || value > maximum) return std::nullopt;
  return value;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "true" || text == "1" || text == "enable") return true;
  if (text == "false" || text == "0" || text == "disable") return false;
  return std::nullopt;
}

std::string_view ModeName(uint8_t mode) {
  return mode < kModes.size() ? kModes[mode] : "<unknown type>";
}

bool Arguments::Take(std::string_view keyword) {
  if (is_empty() || !keyword.starts_with(Peek())) return false;
  ++next_;
  return true;
}

std::optional<std::string> Arguments::Next() {
  if (is_empty()) return std::nullopt;
  return words_[next_++];
}

Result<Handle> TakeDevice(Arguments& arguments) {
  const auto word = arguments.Next();
  if (!word || CountSlashes(*word) != 1) {
    return Usage(std::string(word ? "Wrong identification string format. " : "") +
                 "Devlink identification (\"bus_name/dev_name\") expected");
  }
  return ToDevice(*word);
}

Result<Handle> TakePort(Arguments& arguments, const NetdevFinder& find) {
  const auto word = arguments.Next();
  if (!word) {
    return Usage(
        "Port identification (\"bus_name/dev_name/port_index\" or \"netdev ifname\") expected.");
  }
  switch (CountSlashes(*word)) {
    case 0: return find(*word);
    case 2: return ToPort(*word);
    default:
      return Usage(
          "Wrong port identification string format. "
          "Expected \"bus_name/dev_name/port_index\" or \"netdev_ifname\".");
  }
}

Result<Handle> TakeDeviceOrPort(Arguments& arguments, const NetdevFinder& find) {
  const auto word = arguments.Next();
  if (!word) {
    return Usage(
        "One of following identifications expected: "
        "Devlink identification (\"bus_name/dev_name\"), "
        "Port identification (\"bus_name/dev_name/port_index\" or \"netdev ifname\")");
  }
  switch (CountSlashes(*word)) {
    case 0: return find(*word);
    case 1: return ToDevice(*word);
    case 2: return ToPort(*word);
    default:
      return Usage(
          "Wrong port identification string format. Expected \"bus_name/dev_name\" or "
          "\"bus_name/dev_name/port_index\" or \"netdev_ifname\".");
  }
}

Result<RegionName> TakeRegion(Arguments& arguments) {
  const auto word = arguments.Next();
  const size_t slashes = word ? CountSlashes(*word) : 0;
  if (slashes == 3) {
    const auto [front, region] = SplitLast(*word);
    if (ParseDecimal(SplitLast(front).back, UINT32_MAX)) {
      return RegionName{VMCOREDD_TRY(ToPort(front)), region};
    }
  }
  if (slashes != 2) {
    return Usage(std::string(word ? "Wrong identification string format. " : "") +
                 "Expected \"bus_name/dev_name/region\" identification.");
  }
  const auto [front, region] = SplitLast(*word);
  return RegionName{ToDevice(front), region};
}

Result<Settings> TakeSettings(Arguments& arguments,
                              const std::vector<Keyword>& required,
                              const std::vector<Keyword>& optional) {
  const auto has = [](const std::vector<Keyword>& list, Keyword keyword) {
    return std::find(list.begin(), list.end(), keyword) != list.end();
  };
  Settings settings;
  std::vector<Keyword> found;
  while (!arguments.is_empty()) {
    const auto* const spec =
        std::find_if(std::begin(kKeywords), std::end(kKeywords), [&](const KeywordSpec& each) {
          return (has(required, each.keyword) || has(optional, each.keyword)) &&
                 arguments.Take(each.word);
        });
    if (spec == std::end(kKeywords)) return Usage("Unknown option " + Quoted(arguments.Peek()));
    VMCOREDD_TRY(TakeValue(spec->keyword, arguments, settings));
    found.push_back(spec->keyword);
  }
  for (const KeywordSpec& each : kKeywords) {
    if (has(required, each.keyword) && !has(found, each.keyword)) {
      return Usage(std::string(each.missing));
    }
  }
  return settings;
}

}  // namespace vmcoredd::devlink_cli
