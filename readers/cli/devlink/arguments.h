// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_ARGUMENTS_H_
#define READERS_CLI_DEVLINK_ARGUMENTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/devlink/devlink_types.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd::devlink_cli {

// The words of a command, taken from the front. Keywords may be cut short, as iproute2
// allows: the first keyword that is tried and begins with the word has it.
class Arguments {
 public:
  explicit Arguments(std::vector<std::string> words) : words_(std::move(words)) {}

  bool is_empty() const { return next_ == words_.size(); }
  size_t size() const { return words_.size() - next_; }
  const std::string& Peek() const { return words_[next_]; }
  // Takes the next word if it is `keyword`, or its beginning.
  bool Take(std::string_view keyword);
  std::optional<std::string> Next();

 private:
  std::vector<std::string> words_;
  size_t next_ = 0;
};

// Looks up the port of a network device.
using NetdevFinder = std::function<Result<devlink::Handle>(const std::string& name)>;

// "BUS/DEV".
Result<devlink::Handle> TakeDevice(Arguments& arguments);
// "BUS/DEV/PORT" or the name of a network device.
Result<devlink::Handle> TakePort(Arguments& arguments, const NetdevFinder& find);
// Either.
Result<devlink::Handle> TakeDeviceOrPort(Arguments& arguments, const NetdevFinder& find);

struct RegionName {
  devlink::Handle handle;
  std::string region;
};
// "BUS/DEV/REGION", and of us "BUS/DEV/PORT/REGION".
Result<RegionName> TakeRegion(Arguments& arguments);

// "keyword value" pairs behind the handle.
struct Settings {
  std::optional<std::string> name, value, reporter;
  std::optional<uint8_t> mode;  // DEVLINK_PARAM_CMODE_*
  std::optional<uint32_t> snapshot;
  std::optional<uint64_t> address, length, grace_period, burst_period;
  std::optional<bool> auto_recover, auto_dump;
};
enum class Keyword {
  kName,
  kValue,
  kMode,
  kSnapshot,
  kAddress,
  kLength,
  kReporter,
  kGracePeriod,
  kBurstPeriod,
  kAutoRecover,
  kAutoDump,
};
// Takes all that is left: pairs of `required`, which must all be there, and `optional`.
Result<Settings> TakeSettings(Arguments& arguments,
                              const std::vector<Keyword>& required,
                              const std::vector<Keyword>& optional = {});

// Decimal, as iproute2 takes numbers.
std::optional<uint64_t> ParseDecimal(std::string_view text, uint64_t maximum = UINT64_MAX);
// "true", "1", "enable", "false", "0", "disable".
std::optional<bool> ParseBool(std::string_view text);

// "runtime", "driverinit", "permanent".
std::string_view ModeName(uint8_t mode);

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_ARGUMENTS_H_
