// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_RESULT_H_
#define VMCOREDD_BASE_RESULT_H_

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "vmcoredd/base/error.h"

namespace vmcoredd {

// A value, or the Error that kept it from being made. std::expected is not in
// g++ 12 or clang 14, so this is tl::expected, which has the same interface.
template <typename T>
using Result = tl::expected<T, Error>;

// The failing side of any Result: return Fail(ErrorCode::kCorrupt, "...").
[[nodiscard]] inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}
[[nodiscard]] inline tl::unexpected<Error> FailAt(ErrorCode code,
                                                  uint64_t offset,
                                                  std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)).At(offset));
}
[[nodiscard]] inline tl::unexpected<Error> FailIo(std::string message, int os_error) {
  return tl::unexpected<Error>(Error::Io(std::move(message), os_error));
}
// Passes an error on with "context: " in front of its message.
[[nodiscard]] inline tl::unexpected<Error> FailWith(Error error, std::string_view context) {
  return tl::unexpected<Error>(std::move(error).With(context));
}

namespace internal {
template <typename T>
T TakeValue(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace internal

}  // namespace vmcoredd

// The value of a Result expression; returns its error from the enclosing
// function when there is none. The only control-flow macro of the project.
#define VMCOREDD_TRY(...)                                                    \
  __extension__({                                                            \
    auto try_result_ = (__VA_ARGS__);                                        \
    if (!try_result_) return tl::unexpected(std::move(try_result_).error()); \
    ::vmcoredd::internal::TakeValue(std::move(try_result_));                 \
  })

#endif  // VMCOREDD_BASE_RESULT_H_
