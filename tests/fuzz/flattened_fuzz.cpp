// SPDX-License-Identifier: LGPL-2.1-or-later
// The rearranged file against a model that writes every record into one buffer.
#include "vmcoredd/format/flattened.h"

#include <algorithm>
#include <vector>

#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;

namespace {

constexpr uint64_t kMaxModelBytes = 32 * 1024;

void CheckContent(FlattenedSource& flat, std::span<const std::byte> file) {
  const uint64_t end = flat.state().logical_end;
  if (end > kMaxModelBytes) {
    std::array<std::byte, 512> buffer;
    for (const uint64_t at : {uint64_t{0}, end - buffer.size(), end - 1, end, UINT64_MAX}) {
      const auto got = flat.ReadAt(at, buffer);
      fuzz::Require(got && (at < end) == (*got > 0), "reads end where the file ends");
    }
    return;
  }
  std::vector<std::byte> model(end);
  uint64_t next = kFlattenedHeaderBytes;
  for (uint64_t i = 0; i < flat.state().records; ++i) {
    fuzz::Require(next + kFlattenedRecordHeaderBytes <= file.size(), "a record is in the file");
    const auto header = file.subspan(next).first<kFlattenedRecordHeaderBytes>();
    const auto record = DecodeFlattenedRecord(header, next);
    fuzz::Require(record && *record, "what counts as a record is one");
    next = (*record)->data_offset();
    // The last one of a truncated file counts as far as it is there.
    const uint64_t size = std::min<uint64_t>((*record)->size, file.size() - next);
    next += size;
    if (size == 0) continue;  // says nothing, wherever it points
    const auto bytes = file.subspan(next - size, size);
    std::copy(bytes.begin(), bytes.end(),
              model.begin() + static_cast<ptrdiff_t>((*record)->logical_offset));
  }
  uint64_t walked = 0;
  const auto visited = flat.WalkRecords([&](const FlattenedRecord& record) -> Result<void> {
    ++walked;
    fuzz::Require(record.data_offset() + record.size <= file.size(), "a record is in the file");
    return {};
  });
  fuzz::Require(visited && walked == flat.state().records, "all records are visited");
  std::vector<uint64_t> places(end + 1);
  fuzz::Require(flat.Locate(0, places).has_value(), "every byte can be located");
  for (size_t i = 0; i < places.size(); ++i) {
    const bool is_nowhere = places[i] == FlattenedSource::kNowhere;
    const std::byte found = is_nowhere ? std::byte{0} : file[places[i]];
    fuzz::Require(found == (i < end ? model[i] : std::byte{0}), "a byte is where it is said to be");
  }
  // One read of everything, and reads of odd sizes.
  for (const size_t step : {model.size() + 1, size_t{61}, size_t{4096}}) {
    std::vector<std::byte> window(step);
    for (size_t at = 0; at < model.size(); at += step) {
      const auto got = flat.ReadAt(at, window);
      fuzz::Require(got && *got == std::min(step, model.size() - at), "reads are not short");
      fuzz::Require(std::equal(window.begin(), window.begin() + static_cast<ptrdiff_t>(*got),
                               model.begin() + static_cast<ptrdiff_t>(at)),
                    "the later record wins and gaps are zeros");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  MemorySource source(input.bytes());
  for (const auto extent : {FlattenedSource::Extent::kAll, FlattenedSource::Extent::kLeading}) {
    auto flat = FlattenedSource::Open(source, extent);
    if (!flat) {
      fuzz::RequirePrintable(flat.error());
      return 0;
    }
    const auto& state = (*flat)->state();
    fuzz::Require(state.valid_until <= size, "what is valid is in the file");
    fuzz::Require(!state.end_marker || *state.end_marker + 16 <= size, "so is the end marker");
    if (state.damage) fuzz::RequirePrintable(*state.damage);
    CheckContent(**flat, input.bytes());
  }
  return 0;
}
