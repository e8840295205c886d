// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_WRITER_REGISTRY_H_
#define VMCOREDD_WRITER_REGISTRY_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/result.h"
#include "vmcoredd/format/manifest.h"

namespace vmcoredd {

// What a callback can say about its dump besides bytes. Valid during the call.
class DumpContext {
 public:
  virtual ~DumpContext() = default;
  // For stream callbacks: the next `size` bytes could not be read; zeros take
  // their place. kInvalidArgument in a fill callback, which has no position.
  virtual Result<void> WriteHole(uint64_t size, std::string reason) = 0;
  // For fill callbacks: these bytes of the buffer could not be read and are zero.
  virtual void MarkHole(ByteRange range, std::string reason) = 0;
  virtual void AddWarning(std::string text) = 0;
  virtual void AddPerturbation(std::string text) = 0;
};

// Fills a zeroed buffer of exactly the registered size, as the kernel's
// vmcoredd_callback does. For small dumps: at most kMaxFillBytes.
using FillCallback = std::function<Result<void>(std::span<std::byte> buffer, DumpContext&)>;
// Writes the dump piece by piece; any length if the size was unknown.
using StreamCallback = std::function<Result<void>(OutputStream& out, DumpContext&)>;
// The second phase of a size: how many bytes the dump will have if it may use
// at most `quota`. Nothing: unknown, stream it.
using SizeCallback = std::function<std::optional<uint64_t>(uint64_t quota)>;

// A dump with a fill callback is in memory as a whole, so it has a limit. The
// largest of the kernel's own, cxgb4's, is 32 MiB.
inline constexpr uint64_t kMaxFillBytes = 64 * 1024 * 1024;

// One registration, mirroring struct vmcoredd_data (include/linux/crash_dump.h):
// a name, a size, a callback.
struct DumpRegistration {
  std::string name;                           // see CheckDumpName()
  std::variant<uint64_t, SizeCallback> size;  // bytes, or ask with the quota
  std::variant<FillCallback, StreamCallback> collect;
  std::string source;  // these three: for the manifest
  std::string content;
  Properties device;
};

// The dumps of one capture, in registration order. Names are unique: a second
// dump of the same name is kAlreadyExists (the kernel only asks for it in a
// comment, and readers then cannot tell dumps apart).
class Registry {
 public:
  // kInvalidArgument for a bad name, a size of 0 or no callback: what the kernel
  // answers with -EINVAL.
  Result<void> Register(DumpRegistration registration);
  const std::vector<DumpRegistration>& registrations() const { return registrations_; }

 private:
  std::vector<DumpRegistration> registrations_;
  std::unordered_set<std::string> names_;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_WRITER_REGISTRY_H_
