// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_BYTE_READER_H_
#define VMCOREDD_BASE_BYTE_READER_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// A bounds-checked cursor over bytes from a file. The first read past the end
// makes the reader fail: every later read returns zero or nothing and does not
// move. Check once, with Finish(), after the last read: its error has the offset
// at which the bytes end. Loops must also test ok(). Borrows the bytes.
class ByteReader {
 public:
  // `base_offset` is the file offset of the first byte and `what` the name of
  // the structure; both are for error messages only.
  ByteReader(std::span<const std::byte> bytes,
             std::endian order,
             uint64_t base_offset,
             std::string_view what)
      : bytes_(bytes), order_(order), base_offset_(base_offset), what_(what) {}

  template <typename T>
  T Read() {
    const auto field = Take(sizeof(T));
    return field.empty() ? T{} : LoadInt<T>(field.data(), order_);
  }
  // The next `size` bytes, or nothing. Valid as long as the bytes given to the
  // constructor.
  std::span<const std::byte> ReadBytes(size_t size) { return Take(size); }
  // A field of exactly `size` bytes as text, cut at the first NUL.
  std::string ReadString(size_t size) {
    const auto field = Take(size);
    const std::string_view text(reinterpret_cast<const char*>(field.data()), field.size());
    return std::string(text.substr(0, text.find('\0')));
  }
  void Skip(size_t size) { Take(size); }

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

  [[nodiscard]] Result<void> Finish() const {
    if (ok_) return {};
    return FailAt(ErrorCode::kTruncated, base_offset_ + bytes_.size(),
                  std::string(what_) + ": expected " + std::to_string(wanted_) + " bytes, found " +
                      std::to_string(remaining()));
  }

 private:
  std::span<const std::byte> Take(size_t size) {
    if (!ok_) return {};
    if (size > remaining()) {
      ok_ = false;
      wanted_ = size;
      return {};
    }
    const auto field = bytes_.subspan(position_, size);
    position_ += size;
    return field;
  }

  std::span<const std::byte> bytes_;
  std::endian order_;
  uint64_t base_offset_;
  std::string_view what_;
  size_t position_ = 0;
  size_t wanted_ = 0;
  bool ok_ = true;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_BYTE_READER_H_
