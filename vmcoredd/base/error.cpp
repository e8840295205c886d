// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/error.h"

#include <cstdio>
#include <cstring>
#include <utility>

namespace vmcoredd {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotRecognised: return "not-recognised";
    case ErrorCode::kTruncated: return "truncated";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kLimitExceeded: return "limit-exceeded";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kInvalidArgument: return "invalid-argument";
    case ErrorCode::kAlreadyExists: return "already-exists";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kPluginFailed: return "plugin-failed";
    case ErrorCode::kIo: return "io";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

Error Error::Io(std::string message, int os_error) {
  Error error(ErrorCode::kIo, std::move(message));
  error.os_error_ = os_error;
  return error;
}

Error&& Error::At(uint64_t offset) && {
  if (!offset_) offset_ = offset;
  return std::move(*this);
}

Error&& Error::WithOsError(int os_error) && {
  os_error_ = os_error;
  return std::move(*this);
}

Error&& Error::With(std::string_view context) && {
  message_.insert(0, ": ").insert(0, context);
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text = message_;
  if (offset_) {
    char hex[32];
    std::snprintf(hex, sizeof hex, " (offset 0x%llx)", static_cast<unsigned long long>(*offset_));
    text += hex;
  }
  if (os_error_ != 0) {
    text += ": ";
    text += std::strerror(os_error_);
  }
  return text;
}

}  // namespace vmcoredd
