// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/report/dump_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "readers/decode/byte_diff.h"

namespace vmcoredd {

namespace {

bool IsNumber(const FieldRecord& field) {
  return field.type == FieldType::kUint || field.type == FieldType::kInt;
}

bool SameValue(const FieldRecord& a, const FieldRecord& b) {
  if (IsNumber(a) && IsNumber(b)) return a.value == b.value;
  return a.shown == b.shown && a.hash == b.hash && a.size == b.size;
}

FieldDiff MakeDiff(FieldChange change, const FieldRecord* a, const FieldRecord* b) {
  const FieldRecord& known = a ? *a : *b;
  FieldDiff diff;
  diff.change = change;
  diff.path = known.path;
  diff.text = known.text;
  diff.window = known.window;
  diff.bit_low = known.bit_low;
  diff.bit_width = known.bit_width;
  if (a) {
    diff.first = a->shown;
    diff.first_offset = a->offset;
  }
  if (b) {
    diff.second = b->shown;
    diff.second_offset = b->offset;
  }
  diff.is_volatile = (a && a->is_volatile) || (b && b->is_volatile) || known.advances;
  diff.perturbed = (a && a->perturbed) || (b && b->perturbed);
  return diff;
}

class FieldComparer {
 public:
  FieldComparer(const FieldCollector& a, const FieldCollector& b, DumpDiff& out)
      : a_(a), b_(b), out_(out) {}

  void Run() {
    // From the last to the first: of a path that repeats, the first one is met first.
    std::unordered_map<std::string_view, size_t> second;
    std::vector<size_t> next(b_.fields.size(), kNone);
    for (size_t i = b_.fields.size(); i-- > 0;) {
      if (b_.fields[i].is_group) continue;
      const auto [at, is_new] = second.emplace(b_.fields[i].path, i);
      if (!is_new) next[i] = std::exchange(at->second, i);
    }
    std::vector<bool> met(b_.fields.size());
    for (size_t i = 0; i < a_.fields.size(); ++i) {
      const FieldRecord& field = a_.fields[i];
      if (field.is_group) continue;
      const auto other = second.find(field.path);
      if (other == second.end() || other->second == kNone) {
        Add(FieldChange::kOnlyFirst, &field, nullptr);
        continue;
      }
      const size_t index = std::exchange(other->second, next[other->second]);
      met[index] = true;
      Compare(field, b_.fields[index]);
    }
    for (size_t i = 0; i < b_.fields.size(); ++i) {
      if (!met[i] && !b_.fields[i].is_group) Add(FieldChange::kOnlySecond, nullptr, &b_.fields[i]);
    }
  }

 private:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  void Add(FieldChange change, const FieldRecord* a, const FieldRecord* b) {
    // What neither could read, or a bit of a register that is missing, says nothing more.
    const FieldRecord& known = a ? *a : *b;
    if (known.state != FieldState::kRead || known.bit_width != 0) return;
    out_.fields.push_back(MakeDiff(change, a, b));
  }

  void Compare(const FieldRecord& a, const FieldRecord& b) {
    ++out_.fields_compared;
    if (a.state != FieldState::kRead && b.state != FieldState::kRead) return;
    if (a.state != b.state) {
      if (a.bit_width == 0) out_.fields.push_back(MakeDiff(FieldChange::kState, &a, &b));
      return;
    }
    if (a.advances && SameValue(a, b)) StandsStill(a, b);
    if (SameValue(a, b)) return;
    // Long bytes of the dump itself are compared as such.
    if (a.type == FieldType::kBytes && a.window.empty() && a.size > kMaxFieldBytes &&
        a.size == b.size) {
      return;
    }
    FieldDiff diff = MakeDiff(FieldChange::kValue, &a, &b);
    if (a.has_bits) Quieten(a, b, diff);
    out_.fields.push_back(std::move(diff));
  }

