// SPDX-License-Identifier: LGPL-2.1-or-later
#include "vmcoredd/base/payload_hash.h"

#include <xxhash.h>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

PayloadHasher::PayloadHasher() : state_(XXH3_createState()) { XXH3_128bits_reset(state_.get()); }
PayloadHasher::PayloadHasher(PayloadHasher&&) noexcept = default;
PayloadHasher::~PayloadHasher() = default;

void PayloadHasher::StateDeleter::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

void PayloadHasher::Update(std::span<const std::byte> bytes) {
  if (!bytes.empty()) XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
}

std::string PayloadHasher::HexDigest() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
  return ToHex(std::as_bytes(std::span(canonical.digest)));
}

std::string HashOf(std::span<const std::byte> bytes) {
  PayloadHasher hasher;
  hasher.Update(bytes);
  return hasher.HexDigest();
}

}  // namespace vmcoredd
