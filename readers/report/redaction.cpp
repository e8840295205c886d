// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/redaction.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "readers/decode/byte_window.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kUnknown = "unknown";
// The manifest lists no more holes of one dump (vmcoredd/writer).
constexpr size_t kMaxHoles = 1000;

void Sort(std::vector<ByteRange>& ranges, uint64_t gap) {
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::vector<ByteRange> out;
  for (const ByteRange& range : ranges) {
    if (range.size == 0) continue;
    if (!out.empty() && range.offset <= out.back().offset + out.back().size + gap) {
      out.back().size = std::max(out.back().offset + out.back().size, range.offset + range.size) -
                        out.back().offset;
    } else {
      out.push_back(range);
    }
  }
  ranges = std::move(out);
}

class PrivateFields final : public DecodeSink {
 public:
  explicit PrivateFields(const RedactionPolicy& policy) : policy_(policy) {}

  bool BeginGroup(const Group&) override { return true; }
  void EndGroup() override {}

  void OnField(const Field& field) override {
    if (field.state == FieldState::kMissing) is_whole = false;
    if (field.bit_width == 0) {
      KnowHeaders(*field.window);
      ToDump(*field.window, field.offset, field.size, known);
    }
    if (!policy_.classes.contains(field.privacy)) return;
    ++counts[std::string(PrivacyName(field.privacy))];
    if (!ToDump(*field.window, field.offset, field.size, found)) is_whole = false;
  }
  void OnRemark(const Remark& remark) override {
    if (remark.is_damage) is_whole = false;
  }
  void OnFinding(Finding) override {}

  std::vector<ByteRange> found;  // private
  std::vector<ByteRange> known;  // that a layout describes
  std::map<std::string, uint64_t> counts;
  bool is_whole = true;

 private:
  static constexpr size_t kMaxRanges = 2'000'000;

  // What says where pieces end: without it those behind are lost, too.
  void KnowHeaders(const WindowInfo& window) {
    if (!window.outer || window.pieces.empty()) return;
    KnowHeaders(*window.outer);
    const std::pair headers(window.outer, window.pieces.front().stored_at);
    if (window.pieces.front().header == 0 || headers == last_headers_) return;
    last_headers_ = headers;
    for (const WindowPiece& piece : window.pieces) {
      const uint64_t size = std::min(piece.header, piece.stored_at);
      ToDump(*window.outer, piece.stored_at - size, size, known);
    }
  }

  // Where bytes of a window are in the dump. Of what was compressed: all of the piece.
  bool ToDump(const WindowInfo& window,
              uint64_t offset,
              uint64_t size,
              std::vector<ByteRange>& to) {
    if (!window.outer) {
      if (to.size() >= kMaxRanges) Sort(to, 0);
      if (to.size() >= kMaxRanges) return false;
      if (!to.empty() && to.back().offset + to.back().size == offset) {
        to.back().size += size;
      } else {
        to.push_back({offset, size});
      }
      return true;
    }
    bool good = true;
    auto piece =
        std::partition_point(window.pieces.begin(), window.pieces.end(),
                             [offset](const WindowPiece& p) { return p.at + p.size <= offset; });
    for (; piece != window.pieces.end() && piece->at < offset + size; ++piece) {
      const uint64_t from = std::max(offset, piece->at);
      const uint64_t end = std::min(offset + size, piece->at + piece->size);
      good &= window.is_coded
                  ? ToDump(*window.outer, piece->stored_at, piece->stored_size, to)
                  : ToDump(*window.outer, piece->stored_at + (from - piece->at), end - from, to);
    }
    return good;
  }

  const RedactionPolicy& policy_;
  std::pair<const WindowInfo*, uint64_t> last_headers_;
};

// Bytes of the payload that are in no range and not zero, as ranges.
Result<std::vector<ByteRange>> UnknownBytes(ByteSource& source,
                                            const std::vector<ByteRange>& known) {
  std::vector<ByteRange> out;
  std::vector<std::byte> window(64 * 1024);
  const uint64_t size = source.Size().value_or(0);
  size_t next = 0;
  for (uint64_t at = 0; at < size;) {
    const size_t got = VMCOREDD_TRY(source.ReadAt(at, window));
    if (got == 0) break;
    for (size_t i = 0; i < got; ++i) {
      const uint64_t offset = at + i;
      while (next < known.size() && known[next].offset + known[next].size <= offset) ++next;
      if (next < known.size() && known[next].offset <= offset) {
        i += static_cast<size_t>(
            std::min<uint64_t>(known[next].offset + known[next].size - offset, got - i) - 1);
        continue;
      }
      if (window[i] == std::byte{0}) continue;
      if (!out.empty() && out.back().offset + out.back().size == offset) {
        ++out.back().size;
      } else {
        out.push_back({offset, 1});
      }
    }
    at += got;
  }
  return out;
}

