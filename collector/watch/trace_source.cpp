// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/trace_source.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "collector/capture/small_file.h"
#include "collector/setup/sysroot.h"

namespace vmcoredd::watch {

namespace {

constexpr std::array<const char*, 4> kEvents = {
    "devlink_health_report", "devlink_health_recover_aborted",
    "devlink_health_reporter_state_update", "devlink_hwerr"};
// A processor's buffer: 15 reports with messages of a page each, or hundreds of usual ones.
// The kernel gives a new instance over a MiB each.
constexpr std::string_view kBufferKiB = "64";
constexpr int kMaxPagesAtOnce = 64;
constexpr size_t kMaxFormatBytes = 64 * 1024, kMaxClockBytes = 4096;

}  // namespace

TraceSource::~TraceSource() { Close(); }

Result<void> TraceSource::Open(const std::string& tracefs) {
  Close();
  struct stat status {};
  if (::stat((tracefs + "/events/devlink").c_str(), &status) != 0) {
    return Fail(ErrorCode::kNotFound, "no trace events of devlink");
  }
  instance_ = tracefs + "/instances/vmcoredd";
  if (::mkdir(instance_.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailIo("cannot make an instance of tracefs", errno);
  }
  // An old kernel has no such file there: then that of the whole.
  const std::string header = ReadSmallFile(tracefs + "/events/header_page", kMaxFormatBytes);
  layout_ = VMCOREDD_TRY(ParsePageLayout(header));
  page_.resize(layout_.page_size());
  VMCOREDD_TRY(Enable());
  return OpenProcessors();
}

Result<void> TraceSource::Enable() {
  VMCOREDD_TRY(WriteAttribute(instance_ + "/buffer_size_kb", kBufferKiB));
  // Times that compare with ours; woken by the first record, not by a half full buffer.
  // Kernels without these files have them otherwise: no reason to go without messages.
  // Who sets the clock, also the same one, empties the buffer (tracing_set_clock()).
  const std::string clock = instance_ + "/trace_clock";
  if (ReadSmallFile(clock, kMaxClockBytes).find("[mono]") == std::string::npos) {
    static_cast<void>(WriteAttribute(clock, "mono"));
  }
  static_cast<void>(WriteAttribute(instance_ + "/buffer_percent", "0"));
  formats_.clear();
  for (const char* event : kEvents) {
    const std::string folder = instance_ + "/events/devlink/" + event;
    auto format = ParseTraceFormat(ReadSmallFile(folder + "/format", kMaxFormatBytes));
    if (!format) continue;  // an older kernel
    VMCOREDD_TRY(WriteAttribute(folder + "/enable", "1"));
    formats_.push_back(*std::move(format));
  }
  if (formats_.empty()) return Fail(ErrorCode::kNotFound, "no trace events of devlink");
  return WriteAttribute(instance_ + "/tracing_on", "1");
}

Result<void> TraceSource::OpenProcessors() {
  const std::string folder = instance_ + "/per_cpu";
  for (const std::string& cpu : ListFolder(folder)) {
    const std::string path = Join(folder, cpu) + "/trace_pipe_raw";
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fd.is_valid()) return FailIo("cannot read trace events", errno);
    const int number = fd.get();
    VMCOREDD_TRY(loop_.AddFd(number, EPOLLIN, [this, number](uint32_t) { Read(number); }));
    cpus_.push_back(std::move(fd));
  }
  if (cpus_.empty()) return Fail(ErrorCode::kNotFound, "no trace buffers");
  Drain();
  return {};
}

void TraceSource::Close() {
  for (const UniqueFd& fd : cpus_) loop_.RemoveFd(fd.get());
  cpus_.clear();
}

void TraceSource::Remove() {
  Close();
  if (!instance_.empty()) ::rmdir(instance_.c_str());
  instance_.clear();
}

void TraceSource::Drain() {
  for (const UniqueFd& fd : cpus_) Read(fd.get());
}

void TraceSource::Read(int fd) {
  for (int i = 0; i < kMaxPagesAtOnce; ++i) {
    const ssize_t got = ::read(fd, page_.data(), page_.size());
    if (got <= 0) return;
    const auto page = std::span(page_).first(static_cast<size_t>(got));
    const auto end =
        VisitTracePage(page, layout_, [&](uint64_t time_ns, auto bytes) { Take(time_ns, bytes); });
    if (!end) {
      on_lost_(0, end.error().ToString());
    } else if (end->has_lost) {
      on_lost_(end->lost, "trace records were overwritten");
    }
  }
}

void TraceSource::Take(uint64_t time_ns, std::span<const std::byte> bytes) {
  uint16_t id = 0;  // common_type, the first field of all records
  if (bytes.size() < sizeof(id)) return;
  std::memcpy(&id, bytes.data(), sizeof(id));
  for (const TraceFormat& format : formats_) {
    if (format.id != id) continue;
    const TraceRecord record(format, bytes);
    DevlinkTrace trace;
    trace.event = format.name;
    trace.bus = record.Text("bus_name").value_or("");
    trace.device = record.Text("dev_name").value_or("");
    trace.driver = record.Text("driver_name").value_or("");
    trace.reporter = record.Text("reporter_name").value_or("");
    trace.message = record.Text("msg").value_or("");
    trace.error = static_cast<int32_t>(record.Number("err").value_or(0));
    trace.time_ns = time_ns;
    return on_trace_(trace);
  }
}

}  // namespace vmcoredd::watch
