// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef TESTS_FUZZ_FUZZ_INPUT_H_
#define TESTS_FUZZ_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>

#include "vmcoredd/base/error.h"
#include "vmcoredd/base/output_stream.h"

// What every fuzz target needs. A target is one LLVMFuzzerTestOneInput.

namespace vmcoredd::fuzz {

// A copy of the input in a heap block of exactly its size, so that a read one
// byte past the end is seen even where the fuzzer's buffer goes on.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : bytes_(new std::byte[size]), size_(size) {
    if (size != 0) std::memcpy(bytes_.get(), data, size);
  }
  std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  size_t size_;
};

// Ends the process when a promise of an interface does not hold.
void Require(bool condition, const char* promise);

// Every error a parser gives must be fit for a terminal.
void RequirePrintable(const Error& error);

// A path in a folder of this process, in memory where there is /dev/shm: targets
// run side by side. The folder is removed when the process ends by itself.
std::string ScratchPath(const std::string& name);

// Makes a file of exactly these bytes.
void StoreFile(const std::string& path, std::span<const std::byte> bytes);

// Takes what it is given, up to a limit, then fails: a bomb must end there.
class BoundedStream final : public OutputStream {
 public:
  explicit BoundedStream(uint64_t limit) : limit_(limit) {}
  Result<void> Write(std::span<const std::byte> bytes) override {
    if (bytes.size() > limit_ - written_) return Fail(ErrorCode::kLimitExceeded, "enough");
    written_ += bytes.size();
    return {};
  }
  uint64_t written() const { return written_; }

 private:
  uint64_t limit_;
  uint64_t written_ = 0;
};

}  // namespace vmcoredd::fuzz

#endif  // TESTS_FUZZ_FUZZ_INPUT_H_
