// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <string>

#include "readers/import/hex_text.h"
#include "readers/import/importers.h"

// lspci -x, -xxx, -xxxx, with -v or without: of each device a line with its address, at
// the margin, lines with a tab, lines "OFFSET: " and 16 bytes, and an empty line. A
// device becomes the dump that the driver plugin pci makes of it: an image of 256 or
// 4096 bytes.

namespace vmcoredd::internal {

namespace {

constexpr size_t kLineBytes = 16;
constexpr size_t kHeaderBytes = 64;
constexpr size_t kCardBusBytes = 128;
constexpr size_t kPlainBytes = 256;
constexpr size_t kExtendedBytes = 4096;

// How many hexadecimal digits are at the front.
size_t Digits(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return HexDigit(c) > 15; });
  return static_cast<size_t>(end - text.begin());
}

// "[DDDD:]BB:DD.F" and a blank at the front, as "0000:00:1f.2"; empty for other lines.
std::string SlotOf(std::string_view line) {
  std::string domain = "0000";
  std::string_view text = line;
  if (const size_t digits = Digits(text); digits >= 4 && digits <= 8) {
    domain = text.substr(0, digits);
    text.remove_prefix(digits);
    if (!text.starts_with(':')) return {};
    text.remove_prefix(1);
  }
  const bool is_slot = text.size() >= 7 && Digits(text) == 2 && text[2] == ':' &&
                       Digits(text.substr(3)) == 2 && text[5] == '.' && text[6] >= '0' &&
                       text[6] <= '7' && (text.size() == 7 || text[7] == ' ');
  if (!is_slot) return {};
  std::string slot = domain + ':' + std::string(text.substr(0, 7));
  for (char& c : slot) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return slot;
}

// Is it "OFFSET: ", with or without bytes?
bool IsHexLine(std::string_view line) {
  const size_t digits = Digits(line);
  return (digits == 2 || digits == 3) && line.substr(digits).starts_with(": ");
}

// What tools write to standard error.
bool IsMessage(std::string_view line) {
  return line.starts_with("lspci: ") || line.starts_with("pcilib: ");
}

class Lspci {
 public:
  explicit Lspci(ImportSink& sink) : sink_(sink) {}

  Result<void> Add(const TextLine& line) {
    last_ = {{}, line.number, line.offset, line.is_ended};
    if (std::string slot = SlotOf(line.text); !slot.empty()) {
      if (!slot_.empty()) VMCOREDD_TRY(EndDevice(false));
      slot_ = std::move(slot);
      slot_line_ = last_;
      if (!line.is_ended) Damage(LineError(ErrorCode::kTruncated, line, kCut));
      return {};
    }
    if (line.text.empty() && line.is_ended) {
      return slot_.empty() ? Result<void>() : EndDevice(true);
    }
    if (!slot_.empty() && IsHexLine(line.text)) {
      AddBytes(line);
    } else if (!line.is_ended) {
      Damage(LineError(ErrorCode::kTruncated, line, kCut));
    } else if (!line.text.starts_with('\t') && !line.text.starts_with(' ') &&
               !IsMessage(line.text) && has_devices()) {
      Damage(LineError(ErrorCode::kCorrupt, line,
                       "expected a device or its bytes, found " + Excerpt(line.text)));
    }
    return {};
  }

  // `damage` is what ended the text, if it was not its end.
  Result<void> Finish(const std::optional<Error>& damage) {
    if (damage) Damage(*damage);
    if (!slot_.empty()) VMCOREDD_TRY(EndDevice(false));
    if (dumps_ != 0) return {};
    if (devices_ == 0) return Fail(ErrorCode::kNotRecognised, "no output of lspci: no device");
    return Fail(ErrorCode::kUnsupported,
                "the output of lspci without configuration spaces: lspci -xxxx shows them");
  }

 private:
  static constexpr std::string_view kCut = "the text ends in the middle of a line";

  bool has_devices() const { return devices_ != 0 || !slot_.empty(); }

  // Of the device that is being read; only the first that is wrong with it counts.
  void Damage(Error damage) {
    if (!slot_.empty()) {
      if (!damage_) damage_ = std::move(damage);
    } else {
      sink_.Report(damage);
    }
  }

