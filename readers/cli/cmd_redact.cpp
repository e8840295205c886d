// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/fragment.h"
#include "readers/cli/json_errors.h"
#include "readers/cli/layouts.h"
#include "readers/cli/new_archive.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/selector.h"
#include "readers/report/json_stream.h"
#include "readers/report/redaction.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/utc_time.h"
#include "vmcoredd/base/watched_stream.h"

namespace vmcoredd::cli {

namespace {

// Passes bytes on, with zeros for those of the ranges.
class BlankingStream final : public OutputStream {
 public:
  BlankingStream(OutputStream& out, const std::vector<ByteRange>& ranges)
      : out_(out), ranges_(ranges) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const auto part = bytes.first(std::min(bytes.size(), kWindow));
      bytes = bytes.subspan(part.size());
      window_.assign(part.begin(), part.end());
      const uint64_t end = at_ + part.size();
      for (; next_ < ranges_.size() && ranges_[next_].offset < end; ++next_) {
        const uint64_t from = std::max(ranges_[next_].offset, at_);
        const uint64_t to = std::min(ranges_[next_].offset + ranges_[next_].size, end);
        if (from < to)
          std::fill_n(window_.begin() + static_cast<ptrdiff_t>(from - at_), to - from, std::byte{});
        if (to == end) break;  // it may go on
      }
      VMCOREDD_TRY(out_.Write(window_));
      at_ = end;
    }
    return {};
  }

 private:
  static constexpr size_t kWindow = 64 * 1024;
  OutputStream& out_;
  const std::vector<ByteRange>& ranges_;  // in order, apart from each other
  std::vector<std::byte> window_;
  size_t next_ = 0;
  uint64_t at_ = 0;
};

struct Done {
  std::string name;
  DumpRedaction redaction;
};

class Redacting {
 public:
  Redacting(const RedactCommand& command, const LayoutSet& layouts, Console& console)
      : command_(command), console_(console) {
    context_.layouts = &layouts;
  }

  Result<void> Add(const SelectedDump& selected, bool is_dropped, NewArchive* archive) {
    const std::string name = NameText(selected.dump->name());
    DumpRedaction plan;
    if (is_dropped) {
      plan.dropped = "as asked";
    } else {
      auto planned =
          PlanRedaction(*selected.input->reader, *selected.dump, context_, command_.policy);
      if (!planned) {
        console_.AddProblem(selected.input->file(), Error(planned.error()).With(name));
        plan.dropped = "it cannot be read";
      } else {
        plan = std::move(*planned);
        // Nobody asked for that.
        if (plan.dropped) {
          const Error why(ErrorCode::kUnsupported,
                          *plan.dropped + ": left out (see --keep-unknown)");
          console_.AddProblem(selected.input->file(), Error(why).With(name));
        }
      }
    }
    if (!plan.dropped && archive) VMCOREDD_TRY(Copy(selected, name, plan, *archive));
    done_.push_back({selected.dump->name(), std::move(plan)});
    return {};
  }

  const std::vector<Done>& done() const { return done_; }

 private:
  Result<void> Copy(const SelectedDump& selected,
                    const std::string& name,
                    DumpRedaction& plan,
                    NewArchive& archive) {
    const DeviceDump& dump = *selected.dump;
    ManifestDump facts = dump.manifest.value_or(ManifestDump{});
    if (!dump.manifest) facts.length_is_exact = false;
    VMCOREDD_TRY(archive.BeginDump(dump.name()));
    WatchedStream watched(archive);
    BlankingStream out(watched, plan.blanked);
    Progress progress(console_, "redacting " + name, dump.size());
    const auto result =
        ExtractDump(*selected.input->reader, dump, PayloadForm::kExact, out, progress.callback());
    if (watched.error()) return tl::unexpected(*watched.error());
    if (!result || result->hash_matches == false) {
      const Error why = result
                            ? Error(ErrorCode::kCorrupt, "the payload does not match its checksum")
                            : result.error();
      console_.AddProblem(selected.input->file(), Error(why).With(name));
      plan.dropped = "it cannot be read as a whole";
      return archive.DropDump();
    }
    return archive.EndDump(RedactedFacts(std::move(facts), plan, command_.policy));
  }

