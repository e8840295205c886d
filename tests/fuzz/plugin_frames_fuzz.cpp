// SPDX-License-Identifier: LGPL-2.1-or-later
// What a plugin's process may say, as an answer to an offer request and as a dump.
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "collector/capture/dump_session.h"
#include "collector/capture/frame_decoder.h"
#include "collector/capture/offer_session.h"
#include "collector/capture/spool_writer.h"
#include "collector/save/spool_reader.h"
#include "tests/fuzz/fuzz_input.h"
#include "vmcoredd/format/dump_name.h"

using namespace vmcoredd;

namespace {

constexpr uint64_t kQuota = 4096;
constexpr uint64_t kSpoolBytes = 256 * 1024;

// Feeds the input in pieces of a size that the input chooses.
ChildEnd Converse(FrameHandler& handler, std::span<const std::byte> bytes, size_t piece) {
  FrameDecoder decoder(handler);
  ChildEnd end;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(part.size());
    if (auto fed = decoder.Feed(part); !fed) {
      fuzz::RequirePrintable(fed.error());
      end.kind = ChildEnd::Kind::kStopped;
      end.violation = fed.error();
      return end;
    }
  }
  return end;
}

class LengthCheck final : public SpoolVisitor {
 public:
  explicit LengthCheck(uint64_t size) : size_(size) {}
  Result<void> OnDump(const ManifestDump&) override { return {}; }
  Result<void> OnData(std::span<const std::byte> bytes) override { return Add(bytes.size()); }
  Result<void> OnHole(uint64_t size) override { return Add(size); }
  Result<void> OnDumpEnd(ManifestDump) override {
    fuzz::Require(size_ == 0 || length_ == size_, "a dump has the size it was offered with");
    ++dumps;
    return {};
  }
  Result<void> OnDumpLost(const std::string&, std::string) override {
    fuzz::Require(false, "what was spooled can be read");
    return {};
  }
  int dumps = 0;

 private:
  Result<void> Add(uint64_t size) {
    length_ += size;
    fuzz::Require(length_ <= kSpoolBytes, "a dump is bounded");
    return {};
  }
  uint64_t size_;
  uint64_t length_ = 0;
};

void CheckOffers(std::span<const std::byte> bytes, size_t piece) {
  OfferSession session("fuzz", kQuota);
  const ChildEnd end = Converse(session, bytes, piece);
  if (!session.Problem(end).empty()) return;
  for (const Offer& offer : session.offers()) {
    fuzz::Require(offer.size <= kQuota, "an offer is within the quota");
    const auto name = MakeDumpName("fuzz", "0000:00:04.0", offer.what);
    fuzz::Require(CheckDumpName(name).has_value(), "an offer makes a name");
  }
}

void CheckDump(std::span<const std::byte> bytes, size_t piece, uint64_t size) {
  static std::string folder = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "frames_XXXXXX").string();
    fuzz::Require(::mkdtemp(pattern.data()) != nullptr, "a temporary folder");
    return pattern;
  }();
  const std::string file = folder + '/' + std::string(kSpoolFileName);
  auto spool = SpoolWriter::Create(folder, ManifestFragment{}, kSpoolBytes, piece % 2 == 0);
  fuzz::Require(spool.has_value(), "a spool can be made");
  Offer offer;
  offer.size = size;
  ManifestDump head;
  head.name = "fuzz_dump";
  DumpSession session("fuzz", offer, head, kDefaultSpoolBytes, *spool);
  const ChildEnd end = Converse(session, bytes, piece);
  const auto result = session.Close(end, 0);
  fuzz::Require(result.has_value(), "the spool takes whatever a plugin says");
  fuzz::Require(spool->Finish().has_value(), "the spool can be finished");
  auto reader = SpoolReader::Open(file);
  fuzz::Require(reader.has_value(), "the spool can be opened");
  LengthCheck check(size);
  fuzz::Require(reader->Replay(check).has_value(), "the spool can be replayed");
  fuzz::Require(check.dumps == (result->is_kept ? 1 : 0), "what is said to be there is there");
  fuzz::Require(reader->capture().warnings.empty(), "the spool is whole");
  ::unlink(file.c_str());
  ::rmdir(folder.c_str());  // made again by the next Create()
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const fuzz::Input input(data + 2, size - 2);
  const size_t piece = size_t{data[1]} + 1;
  if (data[0] % 3 == 0) {
    CheckOffers(input.bytes(), piece);
  } else {
    CheckDump(input.bytes(), piece, data[0] % 3 == 1 ? 16 : 0);
  }
  return 0;
}
