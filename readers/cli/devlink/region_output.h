// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_DEVLINK_REGION_OUTPUT_H_
#define READERS_CLI_DEVLINK_REGION_OUTPUT_H_

#include <optional>
#include <string>

#include "readers/devlink/devlink_client.h"
#include "readers/report/json_stream.h"
#include "vmcoredd/base/output_stream.h"

// The forms in which the bytes of a region are printed. All hold a window only.

namespace vmcoredd::devlink_cli {

// Follows the chunks of a range and finds what did not come.
class RangeCheck {
 public:
  // `expected` bytes from `begin`.
  RangeCheck(uint64_t begin, uint64_t expected) : next_(begin), end_(begin + expected) {}

  // Whether the chunk goes on where the one before ended.
  bool Take(const devlink::DevlinkClient::Chunk& chunk);
  // kTruncated, with the first hole, when there is one.
  Result<void> Finish();

 private:
  void AddHole(uint64_t begin, uint64_t end);
  uint64_t next_, end_;
  uint64_t missing_ = 0;
  std::optional<uint64_t> hole_begin_, hole_end_;  // the first one
};

// A line for 16 bytes, as devlink prints them: "0000000000000010 10 11 ... 1f " with a blank
// at its end; or in the groups of the kernel's documentation (devlink-region.rst),
// "0000000000000010 1011 1213". A line is begun where the address jumps.
class RegionText {
 public:
  RegionText(TextSink sink, bool words) : sink_(std::move(sink)), words_(words) {}
  void Put(const devlink::DevlinkClient::Chunk& chunk, bool follows);
  void Finish();  // ends the last line, which there is even without bytes

 private:
  void Flush();
  TextSink sink_;
  bool words_;
  bool has_bytes_ = false;
  size_t column_ = 0;  // bytes in the line
  std::string buffer_;
};

// Bytes as a string of JSON, base64 or hexadecimal.
class EncodedString final : public OutputStream {
 public:
  EncodedString(JsonStream& json, bool hex) : json_(json), hex_(hex) {}
  Result<void> Write(std::span<const std::byte> bytes) override;
  Result<void> Finish() override;

 private:
  JsonStream& json_;
  bool hex_;
  std::string pending_;  // up to two bytes, which base64 cannot write alone
};

}  // namespace vmcoredd::devlink_cli

#endif  // READERS_CLI_DEVLINK_REGION_OUTPUT_H_