  const RedactCommand& command_;
  Console& console_;
  DecodingContext context_;
  std::vector<Done> done_;
};

std::string Line(const Done& done) {
  const std::string name = NameText(done.name);
  if (done.redaction.dropped)
    return fmt::format("{}: dropped: {}\n", name, *done.redaction.dropped);
  const std::string what = RedactionText(done.redaction);
  return fmt::format("{}: {}\n", name, what.empty() ? "nothing to take out" : "taken out: " + what);
}

void PrintJson(const RedactCommand& command,
               bool is_written,
               const std::vector<Done>& done,
               Console& console) {
  JsonStream json([&console](std::string_view text) { console.Print(text); }, true);
  json.BeginObject();
  json.Name("schema", "vmcoredd-redact/1");
  json.Name("archive");
  if (is_written) {
    json.String(PathText(command.archive));
  } else {
    json.Null();
  }
  json.Name("dumps");
  json.BeginArray();
  for (const Done& one : done) {
    json.BeginObject();
    json.Name("name", EscapeBytes(one.name));
    if (one.redaction.dropped) json.Name("dropped", *one.redaction.dropped);
    for (const auto& [key, count] : one.redaction.counts) json.Field(key, count);
    uint64_t bytes = 0;
    for (const ByteRange& range : one.redaction.blanked) bytes += range.size;
    json.BigUint("blanked_bytes", bytes);
    json.EndObject();
  }
  json.EndArray();
  WriteErrors(json, console.problems());
  json.EndObject();
  console.Print("\n");
}

// What is redacted stays a capture of its kind, if all inputs are of one.
void KeepCapture(const std::vector<Input>& inputs, ManifestFragment& fragment) {
  std::set<std::string> kinds;
  std::string first;
  for (const Input& input : inputs) {
    for (const ManifestFragment& part : input.table.fragments) {
      kinds.insert(part.kind);
      const auto time = ParseRfc3339(part.time);
      if (time && (first.empty() || time < ParseRfc3339(first))) first = part.time;
    }
  }
  // "attach" has a meaning for the vmcore that it is in.
  if (kinds.size() != 1 || kinds.contains("attach")) return;
  fragment.kind = *kinds.begin();
  fragment.time = first;
}

Result<void> Redact(const RedactCommand& command,
                    std::vector<Input>& inputs,
                    const std::vector<SelectedDump>& selected,
                    Redacting& redacting,
                    Console& console) {
  ManifestFragment fragment = MakeFragment("pack", inputs, console);
  KeepCapture(inputs, fragment);
  RedactFragment(fragment, command.policy);
  std::unique_ptr<NewArchive> archive;
  if (!command.dry_run) {
    archive = VMCOREDD_TRY(NewArchive::Create(command.archive, command.force, command.compress));
  }
  for (const SelectedDump& dump : selected) {
    const bool drop =
        std::any_of(command.drop.begin(), command.drop.end(),
                    [&](const std::string& one) { return SelectorMatches(one, *dump.dump); });
    VMCOREDD_TRY(redacting.Add(dump, drop, archive.get()));
  }
  if (archive) VMCOREDD_TRY(archive->Commit(fragment, "keep"));
  return {};
}

}  // namespace

void Run(const RedactCommand& command, Console& console) {
  const LayoutSet layouts = LoadLayouts(command.layouts, console);
  std::vector<Input> inputs = OpenInputs(command.files, {}, console);
  CheckCompressedStreams(inputs, console);
  const auto selected = SelectDumps(inputs, command.selectors, console);
  Redacting redacting(command, layouts, console);
  const auto status = Redact(command, inputs, selected, redacting, console);
  if (!status) console.AddProblem(command.archive, status.error());
  const bool is_written = status && !command.dry_run;
  if (command.json) return PrintJson(command, is_written, redacting.done(), console);
  for (const Done& one : redacting.done()) console.Print(Line(one));
  if (is_written) {
    const auto kept = std::count_if(redacting.done().begin(), redacting.done().end(),
                                    [](const Done& one) { return !one.redaction.dropped; });
    console.Print(fmt::format("{}: {}\n", PathText(command.archive),
                              Count(static_cast<uint64_t>(kept), "device dump")));
  }
}

}  // namespace vmcoredd::cli
