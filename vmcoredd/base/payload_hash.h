// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_BASE_PAYLOAD_HASH_H_
#define VMCOREDD_BASE_PAYLOAD_HASH_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct XXH3_state_s;

namespace vmcoredd {

// The checksum of the manifest: XXH3, 128 bits, in its canonical (big endian)
// form, as 32 lower-case hexadecimal digits. It finds damage; it is no defence
// against somebody who can change the file.
class PayloadHasher {
 public:
  PayloadHasher();
  PayloadHasher(PayloadHasher&&) noexcept;
  ~PayloadHasher();

  void Update(std::span<const std::byte> bytes);
  // The digest of everything so far.
  std::string HexDigest() const;

 private:
  struct StateDeleter {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, StateDeleter> state_;
};

// The digest of bytes in memory.
std::string HashOf(std::span<const std::byte> bytes);

}  // namespace vmcoredd

#endif  // VMCOREDD_BASE_PAYLOAD_HASH_H_
