// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DEVLINK_FMSG_JSON_H_
#define VMCOREDD_FORMAT_DEVLINK_FMSG_JSON_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/devlink/fmsg.h"

namespace vmcoredd::devlink {

// Writes a formatted message as JSON that keeps what it says: order, repeated names, types,
// the pieces of binary data, and where it had to be mended. Schema "vmcoredd-fmsg/1" in
// FORMAT.md. A stream: memory is a fixed buffer, whatever the message's size.
class FmsgJsonWriter final : public FmsgHandler {
 public:
  enum class Binary { kHex, kBase64 };

  // Borrows `out`, and does not finish it.
  explicit FmsgJsonWriter(OutputStream& out, Binary binary = Binary::kHex);

  Result<void> OnBeginObject() override;
  Result<void> OnBeginArray() override;
  Result<void> OnName(std::string_view name) override;
  Result<void> OnValue(const FmsgScalar& value, bool starts_message) override;
  Result<void> OnBeginBinary() override;
  Result<void> OnEnd() override;

  // After FmsgParser::Finish(): the repairs, and the end of the JSON.
  Result<void> Finish(const FmsgParser& parser);

 private:
  enum class Level : unsigned char { kRoot, kNested, kBinary };

  Result<void> Flush();
  Result<void> FlushWhenFull();
  void BeginItem();
  Result<void> BeginNested(std::string_view type, Level level);
  void AppendText(std::string_view bytes);
  void AppendBytes(std::span<const std::byte> bytes);
  void AppendValue(const FmsgScalar& value);

  OutputStream& out_;
  Binary binary_;
  std::string text_;  // not written so far
  std::vector<Level> levels_;
  bool first_ = true;  // of its object, array or binary
  bool named_ = false;
};

}  // namespace vmcoredd::devlink

#endif  // VMCOREDD_FORMAT_DEVLINK_FMSG_JSON_H_
