// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_IPROUTE_FMSG_H_
#define READERS_CLI_DEVLINK_IPROUTE_FMSG_H_

#include <optional>
#include <string>

#include "readers/cli/devlink/iproute_writer.h"
#include "vmcoredd/format/devlink/fmsg.h"

namespace vmcoredd::devlink_cli {

// Prints a formatted message as devlink does, while it comes. In text, binary data has a line
// for 16 bytes, and a new one for each piece in which it came; in JSON it is one array.
class IprouteFmsg final : public devlink::FmsgHandler {
 public:
  // `hex`: integers of the text as 0x1f.
  IprouteFmsg(IprouteWriter& out, bool hex) : out_(out), hex_(hex) { out_.text().Reset(); }

  Result<void> OnBeginObject() override;
  Result<void> OnBeginArray() override;
  Result<void> OnName(std::string_view name) override;
  Result<void> OnValue(const devlink::FmsgScalar& value, bool starts_message) override;
  Result<void> OnBeginBinary() override;
  Result<void> OnEnd() override;

 private:
  enum class Level : uint8_t { kObject, kArray, kBinary };
  void Begin(Level level);
  void PrintName();
  void PrintJson(const devlink::FmsgScalar& value);
  void PrintText(const devlink::FmsgScalar& value);
  void PrintBytes(std::span<const std::byte> bytes);

  IprouteWriter& out_;
  bool hex_;
  std::optional<std::string> name_;
  std::vector<Level> levels_;  // as deep as FmsgParser lets it be
};

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_IPROUTE_FMSG_H_
