// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_ENDIAN_H_
#define VMCOREDD_BASE_ENDIAN_H_

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace vmcoredd {

template <typename T>
[[nodiscard]] T ByteSwap(T value) {
  static_assert(std::is_integral_v<T>);
  using U = std::make_unsigned_t<T>;
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<U>(value)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<U>(value)));
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<U>(value)));
}

// Reads or writes one integer of the given byte order at any alignment.
template <typename T>
[[nodiscard]] T LoadInt(const std::byte* from, std::endian order) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return order == std::endian::native ? value : ByteSwap(value);
}
template <typename T>
void StoreInt(std::byte* to, T value, std::endian order) {
  if (order != std::endian::native) value = ByteSwap(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_ENDIAN_H_
