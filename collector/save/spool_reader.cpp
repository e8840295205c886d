// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/save/spool_reader.h"

#include <array>
#include <utility>

#include "collector/capture/flat_text.h"
#include "vmcoredd/base/checked_math.h"
#include "vmcoredd/base/endian.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/format/dump_name.h"

namespace vmcoredd {

namespace {

std::string ValueOf(const Properties& lines, std::string_view key) {
  const auto text = FindText(lines, key);
  return text ? UnescapeBytes(*text).value_or(std::string(*text)) : std::string();
}

// The lines whose key starts with `prefix`, without it.
Properties ValuesUnder(const Properties& lines, std::string_view prefix) {
  Properties found;
  for (const auto& [key, value] : lines) {
    if (!key.starts_with(prefix)) continue;
    found.emplace_back(key.substr(prefix.size()), UnescapeBytes(value).value_or(value));
  }
  return found;
}

Outcome ParseOutcome(std::string_view name) {
  for (const Outcome outcome : {Outcome::kOk, Outcome::kPartial, Outcome::kFailed,
                                Outcome::kTimedOut, Outcome::kOverBudget, Outcome::kSkipped}) {
    if (OutcomeName(outcome) == name) return outcome;
  }
  return Outcome::kFailed;
}

}  // namespace

Result<SpoolReader> SpoolReader::Open(const std::string& path) {
  return FromSource(VMCOREDD_TRY(FileSource::Open(path)));
}

Result<SpoolReader> SpoolReader::FromSource(std::unique_ptr<ByteSource> source) {
  SpoolReader reader(std::move(source));
  VMCOREDD_TRY(reader.ReadStart());
  return reader;
}

Result<std::optional<SpoolReader::Record>> SpoolReader::Next() {
  std::array<std::byte, kSpoolRecordHeaderBytes> header;
  const size_t got = VMCOREDD_TRY(source_->ReadAt(offset_, header));
  if (got == 0) return std::nullopt;
  if (got < header.size()) {
    return FailAt(ErrorCode::kTruncated, offset_, "the spool ends inside a record");
  }
  const auto length = LoadInt<uint32_t>(header.data() + 4, std::endian::little);
  if (length > kMaxSpoolRecordPayload) {
    return FailAt(ErrorCode::kCorrupt, offset_,
                  "expected a record of at most " + std::to_string(kMaxSpoolRecordPayload) +
                      " bytes, found " + std::to_string(length));
  }
  window_.resize(header.size() + length);
  VMCOREDD_TRY(ReadExactAt(*source_, offset_, window_, "a record of the spool"));
  offset_ += window_.size();
  return Record{static_cast<SpoolRecord>(LoadInt<uint32_t>(header.data(), std::endian::little)),
                window_, std::span(window_).subspan(header.size())};
}

Result<void> SpoolReader::ReadStart() {
  const auto first = Next();
  if (!first || !*first || (*first)->type != SpoolRecord::kStart) {
    return Fail(ErrorCode::kNotRecognised, "it is no spool of vmcoredd-collect");
  }
  const Properties lines = VMCOREDD_TRY(ParseFlatText((*first)->text()));
  if (const std::string schema = ValueOf(lines, "schema");
      schema != kSpoolSchema && schema != kOldSpoolSchema) {
    return Fail(ErrorCode::kUnsupported, "the spool is of version \"" + EscapeBytes(schema) +
                                             "\", expected \"" + std::string(kSpoolSchema) + '"');
  }
  capture_.generator = ValueOf(lines, "generator");
  capture_.capture_id = ValueOf(lines, "capture_id");
  capture_.time = ValueOf(lines, "time");
  capture_.kind = ValueOf(lines, "kind");
  capture_.machine = ValuesUnder(lines, "machine.");
  max_dump_bytes_ = ParseNumber(ValueOf(lines, "max_bytes")).value_or(0);
  return {};
}

Result<void> SpoolReader::Replay(SpoolVisitor& visitor) {
  for (;;) {
    auto record = Next();
    if (!record && record.error().code() == ErrorCode::kIo) {
      return tl::unexpected(std::move(record).error());
    }
    if (!record) {
      capture_.warnings.push_back(record.error().ToString());
      break;
    }
    if (!*record) break;
    VMCOREDD_TRY(OnRecord(**record, visitor));
    if (is_finished_) break;
  }
  if (dump_) VMCOREDD_TRY(LoseDump(visitor, "the capture was cut off in it"));
  if (!is_finished_) {
    capture_.warnings.push_back("the capture did not come to its end: later dumps are missing");
  }
  return {};
}

Result<void> SpoolReader::OnRecord(const Record& record, SpoolVisitor& visitor) {
  switch (record.type) {
    case SpoolRecord::kDump: return OnDumpRecord(record, visitor);
    case SpoolRecord::kDumpEnd: return OnDumpEnd(record, visitor);
    case SpoolRecord::kSkip: return OnSkip(record);
    case SpoolRecord::kNote: capture_.warnings.push_back(EscapeBytes(record.text())); return {};
    case SpoolRecord::kFinish: is_finished_ = true; return {};
    default: break;
  }
  if (is_lost_) return {};
  if (!dump_) {
    capture_.warnings.push_back("a record of type " +
                                std::to_string(static_cast<uint32_t>(record.type)) +
                                " outside of a dump was ignored");
    return {};
  }
  hasher_->Update(record.bytes);
  switch (record.type) {
    case SpoolRecord::kData:
      dump_length_ += record.payload.size();
      return visitor.OnData(record.payload);
    case SpoolRecord::kPacked: return OnPacked(record, visitor);
    case SpoolRecord::kHole: {
      const uint64_t size = record.payload.size() < 8
                                ? 0
                                : LoadInt<uint64_t>(record.payload.data(), std::endian::little);
      if (size == 0 || size > max_dump_bytes_ || dump_length_ > max_dump_bytes_ - size) {
        return LoseDump(visitor, "a hole in it makes no sense");
      }
      dump_->holes.push_back({{dump_length_, size}, EscapeBytes(record.text().substr(8))});
      dump_length_ += size;
      return visitor.OnHole(size);
    }
    case SpoolRecord::kWarning: dump_->warnings.push_back(EscapeBytes(record.text())); return {};
    case SpoolRecord::kPerturbed: dump_->perturbed.push_back(EscapeBytes(record.text())); return {};
    default: return LoseDump(visitor, "an unknown record is in it");
  }
}

Result<void> SpoolReader::OnPacked(const Record& record, SpoolVisitor& visitor) {
  const auto bytes = unpacker_.Unpack(record.payload);
  if (!bytes) return LoseDump(visitor, bytes.error().ToString());
  // A few bytes can be many: no dump is longer than the spool could have been.
  if (bytes->size() > max_dump_bytes_ || dump_length_ > max_dump_bytes_ - bytes->size()) {
    return LoseDump(visitor, "it is longer than its spool");
  }
  dump_length_ += bytes->size();
  return visitor.OnData(*bytes);
}

Result<void> SpoolReader::OnDumpRecord(const Record& record, SpoolVisitor& visitor) {
  if (dump_) VMCOREDD_TRY(LoseDump(visitor, "it has no end"));
  is_lost_ = false;
  const Properties lines = LinesOf(record);
  std::string name = ValueOf(lines, "name");
  if (auto checked = CheckDumpName(name); !checked) {
    capture_.skipped.push_back({std::move(name), {}, Outcome::kFailed, checked.error().ToString()});
    is_lost_ = true;
    return {};
  }
  dump_.emplace();
  dump_->name = std::move(name);
  dump_->source = ValueOf(lines, "source");
  dump_->time = ValueOf(lines, "time");
  dump_->phase = ValueOf(lines, "phase");
  dump_->device = ValuesUnder(lines, "device.");
  dump_length_ = 0;
  hasher_.emplace();
  hasher_->Update(record.bytes);
  return visitor.OnDump(*dump_);
}

Result<void> SpoolReader::OnDumpEnd(const Record& record, SpoolVisitor& visitor) {
  if (std::exchange(is_lost_, false)) return {};
  if (!dump_) {
    capture_.warnings.push_back("the end of a dump that was never begun was ignored");
    return {};
  }
  const Properties lines = LinesOf(record);
  const std::string hash = hasher_->HexDigest();
  if (ValueOf(lines, "hash") != hash) {
    return LoseDump(visitor, "the spool is damaged: expected checksum " + ValueOf(lines, "hash") +
                                 ", found " + hash);
  }
  dump_->outcome = ParseOutcome(ValueOf(lines, "outcome"));
  dump_->duration_us = ParseNumber(ValueOf(lines, "duration_us"));
  return visitor.OnDumpEnd(*std::exchange(dump_, std::nullopt));
}

Properties SpoolReader::LinesOf(const Record& record) {
  auto lines = ParseFlatText(record.text());
  if (lines) return *std::move(lines);
  capture_.warnings.push_back("the spool is damaged: " + lines.error().ToString());
  return {};
}

Result<void> SpoolReader::OnSkip(const Record& record) {
  const Properties lines = LinesOf(record);
  capture_.skipped.push_back({ValueOf(lines, "name"), ValueOf(lines, "source"),
                              ParseOutcome(ValueOf(lines, "outcome")), ValueOf(lines, "reason")});
  return {};
}

Result<void> SpoolReader::LoseDump(SpoolVisitor& visitor, std::string reason) {
  const ManifestDump lost = *std::exchange(dump_, std::nullopt);
  capture_.skipped.push_back({lost.name, lost.source, Outcome::kFailed, reason});
  is_lost_ = true;
  return visitor.OnDumpLost(lost.name, std::move(reason));
}

namespace {

class NameCollector final : public SpoolVisitor {
 public:
  Result<void> OnDump(const ManifestDump&) override { return {}; }
  Result<void> OnData(std::span<const std::byte>) override { return {}; }
  Result<void> OnHole(uint64_t) override { return {}; }
  Result<void> OnDumpEnd(ManifestDump facts) override {
    if (facts.outcome == Outcome::kOk) names_.push_back(std::move(facts.name));
    return {};
  }
  Result<void> OnDumpLost(const std::string&, std::string) override { return {}; }
  std::vector<std::string> Take() { return std::move(names_); }

 private:
  std::vector<std::string> names_;
};

}  // namespace

Result<std::vector<std::string>> CompleteDumps(const std::string& folder) {
  auto reader = VMCOREDD_TRY(SpoolReader::Open(folder + '/' + std::string(kSpoolFileName)));
  NameCollector names;
  VMCOREDD_TRY(reader.Replay(names));
  return names.Take();
}

}  // namespace vmcoredd
