// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_ERROR_H_
#define VMCOREDD_BASE_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vmcoredd {

// What kind of failure it is. Programs choose exit codes by it; tests match it.
enum class ErrorCode {
  kNotRecognised,    // not this format: another reader may know it
  kTruncated,        // this format, but the bytes end too early
  kCorrupt,          // this format, but the content contradicts itself
  kUnsupported,      // valid, but not something this version handles
  kLimitExceeded,    // a named limit of ours was passed
  kNotFound,         // nothing matches what was asked for
  kInvalidArgument,  // the caller's request makes no sense
  kAlreadyExists,    // would overwrite something
  kRefused,          // possible, but it would put evidence at risk
  kPluginFailed,     // a driver plugin reported or caused a failure
  kIo,               // the operating system said no: see os_error()
};

// A short lower-case name, for example "truncated". Used in JSON and tests.
std::string_view ErrorCodeName(ErrorCode code);

// What went wrong and where. Messages are lower case, without a final period,
// and say what was expected and what was found. Context is prepended on the
// way up, so that the text reads as a chain of causes.
class Error {
 public:
  Error(ErrorCode code, std::string message);

  // A failed system call. `os_error` is an errno value.
  static Error Io(std::string message, int os_error);

  // Attaches the file offset, in bytes, at which the problem was seen. Keeps an
  // offset that is already there: the innermost one is the exact one.
  Error&& At(uint64_t offset) &&;
  // Attaches an errno value to an error that has a code of its own.
  Error&& WithOsError(int os_error) &&;
  // Puts "context: " in front of the message.
  Error&& With(std::string_view context) &&;

  ErrorCode code() const { return code_; }
  int os_error() const { return os_error_; }
  std::optional<uint64_t> offset() const { return offset_; }
  const std::string& message() const { return message_; }

  // The whole text for a person: message, offset (hex) and the OS's words.
  // Never contains control characters: names from input must be escaped
  // (EscapeBytes) before they go into a message.
  std::string ToString() const;

 private:
  ErrorCode code_;
  int os_error_ = 0;
  std::optional<uint64_t> offset_;
  std::string message_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_ERROR_H_
