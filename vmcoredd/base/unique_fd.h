// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_UNIQUE_FD_H_
#define VMCOREDD_BASE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace vmcoredd {

// Owns a file descriptor; -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool is_valid() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_UNIQUE_FD_H_
