// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include <bit>
#include <ctime>

#include "readers/cli/devlink/commands.h"
#include "readers/cli/devlink/print.h"
#include "readers/cli/devlink/raw_output.h"
#include "readers/cli/devlink/region_output.h"
#include "readers/cli/devlink/typed_json.h"
#include "readers/cli/output_text.h"
#include "readers/devlink/region_reader.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd::devlink_cli {

namespace {

using devlink::DevlinkClient;
using devlink::RegionRange;

Result<void> List(Session& session, const std::vector<devlink::Region>& regions) {
  if (session.is_typed()) {
    PrintTypedRegions(session, regions);
  } else {
    for (const devlink::Region& region : regions) PrintRegion(session.out(), ToRegionLine(region));
  }
  return {};
}

Result<void> Show(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  std::optional<RegionName> name;
  if (!arguments.is_empty()) {
    name = VMCOREDD_TRY(TakeRegion(arguments));
    VMCOREDD_TRY(TakeSettings(arguments, {}));
  }
  const Section section(session, "regions");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  if (!name) return List(session, VMCOREDD_TRY(client->Regions()));
  return List(session, {VMCOREDD_TRY(client->GetRegion(name->handle, name->region))});
}

Result<void> New(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(Session::kTyped));
  const RegionName name = VMCOREDD_TRY(TakeRegion(arguments));
  const Settings settings = VMCOREDD_TRY(TakeSettings(arguments, {}, {Keyword::kSnapshot}));
  const Section section(session, "regions");
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  const uint32_t snapshot =
      VMCOREDD_TRY(client->NewSnapshot(name.handle, name.region, settings.snapshot));
  if (session.is_typed()) {
    PrintTypedSnapshot(session, name, snapshot);
  } else if (!settings.snapshot) {
    // The kernel says its number only when it has chosen it, and devlink what the kernel says.
    RegionLine line;
    line.handle = RegionHandle(name.handle, name.region);
    line.snapshot = snapshot;
    PrintRegion(session.out(), line);
  }
  return {};
}

Result<void> Delete(Session& session, Arguments& arguments) {
  VMCOREDD_TRY(session.Accept(0));
  const RegionName name = VMCOREDD_TRY(TakeRegion(arguments));
  const Settings settings = VMCOREDD_TRY(TakeSettings(arguments, {Keyword::kSnapshot}));
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  return client->DeleteSnapshot(name.handle, name.region, *settings.snapshot);
}

// What is read, and how much of it there is.
struct Reading {
  RegionRange range;
  uint64_t region_size = 0;

  uint64_t begin() const { return range.address.value_or(0); }
  // The kernel cuts a range at the region's end.
  uint64_t expected() const {
    const uint64_t left = begin() < region_size ? region_size - begin() : 0;
    return std::min(range.length.value_or(left), left);
  }
};

Result<Reading> Prepare(Session& session, const RegionName& name, const Settings& settings) {
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  if (!settings.snapshot && !client->can_read_device()) {
    return Fail(ErrorCode::kUnsupported,
                "this kernel reads regions from snapshots only (a direct read needs v6.3); "
                "Region snapshot id expected.");
  }
  const auto region = VMCOREDD_TRY(client->GetRegion(name.handle, name.region));
  return Reading{{name.handle, name.region, settings.snapshot, settings.address, settings.length},
                 region.size};
}

void PrintHeader(Session& session, const Reading& reading) {
  const RegionRange& range = reading.range;
  const auto print = [&](const char* name, const std::string& value) {
    session.sink()(std::string("# ") + name + ' ' + value + '\n');
  };
  // The importer (readers/import) takes the escapes back.
  print("device", EscapeBytes(range.handle.ToString()));
  print("region", EscapeBytes(range.region));
  print("snapshot", range.snapshot ? std::to_string(*range.snapshot) : "none");
  print("size", std::to_string(reading.region_size));
  if (range.address || range.length) {
    print("address", std::to_string(reading.begin()));
    print("length", std::to_string(reading.expected()));
  }
  print("time", cli::TimeText(std::time(nullptr)));
  print("byte-order", std::endian::native == std::endian::little ? "little" : "big");
}