  void AddBytes(const TextLine& line) {
    if (damage_) return;
    const size_t digits = Digits(line.text);
    const auto offset = HexNumber(line.text.substr(0, digits));
    if (offset != size_ || size_ == kExtendedBytes) {
      return Damage(LineError(ErrorCode::kCorrupt, line, "the lines of bytes are not in order"));
    }
    std::string_view text = line.text.substr(digits + 1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    size_t count = 0;
    for (; count < kLineBytes && text.size() >= 3 && text.front() == ' '; ++count) {
      const int byte = HexByte(text.data() + 1);
      if (byte < 0) break;
      bytes_[size_++] = static_cast<std::byte>(byte);
      text.remove_prefix(3);
    }
    if (!line.is_ended) return Damage(LineError(ErrorCode::kTruncated, line, kCut));
    if (count != kLineBytes || !text.empty()) {
      Damage(LineError(ErrorCode::kCorrupt, line,
                       "expected 16 bytes behind the offset, found " + Excerpt(line.text)));
    }
  }

  bool has_whole_size() const {
    return size_ == kHeaderBytes || size_ == kCardBusBytes || size_ == kPlainBytes ||
           size_ == kExtendedBytes;
  }

  Result<void> EndDevice(bool has_empty_line) {
    ++devices_;
    if (!damage_ && size_ != 0 && !has_whole_size()) {
      damage_ = LineError(ErrorCode::kTruncated, last_,
                          "expected 64, 128, 256 or 4096 bytes, found " + std::to_string(size_));
    } else if (!damage_ && size_ != 0 && !has_empty_line) {
      damage_ = LineError(ErrorCode::kTruncated, last_,
                          "no empty line behind the bytes of a device, there may have been more");
    }
    if (size_ != 0) {
      VMCOREDD_TRY(WriteDump());
    } else if (damage_) {
      sink_.Report(Error(*damage_).With(slot_));
    } else if (dumps_ != 0) {
      sink_.Report(
          LineError(ErrorCode::kTruncated, slot_line_, "a device without bytes").With(slot_));
    }
    slot_.clear();
    size_ = 0;
    damage_.reset();
    return {};
  }

  Result<void> WriteDump() {
    SavedDump dump;
    dump.kind = SavedKind::kPciConfig;
    dump.content = "pci-config";
    dump.bus = "pci";
    dump.address = slot_;
    VMCOREDD_TRY(sink_.Begin(dump));
    ++dumps_;
    DumpRemarks remarks;
    const size_t image = size_ <= kPlainBytes ? kPlainBytes : kExtendedBytes;
    if (size_ < image) {
      std::fill(bytes_.begin() + static_cast<ptrdiff_t>(size_),
                bytes_.begin() + static_cast<ptrdiff_t>(image), std::byte{0});
      remarks.is_partial = true;
      remarks.holes.push_back({{size_, image - size_}, "not in the text"});
    }
    if (damage_) AddDamage(sink_, remarks, Error(*damage_).With(slot_));
    VMCOREDD_TRY(sink_.Write(std::span(bytes_).first(image)));
    return sink_.End(remarks);
  }

  ImportSink& sink_;
  std::string slot_;  // of the device that is being read
  TextLine slot_line_;
  TextLine last_;
  std::array<std::byte, kExtendedBytes> bytes_;
  size_t size_ = 0;
  std::optional<Error> damage_;
  uint64_t devices_ = 0;
  uint64_t dumps_ = 0;
};

}  // namespace

bool LooksLikeLspci(std::string_view head) {
  for (;;) {
    const size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end);
    if (!line.empty() && !IsMessage(line)) return !SlotOf(line).empty();
    if (end == std::string_view::npos) return false;
    head.remove_prefix(end + 1);
  }
}

Result<void> ImportLspci(TextInput& in, ImportSink& sink) {
  Lspci lspci(sink);
  while (const auto line = in.ReadLine()) VMCOREDD_TRY(lspci.Add(*line));
  return lspci.Finish(in.error());
}

}  // namespace vmcoredd::internal
