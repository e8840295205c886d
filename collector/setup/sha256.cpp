// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/sha256.h"

#include <gcrypt.h>

#include <memory>
#include <span>

#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

class Sha256Stream final : public OutputStream {
 public:
  explicit Sha256Stream(gcry_md_hd_t hash) : hash_(hash) {}
  Result<void> Write(std::span<const std::byte> bytes) override {
    gcry_md_write(hash_, bytes.data(), bytes.size());
    return {};
  }

 private:
  gcry_md_hd_t hash_;
};

bool IsReady() {
  static const bool ready = [] {
    if (!gcry_check_version(nullptr)) return false;
    // Nothing secret is hashed.
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
  }();
  return ready;
}

}  // namespace

Result<std::string> Sha256OfFile(const std::string& path, const ProgressCallback& progress) {
  gcry_md_hd_t handle = nullptr;
  if (!IsReady() || gcry_md_open(&handle, GCRY_MD_SHA256, 0) != 0) {
    return Fail(ErrorCode::kUnsupported, "libgcrypt cannot make SHA-256");
  }
  const std::unique_ptr<gcry_md_handle, decltype(&gcry_md_close)> owner(handle, &gcry_md_close);
  const auto file = VMCOREDD_TRY(FileSource::Open(path));
  Sha256Stream stream(handle);
  VMCOREDD_TRY(CopyRange(*file, 0, file->Size().value_or(0), stream, progress));
  const auto* const digest = reinterpret_cast<const std::byte*>(gcry_md_read(handle, 0));
  return ToHex(std::span(digest, gcry_md_get_algo_dlen(GCRY_MD_SHA256)));
}

}  // namespace vmcoredd
