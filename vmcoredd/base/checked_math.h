// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_CHECKED_MATH_H_
#define VMCOREDD_BASE_CHECKED_MATH_H_

#include <cstdint>
#include <optional>

namespace vmcoredd {

// Arithmetic on numbers that come from a file. Nothing when the result does
// not fit in 64 bits.
[[nodiscard]] inline std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}
[[nodiscard]] inline std::optional<uint64_t> CheckedMul(uint64_t a, uint64_t b) {
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}
// Rounds up to a multiple of `alignment`, which must be a power of two.
[[nodiscard]] inline std::optional<uint64_t> CheckedAlignUp(uint64_t value, uint64_t alignment) {
  auto sum = CheckedAdd(value, alignment - 1);
  if (!sum) return std::nullopt;
  return *sum & ~(alignment - 1);
}
// For values that are known to be far from the limit.
[[nodiscard]] constexpr uint64_t AlignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}
[[nodiscard]] constexpr bool IsPowerOfTwo(uint64_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

// A range of bytes, [offset, offset + size).
struct ByteRange {
  uint64_t offset = 0;
  uint64_t size = 0;

  // One past the last byte; nothing when that does not fit in 64 bits.
  std::optional<uint64_t> End() const { return CheckedAdd(offset, size); }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_CHECKED_MATH_H_
