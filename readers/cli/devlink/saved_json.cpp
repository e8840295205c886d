// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/saved_json.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "readers/cli/devlink/iproute_fmsg.h"
#include "readers/cli/devlink/iproute_writer.h"
#include "readers/export/hole_map.h"
#include "readers/export/register_text.h"
#include "readers/vmcore/dump_source.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/format/devlink/fmsg.h"
#include "vmcoredd/format/devlink/message_stream.h"

namespace vmcoredd::devlink_cli {

namespace {

constexpr std::string_view kRegion = "devlink-region";
constexpr std::string_view kMessage = "devlink-fmsg";
// What the kernel sends of a region at a time (DEVLINK_REGION_READ_CHUNK_SIZE).
constexpr uint64_t kChunkBytes = 256;
constexpr size_t kTextBytes = 64 * 1024;

// Text in small pieces on the way to a stream.
class TextBuffer {
 public:
  explicit TextBuffer(OutputStream& out) : out_(out) {}
  void Add(std::string_view text) {
    text_ += text;
    if (text_.size() >= kTextBytes) Flush();
  }
  // What the stream failed with. What is added afterwards is dropped.
  const std::optional<Error>& error() const { return error_; }
  Result<void> Finish() {
    Flush();
    return error_ ? Result<void>(tl::unexpected(*error_)) : Result<void>();
  }

 private:
  void Flush() {
    if (!error_) {
      if (auto written = out_.Write(std::as_bytes(std::span(text_))); !written) {
        error_ = std::move(written).error();
      }
    }
    text_.clear();
  }

  OutputStream& out_;
  std::string text_;
  std::optional<Error> error_;
};

// A region's bytes, which are written to it in order.
class RegionJson final : public OutputStream {
 public:
  RegionJson(const DeviceDump& dump, TextBuffer& text)
      : text_(text),
        json_([&text](std::string_view piece) { text.Add(piece); }, false),
        holes_(dump),
        first_address_(FirstAddressOf(dump)) {
    json_.BeginObject();
    json_.Name("dump");
    json_.BeginArray();
  }

  Result<void> Write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const HoleMap::Run run = holes_.At(at_);
      const uint64_t chunk_end = (at_ / kChunkBytes + 1) * kChunkBytes;
      const uint64_t end =
          std::min(run.is_hole ? run.end : std::min(run.end, chunk_end), at_ + bytes.size());
      const auto part = bytes.first(end - at_);
      if (run.is_hole) {
        EndChunk();
      } else {
        if (!is_open_) VMCOREDD_TRY(BeginChunk());
        json_.Bytes(part);
        if (end == chunk_end) EndChunk();
      }
      at_ = end;
      bytes = bytes.subspan(part.size());
    }
    return text_.error() ? Result<void>(tl::unexpected(*text_.error())) : Result<void>();
  }

  Result<void> Finish() override {
    EndChunk();
    json_.EndArray();
    json_.EndObject();
    text_.Add("\n");
    return {};
  }

 private:
  Result<void> BeginChunk() {
    const auto address = CheckedAdd(first_address_, at_);
    if (!address) return Fail(ErrorCode::kCorrupt, "the region goes on behind the last address");
    json_.BeginObject();
    json_.Field("address", *address);
    json_.Name("data");
    json_.BeginArray();
    is_open_ = true;
    return {};
  }
  void EndChunk() {
    if (!is_open_) return;
    json_.EndArray();
    json_.EndObject();
    is_open_ = false;
  }

  TextBuffer& text_;
  JsonStream json_;
  HoleMap holes_;
  uint64_t first_address_;
  uint64_t at_ = 0;
  bool is_open_ = false;
};

class Nowhere final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte>) override { return {}; }
};

Result<void> WriteMessageJson(const DumpToExport& dump,
                              TextBuffer& text,
                              const ExportReport& report) {
  // For the checksum, and what else is wrong with the payload.
  Nowhere nowhere;
  VMCOREDD_TRY(WritePayload(dump, nowhere, report));
  auto source = OpenDump(*dump.reader, *dump.dump);
  if (!source) {
    report(dump, std::move(source).error());
    return {};
  }
  IprouteWriter writer([&text](std::string_view piece) { text.Add(piece); },
                       IprouteWriter::Form::kJson);
  IprouteFmsg printer(writer, false);
  devlink::FmsgParser parser(printer);
  const auto received = devlink::ReadMessageStream(
      **source, 0, (*source)->Size().value_or(0),
      [&](const devlink::Message& message) { return parser.Feed(message); });
  const auto finished = parser.Finish();
  text.Add("\n");
  if (!received) report(dump, received.error());
  if (received && !finished) report(dump, finished.error());
  return {};
}

}  // namespace

bool HasDevlinkJson(const DeviceDump& dump) {
  return ContentOf(dump) == kRegion || ContentOf(dump) == kMessage;
}

Result<void> WriteDevlinkJson(const DumpToExport& dump,
                              OutputStream& out,
                              const ExportReport& report,
                              const ProgressCallback& progress) {
  TextBuffer text(out);
  if (ContentOf(*dump.dump) == kMessage) {
    VMCOREDD_TRY(WriteMessageJson(dump, text, report));
  } else {
    RegionJson region(*dump.dump, text);
    VMCOREDD_TRY(WritePayload(dump, region, report, progress));
    VMCOREDD_TRY(region.Finish());
  }
  return text.Finish();
}

}  // namespace vmcoredd::devlink_cli
