// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <string>

#include "readers/import/around_output.h"
#include "readers/import/hex_text.h"
#include "readers/import/importers.h"
#include "readers/import/region_assembly.h"

// devlink region dump | read: "%016x" of the address, a blank, "%02x " a byte, 16 a
// line (iproute2, devlink.c: pr_out_region_chunk). The kernel's documentation
// (Documentation/networking/devlink/devlink-region.rst) shows lines of an older
// tool, with two bytes a group and without the last blank.

namespace vmcoredd::internal {

namespace {

constexpr size_t kAddressDigits = 16;
constexpr size_t kLineBytes = 16;

// What one line says.
struct RegionLine {
  uint64_t address = 0;
  std::array<std::byte, kLineBytes> bytes;
  size_t size = 0;
};

enum class Verdict { kGood, kBad, kCut };

// How many digits stand together: 2 or 4; 0 when it is not known yet.
Verdict ParseLine(const TextLine& line, size_t& group, RegionLine& out) {
  std::string_view text = line.text;
  const Verdict bad_end = line.is_ended ? Verdict::kBad : Verdict::kCut;
  out.size = 0;
  if (text.size() < kAddressDigits) return bad_end;
  const auto address = HexNumber(text.substr(0, kAddressDigits));
  if (!address) return Verdict::kBad;
  out.address = *address;
  text.remove_prefix(kAddressDigits);
  while (!text.empty()) {
    if (text.front() != ' ') return Verdict::kBad;
    text.remove_prefix(1);
    if (text.empty()) break;  // the blank at the end
    const size_t digits = std::min(text.find(' '), text.size());
    const bool is_last = text.find_first_not_of(' ', digits) == std::string_view::npos;
    const bool at_cut = !line.is_ended && digits == text.size();
    if (group == 0 && !at_cut && (digits == 2 || digits == 4)) group = digits;
    // An odd byte at the end of a line of pairs; or as much as there is left of a group.
    const bool is_whole = digits == group || (group == 4 && digits == 2 && is_last);
    if (!is_whole && !(at_cut && digits < (group != 0 ? group : 4))) return Verdict::kBad;
    for (size_t i = 0; i + 2 <= digits; i += 2) {
      const int byte = HexByte(text.data() + i);
      if (byte < 0 || out.size == kLineBytes) return Verdict::kBad;
      out.bytes[out.size++] = static_cast<std::byte>(byte);
    }
    text.remove_prefix(digits);
  }
  if (!line.is_ended) return Verdict::kCut;
  return out.size != 0 ? Verdict::kGood : Verdict::kBad;
}

}  // namespace

bool LooksLikeRegionText(std::string_view head) {
  head = SkipPreamble(head);
  const size_t end = head.find('\n');
  TextLine line;
  line.text = head.substr(0, end);
  line.is_ended = end != std::string_view::npos;
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  size_t group = 0;
  RegionLine first;
  const Verdict verdict = ParseLine(line, group, first);
  return verdict == Verdict::kGood || (verdict == Verdict::kCut && first.size != 0);
}

Result<void> ImportRegionText(TextInput& in, ImportSink& sink) {
  RegionAssembly region(sink);
  size_t group = 0;
  RegionLine parsed;
  std::optional<Error> damage;
  RegionHeader header;
  const auto answer = ReadPreamble(in, &header);
  VMCOREDD_TRY(region.Describe(header));
  while (const auto line = in.ReadLine()) {
    if (line->is_ended && line->text.empty()) continue;
    const Verdict verdict = ParseLine(*line, group, parsed);
    if (verdict == Verdict::kBad) {
      damage = LineError(
          ErrorCode::kCorrupt, *line,
          "expected an address of 16 digits and up to 16 bytes, found " + Excerpt(line->text));
      break;
    }
    if (const auto objection = region.Objection(parsed.address, parsed.size)) {
      damage = LineError(ErrorCode::kCorrupt, *line, *objection);
      break;
    }
    VMCOREDD_TRY(region.Add(parsed.address, std::span(parsed.bytes).first(parsed.size)));
    if (verdict == Verdict::kCut) {
      // Also when the line seems to be whole: devlink ends each.
      damage = LineError(ErrorCode::kTruncated, *line, "the text ends in the middle of a line");
    }
  }
  if (in.error()) damage = in.error();
  if (!region.has_begun()) {
    return Fail(ErrorCode::kNotRecognised,
                "no devlink region: " + (damage ? damage->ToString() : "no bytes"));
  }
  if (group == 4) {
    region.remarks().warnings.push_back(
        "the text has two bytes a group, and the order in which they are printed was kept");
  }
  if (answer) AddDamage(sink, region.remarks(), *answer);
  if (damage) AddDamage(sink, region.remarks(), *damage);
  return region.End(in.offset());
}

}  // namespace vmcoredd::internal
