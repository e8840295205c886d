// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_IMPORT_REGION_HEADER_H_
#define READERS_IMPORT_REGION_HEADER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/import/text_input.h"
#include "vmcoredd/base/checked_math.h"

namespace vmcoredd::internal {

// What `vmcoredd devlink region dump --header` says in comments in front of its text:
// "# device pci/0000:00:05.0", and then, in any order, "# region", "# snapshot", "# size",
// "# address" and "# length" of a part that was read, "# time". Comments of others are
// passed over, and so is every comment that has no device in front of it.
class RegionHeader {
 public:
  // A line that begins with '#'.
  void Take(const TextLine& line);

  // Empty: not said. The snapshot is a number, or "live".
  std::string bus, address, port;
  std::string region, snapshot;
  std::string time;  // as it stands there
  // Which bytes of the region the text has; nothing when that is not said.
  std::optional<ByteRange> range() const;
  // What cannot be understood of it.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  bool TakeDevice(std::string_view handle);
  bool TakeFact(std::string_view key, const std::string& value);

  bool has_begun_ = false;
  std::optional<uint64_t> size_;  // of the region
  std::optional<uint64_t> first_, length_;
  std::vector<std::string> problems_;
};

}  // namespace vmcoredd::internal

#endif  // READERS_IMPORT_REGION_HEADER_H_