bool IsIdentifying(std::string_view key, const RedactionPolicy& policy) {
  const auto has = [key](std::string_view word) { return key.find(word) != key.npos; };
  if (policy.classes.contains(Privacy::kSerial) && (has("serial") || has("uuid") || has("wwn")))
    return true;
  return policy.classes.contains(Privacy::kMac) &&
         (has("mac") || has("perm_addr") || has("hwaddr"));
}

}  // namespace

Result<DumpRedaction> PlanRedaction(VmcoreReader& reader,
                                    const DeviceDump& dump,
                                    const DecodingContext& context,
                                    const RedactionPolicy& policy) {
  DumpRedaction out;
  PrivateFields fields(policy);
  const DumpDecoding decoded = VMCOREDD_TRY(DecodeDump(reader, dump, context, fields));
  out.layout = decoded.layout;
  if (!out.layout) {
    if (!policy.keep_unknown) out.dropped = "no layout says what is in it";
    return out;
  }
  if ((!fields.is_whole || decoded.damage) && !policy.keep_unknown) {
    out.dropped = "it cannot be decoded as a whole";
    return out;
  }
  out.counts = std::move(fields.counts);
  for (std::vector<ByteRange>* const ranges : {&fields.found, &fields.known}) {
    // Offsets were addresses.
    for (ByteRange& range : *ranges) range.offset -= std::min(range.offset, decoded.first_address);
    Sort(*ranges, 0);
  }
  out.blanked = std::move(fields.found);
  if (!policy.keep_unknown) {
    const auto source = VMCOREDD_TRY(OpenDump(reader, dump));
    for (const ByteRange& range : VMCOREDD_TRY(UnknownBytes(*source, fields.known))) {
      out.counts[std::string(kUnknown)] += range.size;
      out.blanked.push_back(range);
    }
  }
  // So many that the manifest could not list them: what is close to each other goes as one.
  for (uint64_t gap = 0; gap == 0 || out.blanked.size() > kMaxHoles; gap = gap * 2 + 16) {
    Sort(out.blanked, gap);
  }
  return out;
}

std::string RedactionText(const DumpRedaction& redaction) {
  std::string text;
  for (const auto& [name, count] : redaction.counts) {
    if (!text.empty()) text += ", ";
    text += name == kUnknown ? fmt::format("{} bytes that no layout describes", count)
                             : fmt::format("{} {}", count, name);
  }
  return text;
}

ManifestDump RedactedFacts(ManifestDump facts,
                           const DumpRedaction& redaction,
                           const RedactionPolicy& policy) {
  std::erase_if(facts.device, [&](const auto& pair) { return IsIdentifying(pair.first, policy); });
  if (policy.host) facts.warnings.clear();
  for (const ByteRange& range : redaction.blanked) facts.holes.push_back({range, "redacted"});
  if (facts.holes.size() > kMaxHoles) {
    std::vector<ByteRange> ranges;
    for (const Hole& hole : facts.holes) ranges.push_back(hole.range);
    for (uint64_t gap = 16; ranges.size() > kMaxHoles; gap *= 2) Sort(ranges, gap);
    facts.holes.clear();
    for (const ByteRange& range : ranges) facts.holes.push_back({range, "not read, or redacted"});
  }
  const std::string text = RedactionText(redaction);
  if (!text.empty()) facts.warnings.push_back("redacted: " + text);
  facts.hash.clear();
  return facts;
}

void RedactFragment(ManifestFragment& fragment, const RedactionPolicy& policy) {
  std::erase_if(fragment.machine, [&](const auto& pair) {
    const bool plain = pair.first == "release" || pair.first == "arch";
    return (policy.host && !plain) || IsIdentifying(pair.first, policy);
  });
  if (policy.host) fragment.warnings.clear();
  for (ManifestSkip& skip : fragment.skipped) {
    if (policy.host) skip.reason.clear();
  }
  for (Properties& device : fragment.devices) {
    std::erase_if(device, [&](const auto& pair) { return IsIdentifying(pair.first, policy); });
  }
}

}  // namespace vmcoredd
