// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/redaction.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "readers/decode/byte_diff.h"
#include "readers/decode/byte_window.h"
#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kRedacted = "redacted";
// Of what the manifest says was perturbed.
constexpr size_t kMaxKeyword = 32;
// The manifest lists no more holes of one dump (vmcoredd/writer).
constexpr size_t kMaxHoles = 1000;

class PrivateFields final : public DecodeSink {
 public:
  explicit PrivateFields(const RedactionPolicy& policy) : policy_(policy) {}

  bool BeginGroup(const Group& group) override {
    groups_.emplace_back(group.path);
    return true;
  }
  void EndGroup() override {
    // The window that the group was about is still there, but not for long.
    for (auto& [key, coded] : coded_) {
      if (key.first == groups_.back()) KnowZeros(coded);
    }
    groups_.pop_back();
  }

  void OnField(const Field& field) override {
    if (field.state == FieldState::kMissing) is_whole = false;
    const PrivacyClasses classes = field.privacy & policy_.classes;
    const bool is_private = !classes.empty() && !IsZeroField(field);
    if (is_private) ++counts[std::string(PrivacyName(*classes.first()))];
    // What is decoded is described by the fields that follow.
    const bool describes = field.bit_width == 0 && !field.is_decoded;
    if (describes) KnowHeaders(*field.window);
    const WindowPiece whole{0, field.size, field.offset, field.size};
    for (const WindowPiece& piece : field.pieces.empty() ? std::span(&whole, 1) : field.pieces) {
      if (describes) Know(*field.window, piece.stored_at, piece.stored_size, field.source);
      if (is_private && !ToDump(*field.window, piece.stored_at, piece.stored_size, found)) {
        is_whole = false;
      }
    }
  }
  void OnStructure(const WindowInfo& window, uint64_t offset, uint64_t size) override {
    Know(window, offset, size, nullptr);
  }
  void OnRemark(const Remark& remark) override {
    if (remark.is_damage) is_whole = false;
  }
  void OnFinding(Finding) override {}

  // At the end: of what was compressed, the pieces that fields describe as a whole.
  void Finish() {
    for (auto& [key, coded] : coded_) {
      JoinRanges(coded.covered, 0);
      for (const auto& [piece, places] : coded.pieces) {
        const bool is_known = std::any_of(
            coded.covered.begin(), coded.covered.end(), [&piece = piece](const ByteRange& range) {
              return range.offset <= piece.at && piece.at + piece.size <= range.offset + range.size;
            });
        if (is_known) known.insert(known.end(), places.begin(), places.end());
      }
    }
  }

  std::vector<ByteRange> found;  // private
  std::vector<ByteRange> known;  // that a layout describes
  std::map<std::string, uint64_t> counts;
  bool is_whole = true;

 private:
  static constexpr size_t kMaxRanges = 2'000'000;

  // A field describes these bytes. In compressed data that is not enough for the piece that they
  // are in: what else is in it would leave with them.
  void Know(const WindowInfo& window, uint64_t offset, uint64_t size, ByteWindow* source) {
    if (!window.outer) {
      ToDump(window, offset, size, known);
      return;
    }
    if (window.is_coded) {
      const uint64_t at = window.pieces.empty() ? 0 : window.pieces.front().stored_at;
      const auto [coded, is_new] = coded_.try_emplace({window.path, at});
      if (is_new) {
        for (const WindowPiece& piece : window.pieces) {
          std::vector<ByteRange> places;
          ToDump(*window.outer, piece.stored_at, piece.stored_size, places);
          coded->second.pieces.emplace_back(piece, std::move(places));
        }
      }
      coded->second.source = source;
      std::vector<ByteRange>& covered = coded->second.covered;
      if (!covered.empty() && covered.back().offset + covered.back().size == offset) {
        covered.back().size += size;
      } else {
        covered.push_back({offset, size});
      }
      return;
    }
    for (const WindowPiece& piece : window.pieces) {
      const uint64_t from = std::max(offset, piece.at);
      const uint64_t end = std::min(offset + size, piece.at + piece.size);
      if (from < end) {
        Know(*window.outer, piece.stored_at + (from - piece.at), end - from, nullptr);
      }
    }
  }

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
      if (to.size() >= kMaxRanges) JoinRanges(to, 0);
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

  // A window of compressed pieces: which there are, where in the dump, and what of the window
  // fields describe.
  struct Coded {
    std::vector<std::pair<WindowPiece, std::vector<ByteRange>>> pieces;
    std::vector<ByteRange> covered;
    ByteWindow* source = nullptr;  // while it is decoded
  };