// The text, or devlink's JSON.
Result<void> PrintPlain(Session& session, const Reading& reading) {
  RangeCheck check(reading.begin(), reading.expected());
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  if (session.out().is_json()) {
    JsonStream& json = session.out().json();
    VMCOREDD_TRY(client->ReadRegion(reading.range, [&](const auto& chunk) -> Result<void> {
      check.Take(chunk);
      json.Field("address", chunk.address);
      json.Name("data");
      json.BeginArray();
      json.Bytes(chunk.bytes);
      json.EndArray();
      return {};
    }));
    return check.Finish();
  }
  RegionText text(session.sink(), session.options().words);
  if (session.options().header) PrintHeader(session, reading);
  const auto read = client->ReadRegion(reading.range, [&](const auto& chunk) -> Result<void> {
    text.Put(chunk, check.Take(chunk));
    return {};
  });
  text.Finish();
  VMCOREDD_TRY(read);
  return check.Finish();
}

// Zeros in the place of what did not come are no data.
Result<void> TellHoles(const devlink::RegionCopy& copy) {
  if (copy.holes.empty()) return {};
  uint64_t missing = 0;
  for (const ByteRange& hole : copy.holes) missing += hole.size;
  return Fail(ErrorCode::kTruncated,
              fmt::format("{} bytes did not come, the first of them at {:#x}; zeros stand in "
                          "their place",
                          missing, copy.begin + copy.holes.front().offset));
}

Result<void> PrintTyped(Session& session, const Reading& reading) {
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  TypedRegionData document(session, reading.range, reading.region_size);
  EncodedString data(document.json(), session.options().hex);
  devlink::RegionCopy copy;
  document.json().BeginString();
  const auto read = CopyRegion(*client, reading.range, reading.expected(), data, copy);
  VMCOREDD_TRY(data.Finish());
  document.json().EndString();
  document.Finish(copy, read);
  VMCOREDD_TRY(read);
  return TellHoles(copy);
}

Result<void> WriteRawRegion(Session& session, const Reading& reading) {
  DevlinkClient* const client = VMCOREDD_TRY(session.Client());
  devlink::RegionCopy copy;
  const std::string what =
      "reading " + SafeText(RegionHandle(reading.range.handle, reading.range.region));
  VMCOREDD_TRY(WriteRaw(session, what, reading.expected(), [&](OutputStream& out) {
    return CopyRegion(*client, reading.range, reading.expected(), out, copy);
  }));
  return TellHoles(copy);
}

Result<void> Read(Session& session,
                  const char* section_name,
                  const RegionName& name,
                  const Settings& settings) {
  VMCOREDD_TRY(session.Accept(Session::kTyped | Session::kRaw | Session::kRegionText));
  if (session.options().raw) {
    return WriteRawRegion(session, VMCOREDD_TRY(Prepare(session, name, settings)));
  }
  if (session.is_typed()) {
    return PrintTyped(session, VMCOREDD_TRY(Prepare(session, name, settings)));
  }
  const Section section(session, section_name);
  const auto reading = Prepare(session, name, settings);
  if (reading) return PrintPlain(session, *reading);
  // As devlink: a line, with nothing in it.
  if (!session.out().is_json()) session.sink()("\n");
  return tl::unexpected(reading.error());
}

}  // namespace

Result<void> RunRegion(Session& session, Arguments& arguments) {
  if (arguments.is_empty() || arguments.Take("show")) return Show(session, arguments);
  if (arguments.Take("del")) return Delete(session, arguments);
  if (arguments.Take("dump")) {
    const RegionName name = VMCOREDD_TRY(TakeRegion(arguments));
    const Settings settings = VMCOREDD_TRY(TakeSettings(arguments, {Keyword::kSnapshot}));
    return Read(session, "dump", name, settings);
  }
  if (arguments.Take("read")) {
    const RegionName name = VMCOREDD_TRY(TakeRegion(arguments));
    const Settings settings = VMCOREDD_TRY(
        TakeSettings(arguments, {Keyword::kAddress, Keyword::kLength}, {Keyword::kSnapshot}));
    return Read(session, "read", name, settings);
  }
  if (arguments.Take("new")) return New(session, arguments);
  return CommandNotFound(arguments);
}

}  // namespace vmcoredd::devlink_cli
