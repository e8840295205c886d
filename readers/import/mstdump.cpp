// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <bitset>
#include <map>
#include <memory>
#include <string>

#include "readers/import/hex_text.h"
#include "readers/import/importers.h"
#include "vmcoredd/base/endian.h"

// mstdump, mstregdump (mstflint): "0xADDR 0xVALUE", 8 digits each, a 32-bit register a
// line. Becomes an image in which each register stands at its address.

namespace vmcoredd::internal {

namespace {

// Of register addresses, and so of the image. Configuration registers of the largest
// devices take 32 MiB.
constexpr uint64_t kMaxSpan = 64 * 1024 * 1024;
constexpr size_t kPage = 4096;
constexpr size_t kWord = 4;

struct Register {
  uint32_t address = 0;
  uint32_t value = 0;
};

enum class Verdict { kGood, kBad, kCut };

std::optional<uint32_t> Word(std::string_view text) {
  if (text.size() != 10 || !text.starts_with("0x")) return std::nullopt;
  const auto value = HexNumber(text.substr(2));
  return value ? std::optional(static_cast<uint32_t>(*value)) : std::nullopt;
}

Verdict ParseLine(const TextLine& line, Register& out) {
  std::string_view text = line.text;
  while (text.ends_with(' ')) text.remove_suffix(1);
  const size_t blank = text.find(' ');
  const auto address = Word(text.substr(0, blank));
  const auto value = blank == std::string_view::npos ? std::nullopt : Word(text.substr(blank + 1));
  if (address && value) {
    out = {*address, *value};
    return Verdict::kGood;
  }
  return line.is_ended ? Verdict::kBad : Verdict::kCut;
}

// Registers by address, in pages, so that a few of them do not take 64 MiB.
class Image {
 public:
  // Why the register has no place; nothing if it has.
  std::optional<std::string> Objection(uint32_t address) const {
    if (address % kWord != 0) return "the address is not a multiple of 4";
    if (pages_.empty()) return std::nullopt;
    const uint64_t begin = std::min<uint64_t>(begin_, address);
    const uint64_t end = std::max(end_, uint64_t{address} + kWord);
    if (end - begin <= kMaxSpan) return std::nullopt;
    return "the addresses are more than 64 MiB apart";
  }
  void Set(const Register& item) {
    begin_ = pages_.empty() ? item.address : std::min<uint64_t>(begin_, item.address);
    end_ = std::max(end_, uint64_t{item.address} + kWord);
    std::unique_ptr<Page>& page = pages_[item.address / kPage];
    if (!page) page = std::make_unique<Page>();
    const size_t word = item.address % kPage / kWord;
    if (page->known[word] && page->words[word] != item.value) ++contradictions_;
    page->known[word] = true;
    page->words[word] = item.value;
  }
  bool empty() const { return pages_.empty(); }
  // The image begins at 0, unless the addresses are far from there.
  uint64_t begin() const { return end_ <= kMaxSpan ? 0 : begin_; }
  uint64_t contradictions() const { return contradictions_; }

  // Words that nobody named become zeros and holes, except those in front: that is
  // where the image begins, if it does not begin at 0.
  Result<void> Write(ImportSink& sink, DumpRemarks& remarks) const {
    std::array<std::byte, kPage> bytes;
    size_t unlisted = 0;
    const uint64_t start = begin();
    for (uint64_t at = start; at < end_;) {
      const uint64_t page_end = std::min((at / kPage + 1) * kPage, end_);
      const auto found = pages_.find(static_cast<uint32_t>(at / kPage));
      const Page* const page = found == pages_.end() ? nullptr : found->second.get();
      size_t filled = 0;
      for (; at < page_end; at += kWord, filled += kWord) {
        const size_t word = at % kPage / kWord;
        const bool is_known = page != nullptr && page->known[word];
        StoreInt(bytes.data() + filled, is_known ? page->words[word] : 0, std::endian::little);
        if (!is_known) AddHole(remarks, at - start, unlisted);
      }
      VMCOREDD_TRY(sink.Write(std::span(bytes).first(filled)));
    }
    if (unlisted != 0) {
      remarks.warnings.push_back(
          "further words that are not in the text, and not listed as holes: " +
          std::to_string(unlisted));
    }
    return {};
  }

 private:
  struct Page {
    std::array<uint32_t, kPage / kWord> words{};
    std::bitset<kPage / kWord> known;
  };

  static void AddHole(DumpRemarks& remarks, uint64_t offset, size_t& unlisted) {
    if (unlisted == 0 && !remarks.holes.empty() && remarks.holes.back().range.End() == offset) {
      remarks.holes.back().range.size += kWord;
    } else if (unlisted == 0 && remarks.holes.size() < kMaxListedHoles) {
      remarks.holes.push_back({{offset, kWord}, "not in the text"});
    } else {
      ++unlisted;
    }
  }

  std::map<uint32_t, std::unique_ptr<Page>> pages_;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  uint64_t contradictions_ = 0;
};

}  // namespace

bool LooksLikeMstdump(std::string_view head) {
  const size_t end = head.find('\n');
  TextLine line;
  line.text = head.substr(0, end);
  line.is_ended = end != std::string_view::npos;
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  Register first;
  return ParseLine(line, first) == Verdict::kGood;
}

Result<void> ImportMstdump(TextInput& in, ImportSink& sink) {
  Image image;
  std::optional<Error> damage;
  while (const auto line = in.ReadLine()) {
    if (line->is_ended && line->text.empty()) continue;
    Register item;
    const Verdict verdict = ParseLine(*line, item);
    if (verdict == Verdict::kBad) {
      damage =
          LineError(ErrorCode::kCorrupt, *line,
                    "expected 0xADDRESS 0xVALUE of 8 digits each, found " + Excerpt(line->text));
      break;
    }
    if (verdict == Verdict::kGood) {
      if (const auto objection = image.Objection(item.address)) {
        damage = LineError(ErrorCode::kCorrupt, *line, *objection);
        break;
      }
      image.Set(item);
    }
    if (!line->is_ended) {
      damage = LineError(ErrorCode::kTruncated, *line, "the text ends in the middle of a line");
    }
  }
  if (in.error()) damage = in.error();
  if (image.empty()) {
    return Fail(ErrorCode::kNotRecognised,
                "no mstdump: " + (damage ? damage->ToString() : "no registers"));
  }
  SavedDump dump;
  dump.kind = SavedKind::kRegisters;
  dump.content = "register-image";
  if (image.begin() != 0) dump.first_address = image.begin();
  VMCOREDD_TRY(sink.Begin(dump));
  DumpRemarks remarks;
  VMCOREDD_TRY(image.Write(sink, remarks));
  if (image.contradictions() != 0) {
    remarks.warnings.push_back("addresses that came again with another value: " +
                               std::to_string(image.contradictions()) + ", the last was taken");
  }
  if (damage) AddDamage(sink, remarks, *damage);
  return sink.End(remarks);
}

}  // namespace vmcoredd::internal