  // Of a register whose bits say which of them change all the time, or were changed by the
  // crash kernel: when only those differ, the register is as quiet as they are.
  void Quieten(const FieldRecord& a, const FieldRecord& b, FieldDiff& diff) const {
    uint64_t changing = 0;
    uint64_t perturbed = 0;
    for (const auto& [all, field] : {std::pair(&a_, &a), std::pair(&b_, &b)}) {
      const FieldRecord* const end = all->fields.data() + all->fields.size();
      for (const FieldRecord* bits = field + 1; bits < end && bits->bit_width != 0; ++bits) {
        const uint64_t mask =
            (bits->bit_width == 64 ? ~uint64_t{0} : (uint64_t{1} << bits->bit_width) - 1)
            << bits->bit_low;
        if (bits->is_volatile || bits->advances) changing |= mask;
        if (bits->perturbed) perturbed |= mask;
      }
    }
    const uint64_t differs = a.value ^ b.value;
    if ((differs & ~(changing | perturbed)) != 0) return;
    if ((differs & perturbed) != 0) {
      diff.perturbed = true;
    } else {
      diff.is_volatile = true;
    }
  }

  void StandsStill(const FieldRecord& a, const FieldRecord& b) {
    Finding finding;
    finding.severity = Severity::kWarning;
    finding.id = "counter-stands-still";
    finding.text = fmt::format("{} stands still between the two dumps: {}", a.path, b.shown);
    finding.next = "if the dumps are of one boot, whoever counts there has stopped";
    finding.path = a.path;
    finding.window = a.window;
    finding.evidence.push_back({a.path, b.offset, b.shown});
    out_.findings.push_back(std::move(finding));
  }

  const FieldCollector& a_;
  const FieldCollector& b_;
  DumpDiff& out_;
};

// Both by the layout of the first, if it fits the second, too.
Result<DumpDecoding> DecodeBoth(const DumpPlace& first,
                                const DumpPlace& second,
                                const DecodingContext& context,
                                FieldCollector& a,
                                FieldCollector& b) {
  auto one = VMCOREDD_TRY(DecodeDump(*first.reader, *first.dump, context, a));
  if (!one.layout) return one;
  const auto other = VMCOREDD_TRY(DecodeDump(*second.reader, *second.dump, context, b));
  if (other.layout != one.layout) one.layout = nullptr;
  return one;
}

}  // namespace

bool DumpDiff::differs() const {
  if (first_size != second_size || !ranges.empty() || more_ranges != 0) return true;
  return std::any_of(fields.begin(), fields.end(), [](const FieldDiff& field) {
    return !field.is_volatile && !field.perturbed && field.change != FieldChange::kState;
  });
}

std::string PairingName(const DeviceDump& dump) {
  const std::string& name = dump.name();
  const size_t at = name.rfind('@');
  const bool numbered = at != name.npos && at + 1 < name.size() &&
                        name.find_first_not_of("0123456789", at + 1) == name.npos;
  return numbered ? name.substr(0, at) + "@" : name;
}

Result<DumpDiff> DiffDumps(const DumpPlace& first,
                           const DumpPlace& second,
                           const DecodingContext& context,
                           const ProgressCallback& progress) {
  DumpDiff out;
  FieldCollector a;
  FieldCollector b;
  const DumpDecoding decoded = VMCOREDD_TRY(DecodeBoth(first, second, context, a, b));
  out.layout = decoded.layout;
  std::vector<ByteRange> covered;
  if (out.layout) {
    FieldComparer(a, b, out).Run();
    for (const ByteRange& range : a.covered) {
      if (range.offset < decoded.first_address) continue;
      covered.push_back({range.offset - decoded.first_address, range.size});
    }
    out.fields_left_out = a.left_out + b.left_out;
    out.damage = a.damage + b.damage;
  }
  // Where one of them was not read there is nothing to compare.
  for (const DumpPlace* const place : {&first, &second}) {
    if (!place->dump->manifest) continue;
    for (const Hole& hole : place->dump->manifest->holes) covered.push_back(hole.range);
  }
  const auto one = VMCOREDD_TRY(OpenDump(*first.reader, *first.dump));
  const auto other = VMCOREDD_TRY(OpenDump(*second.reader, *second.dump));
  JoinRanges(covered);
  ByteDiff bytes = VMCOREDD_TRY(CompareBytes(*one, *other, covered, progress));
  out.first_size = bytes.first_size;
  out.second_size = bytes.second_size;
  out.more_ranges = bytes.range_count - bytes.ranges.size();
  out.ranges = std::move(bytes.ranges);
  for (const DumpSource* const source : {one.get(), other.get()}) {
    if (source->damage()) out.problems.push_back(*source->damage());
    if (source->hash_matches() == false) {
      out.problems.emplace_back(ErrorCode::kCorrupt, "the payload does not match its checksum");
    }
  }
  return out;
}

}  // namespace vmcoredd
