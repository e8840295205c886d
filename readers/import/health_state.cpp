// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "readers/import/around_output.h"
#include "readers/import/importers.h"
#include "readers/import/json_events.h"

// devlink health show: the state of the reporters of one device, or of all. It is
// small, so that it can be looked through for devices before the dump begins.

namespace vmcoredd::internal {

namespace {

// A reporter takes 200 bytes of text and 400 of JSON.
constexpr size_t kMaxStateBytes = 4 * 1024 * 1024;

// The devices that a text speaks of. "pci/0000:00:05.0/1" is a port of one.
class Devices {
 public:
  // False when this is no handle.
  bool Add(std::string_view handle) {
    const size_t slash = handle.find('/');
    if (slash == 0 || slash == std::string_view::npos) return false;
    std::string_view address = handle.substr(slash + 1);
    const size_t port = address.find('/');
    if (port != std::string_view::npos) {
      const std::string_view number = address.substr(port + 1);
      if (number.empty() || number.find_first_not_of("0123456789") != std::string_view::npos) {
        return false;
      }
      address = address.substr(0, port);
    }
    if (address.empty()) return false;
    if (devices_.size() < 2) devices_.emplace(handle.substr(0, slash), address);
    return true;
  }
  void Describe(SavedDump& dump) const {
    dump.many_devices = devices_.size() > 1;
    if (devices_.size() == 1) std::tie(dump.bus, dump.address) = *devices_.begin();
  }
  bool empty() const { return devices_.empty(); }

 private:
  std::set<std::pair<std::string, std::string>> devices_;  // no more than two
};

// {"health":{"pci/0000:00:05.0":[{"reporter":...}]}}; "name" in place of "reporter"
// where devlink is old.
class StateEvents final : public JsonEvents {
 public:
  explicit StateEvents(Devices& devices) : devices_(devices) {}
  Answer Key(std::string_view name) override {
    if (depth_ == 1 && name != "health") return "expected \"health\", found " + Excerpt(name);
    if (depth_ == 2 && !devices_.Add(name)) return "expected a device, found " + Excerpt(name);
    return std::nullopt;
  }
  Answer Number(uint64_t) override { return Value(); }
  Answer Other() override { return Value(); }
  Answer BeginObject() override { return Enter(); }
  Answer EndObject() override { return Leave(); }
  Answer BeginArray() override { return Enter(); }
  Answer EndArray() override { return Leave(); }

 private:
  Answer Value() const {
    return depth_ < 4 ? Answer("a value in place of a list of reporters") : std::nullopt;
  }
  Answer Enter() {
    ++depth_;
    return std::nullopt;
  }
  Answer Leave() {
    --depth_;
    return std::nullopt;
  }

  Devices& devices_;
  size_t depth_ = 0;
};

// All of the text. Fails with what is wrong with it as a file.
Result<std::string> ReadAll(TextInput& in) {
  std::string text;
  for (;;) {
    const std::string_view block = in.TakeBlock();
    if (block.empty()) return text;
    if (block.size() > kMaxStateBytes - text.size()) {
      return Fail(ErrorCode::kLimitExceeded, "more than 4 MiB of health state");
    }
    text += block;
  }
}

class StringStream final : public InputStream {
 public:
  explicit StringStream(std::string_view text) : text_(text) {}
  Result<size_t> Read(std::span<std::byte> out) override {
    const size_t count = std::min(out.size(), text_.size());
    std::copy_n(std::as_bytes(std::span(text_)).begin(), count, out.begin());
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

// Looks through a text for its devices. The first thing that is wrong.
using Check = Result<void>(TextInput& in, Devices& devices);

Result<void> CheckText(TextInput& in, Devices& devices) {
  enum { kNothing, kDevice, kReporter, kState } last = kNothing;
  while (const auto line = in.ReadLine()) {
    const std::string_view text = line->text;
    const size_t name = text.find_first_not_of(' ');
    if (name == std::string_view::npos || IsKernelAnswer(text) || text.starts_with("exit=")) {
      if (const auto problem = JudgeTrailer(*line)) return tl::unexpected(*problem);
      continue;
    }
    if (!line->is_ended) {
      return tl::unexpected(
          LineError(ErrorCode::kTruncated, *line, "the text ends in the middle of a line"));
    }
    bool is_good = false;
    if (name == 0) {
      is_good = last != kDevice && last != kReporter && text.ends_with(':') &&
                devices.Add(text.substr(0, text.size() - 1));
      last = kDevice;
    } else if (text.substr(name).starts_with("reporter ")) {
      is_good = last == kDevice || last == kState;
      last = kReporter;
    } else if (text.substr(name).starts_with("state ")) {
      is_good = last == kReporter;
      last = kState;
    }
    if (!is_good) {
      return tl::unexpected(
          LineError(ErrorCode::kCorrupt, *line,
                    "expected a device, a reporter or its state in turn, found " + Excerpt(text)));
    }
  }
  if (last == kState) return {};
  return Fail(ErrorCode::kTruncated, "the text ends before the state of a reporter");
}

Result<void> CheckJson(TextInput& in, Devices& devices) {
  const auto answer = ReadPreamble(in);
  StateEvents events(devices);
  VMCOREDD_TRY(ReadJson(in, events));
  VMCOREDD_TRY(ExpectOnlyTrailer(in));
  if (answer) return tl::unexpected(*answer);
  return {};
}

Result<void> ImportState(TextInput& in, ImportSink& sink, std::string_view content, Check* check) {
  const std::string text = VMCOREDD_TRY(ReadAll(in));
  StringStream stream(text);
  TextInput again(stream);
  Devices devices;
  const auto checked = check(again, devices);
  if (devices.empty()) {
    return Fail(ErrorCode::kNotRecognised,
                "no devlink health state: " +
                    (checked ? std::string("no device") : checked.error().ToString()));
  }
  SavedDump dump;
  dump.kind = SavedKind::kHealthState;
  dump.content = content;
  devices.Describe(dump);
  VMCOREDD_TRY(sink.Begin(dump));
  VMCOREDD_TRY(sink.Write(std::as_bytes(std::span(text))));
  DumpRemarks remarks;
  if (!checked) AddDamage(sink, remarks, checked.error());
  if (in.error()) AddDamage(sink, remarks, *in.error());
  return sink.End(remarks);
}

}  // namespace

bool LooksLikeHealthStateText(std::string_view head) {
  head = SkipPreamble(head);
  const size_t end = head.find('\n');
  std::string_view line = head.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  Devices devices;
  if (!line.ends_with(':') || line.starts_with(' ')) return false;
  if (!devices.Add(line.substr(0, line.size() - 1))) return false;
  return end == std::string_view::npos || head.substr(end + 1).starts_with("  reporter ");
}

bool LooksLikeHealthStateJson(std::string_view head) { return FirstJsonKey(head) == "health"; }

Result<void> ImportHealthStateText(TextInput& in, ImportSink& sink) {
  return ImportState(in, sink, "devlink-health-text", CheckText);
}

Result<void> ImportHealthStateJson(TextInput& in, ImportSink& sink) {
  return ImportState(in, sink, "devlink-health-json", CheckJson);
}

}  // namespace vmcoredd::internal
