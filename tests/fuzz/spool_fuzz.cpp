// SPDX-License-Identifier: LGPL-2.1-or-later
#include <memory>
#include <string>

#include "collector/save/spool_reader.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/format/dump_name.h"

using namespace vmcoredd;

namespace {

class OrderCheck final : public SpoolVisitor {
 public:
  Result<void> OnDump(const ManifestDump& head) override {
    fuzz::Require(!is_inside_, "a dump begins after the one before");
    fuzz::Require(CheckDumpName(head.name).has_value(), "a dump has a name");
    is_inside_ = true;
    return {};
  }
  Result<void> OnData(std::span<const std::byte>) override { return Inside(); }
  Result<void> OnHole(uint64_t) override { return Inside(); }
  Result<void> OnDumpEnd(ManifestDump) override { return End(); }
  Result<void> OnDumpLost(const std::string&, std::string reason) override {
    fuzz::Require(!reason.empty(), "a lost dump has a reason");
    return End();
  }
  bool is_inside() const { return is_inside_; }

 private:
  Result<void> Inside() {
    fuzz::Require(is_inside_, "bytes are inside a dump");
    return {};
  }
  Result<void> End() {
    fuzz::Require(is_inside_, "a dump ends that was begun");
    is_inside_ = false;
    return {};
  }
  bool is_inside_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  const auto bytes = input.bytes();
  auto reader = SpoolReader::FromSource(std::make_unique<MemorySource>(bytes));
  if (!reader) {
    fuzz::RequirePrintable(reader.error());
    return 0;
  }
  OrderCheck check;
  fuzz::Require(reader->Replay(check).has_value(), "damage is no failure");
  fuzz::Require(!check.is_inside(), "every dump ends");
  for (const std::string& warning : reader->capture().warnings) {
    fuzz::RequirePrintable(Error(ErrorCode::kCorrupt, warning));
  }
  return 0;
}
