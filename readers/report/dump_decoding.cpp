// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/dump_decoding.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "readers/decode/expression.h"
#ifdef VMCOREDD_WITH_DEVLINK
#include "readers/decode/fmsg_decoder.h"
#endif
#include "readers/decode/piece_source.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// Addresses above make no sense, and sums with them would overflow.
constexpr uint64_t kMaxAddress = uint64_t{1} << 62;

uint64_t FirstAddressOf(const DumpFacts& facts) {
  const uint64_t first = ParseLayoutNumber(PropertyOf(facts.device, "region_offset")).value_or(0);
  return first <= kMaxAddress ? first : 0;
}

// The holes of the manifest, at their addresses, and what is in front of the first one.
std::vector<Hole> HolesOf(const DeviceDump& dump, uint64_t first) {
  std::vector<Hole> holes = dump.manifest ? dump.manifest->holes : std::vector<Hole>();
  std::erase_if(holes, [](const Hole& hole) { return hole.range.offset > kMaxAddress; });
  for (Hole& hole : holes) hole.range.offset += first;
  if (first != 0) holes.push_back({{0, first}, "not in the dump"});
  return holes;
}

DecodeOptions OptionsFor(VmcoreReader& reader,
                         const DeviceDump& dump,
                         const DecodingContext& context) {
  DecodeOptions options;
  options.native = reader.info().order;
  options.limits = context.limits;
  if (!dump.manifest) return options;
  for (const std::string& text : dump.manifest->perturbed) {
    options.perturbed.push_back(text.substr(0, text.find(':')));
  }
  return options;
}

// A binary value within a message.
[[maybe_unused]] std::function<void()> MemberDecoder(DumpFacts facts,
                                                     std::string_view name,
                                                     const std::string& path,
                                                     std::span<const std::byte> bytes,
                                                     const std::vector<WindowPiece>& pieces,
                                                     const WindowInfo& outer,
                                                     const DecodingContext& context,
                                                     const DecodeOptions& options,
                                                     DecodeSink& sink) {
  facts.member = name;
  facts.size = bytes.size();
  MemorySource source(bytes);
  const Layout* const layout = context.layouts->Match(facts, source);
  if (!layout) return {};
  return [=, &path, &pieces, &outer, &options, &sink] {
    MemorySource member(bytes);
    ByteWindow window(member, path, {});
    window.SetOuter(outer, pieces, false);
    if (!sink.BeginGroup(Group{path, name, layout->title, &window.info(), 0})) return;
    DecodeByLayout(*layout, window, options, sink);
    sink.EndGroup();
  };
}

}  // namespace

DumpFacts FactsOf(const DeviceDump& dump) {
  DumpFacts facts;
  facts.name = dump.name();
  facts.size = dump.length().value_or(dump.size());
  if (!dump.manifest) return facts;
  facts.source = dump.manifest->source;
  facts.content = dump.manifest->content;
  facts.device = dump.manifest->device;
  return facts;
}

Result<DumpDecoding> DecodeDump(VmcoreReader& reader,
                                const DeviceDump& dump,
                                const DecodingContext& context,
                                DecodeSink& sink) {
  DumpDecoding out;
  DumpSourceOptions source_options;
  source_options.spool_folder = context.spool_folder;
  const auto source = VMCOREDD_TRY(OpenDump(reader, dump, source_options));
  const DumpFacts facts = FactsOf(dump);
  if (context.layout.empty()) {
    out.layout = context.layouts->Match(facts, *source);
  } else {
    out.layout = context.layouts->Find(context.layout);
    if (!out.layout) {
      return Fail(ErrorCode::kNotFound, "there is no layout " + EscapeBytes(context.layout));
    }
  }
  if (out.layout) {
    const bool is_image = out.layout->decoder.empty();
    const uint64_t first = out.first_address = is_image ? FirstAddressOf(facts) : 0;
    // An image that begins at another address than 0 is read at its addresses.
    const uint64_t size = std::min(source->Size().value_or(0), kMaxAddress);
    ByteWindow plain(*source, "", {});
    internal::PieceSource image(plain, {{first, size, 0, size}}, StreamCodec::kNone);
    ByteWindow window(first == 0 ? static_cast<ByteSource&>(*source) : image, "",
                      HolesOf(dump, first));
    const DecodeOptions options = OptionsFor(reader, dump, context);
    if (is_image) {
      DecodeByLayout(*out.layout, window, options, sink);
    } else {
#ifdef VMCOREDD_WITH_DEVLINK
      DecodeFmsg(
          *out.layout, window, *source, options,
          [&](std::string_view name, const std::string& path, std::span<const std::byte> bytes,
              const std::vector<WindowPiece>& pieces) {
            return MemberDecoder(facts, name, path, bytes, pieces, window.info(), context, options,
                                 sink);
          },
          sink);
#endif
    }
  }
  out.damage = source->damage();
  out.hash_matches = source->hash_matches();
  return out;
}

}  // namespace vmcoredd