  // Between what fields describe: zeros are not worth a word in a layout, and tell nothing.
  static void KnowZeros(Coded& coded) {
    ByteWindow* const source = std::exchange(coded.source, nullptr);
    if (!source) return;
    JoinRanges(coded.covered, 0);
    std::vector<ByteRange> zeros;
    uint64_t at = 0;
    for (size_t i = 0; i <= coded.covered.size(); ++i) {
      const uint64_t end = i < coded.covered.size() ? coded.covered[i].offset : source->size();
      if (at < end && AllZero(*source, at, end)) zeros.push_back({at, end - at});
      if (i < coded.covered.size()) at = end + coded.covered[i].size;
    }
    coded.covered.insert(coded.covered.end(), zeros.begin(), zeros.end());
  }

  // Nothing is in it.
  static bool IsZeroField(const Field& field) {
    if (field.bit_width != 0) return field.value == 0;
    if (field.bytes.size() == field.size) return IsZero(field.bytes);
    return field.source && AllZero(*field.source, field.offset, field.offset + field.size);
  }

  static bool AllZero(ByteWindow& window, uint64_t at, uint64_t end) {
    std::array<std::byte, 4096> bytes;
    while (at < end) {
      const auto out = std::span(bytes).first(std::min<uint64_t>(bytes.size(), end - at));
      const auto answer = window.Read(at, out);
      if (answer.size < out.size()) return false;
      if (!IsZero(out)) return false;
      at += out.size();
    }
    return true;
  }

  const RedactionPolicy& policy_;
  std::map<std::pair<std::string, uint64_t>, Coded> coded_;
  std::vector<std::string> groups_;  // paths of those that are open
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

bool IsIdentifying(const std::pair<std::string, std::string>& property,
                   const RedactionPolicy& policy) {
  PrivacyClasses classes = PrivacyOfName(property.first);
  if (FindHardwareAddress(property.second)) classes = classes | Privacy::kMac;
  return !(classes & policy.classes).empty();
}

// Texts of people and programs, if they stay.
void Scrub(std::string& text, const RedactionPolicy& policy) {
  if (!policy.classes.contains(Privacy::kMac)) return;
  for (auto at = FindHardwareAddress(text); at; at = FindHardwareAddress(text, at->offset)) {
    text.replace(at->offset, at->size, "(redacted)");
  }
}
void Scrub(std::vector<std::string>& texts, const RedactionPolicy& policy) {
  if (policy.host) texts.clear();
  for (std::string& text : texts) Scrub(text, policy);
}

// Decoders go by what is in front of the colon.
std::string KeywordOf(const std::string& text) {
  const std::string_view keyword = std::string_view(text).substr(0, text.find(':'));
  const bool is_keyword = !keyword.empty() && keyword.size() <= kMaxKeyword &&
                          std::all_of(keyword.begin(), keyword.end(), [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                          });
  return is_keyword && !FindHardwareAddress(keyword) ? std::string(keyword)
                                                     : std::string(kRedacted);
}

}  // namespace

Result<DumpRedaction> PlanRedaction(VmcoreReader& reader,
                                    const DeviceDump& dump,
                                    const DecodingContext& context,
                                    const RedactionPolicy& policy) {
  DumpRedaction out;
  PrivateFields fields(policy);
  const DumpDecoding decoded = VMCOREDD_TRY(DecodeDump(reader, dump, context, fields));
  fields.Finish();
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
    JoinRanges(*ranges, 0);
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
    JoinRanges(out.blanked, gap);
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
  std::erase_if(facts.device, [&](const auto& pair) { return IsIdentifying(pair, policy); });
  Scrub(facts.warnings, policy);
  for (std::string& text : facts.perturbed) {
    if (policy.host) text = KeywordOf(text);
    Scrub(text, policy);
  }
  for (Hole& hole : facts.holes) {
    if (policy.host && hole.reason != kRedacted) hole.reason.clear();
    Scrub(hole.reason, policy);
  }
  for (const ByteRange& range : redaction.blanked) {
    facts.holes.push_back({range, std::string(kRedacted)});
  }
  if (facts.holes.size() > kMaxHoles) {
    std::vector<ByteRange> ranges;
    for (const Hole& hole : facts.holes) ranges.push_back(hole.range);
    for (uint64_t gap = 16; ranges.size() > kMaxHoles; gap *= 2) JoinRanges(ranges, gap);
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
    return (policy.host && !plain) || IsIdentifying(pair, policy);
  });
  Scrub(fragment.warnings, policy);
  for (ManifestSkip& skip : fragment.skipped) {
    if (policy.host) skip.reason.clear();
    Scrub(skip.reason, policy);
  }
  for (Properties& device : fragment.devices) {
    std::erase_if(device, [&](const auto& pair) { return IsIdentifying(pair, policy); });
  }
}

}  // namespace vmcoredd
