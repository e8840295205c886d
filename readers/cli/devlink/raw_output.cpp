// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/devlink/raw_output.h"

#include <unistd.h>

#include <cerrno>

#include "readers/cli/new_file.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "vmcoredd/base/output_file.h"

namespace vmcoredd::devlink_cli {

namespace {

// Passes bytes on, counts them, and tells the progress. Borrows both.
class CountedStream final : public OutputStream {
 public:
  CountedStream(OutputStream& out, cli::Progress& progress) : out_(out), progress_(progress) {}

  Result<void> Write(std::span<const std::byte> bytes) override {
    VMCOREDD_TRY(out_.Write(bytes));
    written_ += bytes.size();
    progress_.Update(written_);
    return {};
  }
  uint64_t written() const { return written_; }

 private:
  OutputStream& out_;
  cli::Progress& progress_;
  uint64_t written_ = 0;
};

// Gives the bytes that were written a name that says what they are, before the partial file
// is removed.
Result<std::string> KeepIncomplete(const std::string& path, const OutputFile& file, bool force) {
  const std::string kept = path + ".incomplete";
  if (::fsync(file.fd()) != 0) return FailIo("cannot sync", errno);
  if (force && ::unlink(kept.c_str()) != 0 && errno != ENOENT) {
    return FailIo("cannot replace " + cli::PathText(kept), errno);
  }
  if (::link((path + ".partial").c_str(), kept.c_str()) != 0) {
    return FailIo("cannot keep what came as " + cli::PathText(kept), errno);
  }
  return kept;
}

Result<void> WriteFile(Session& session, cli::Progress& progress, const RawWriter& write) {
  const std::string& path = session.options().output;
  const bool force = session.options().force;
  auto created = cli::CreateNewFile(path, force);
  if (!created) return FailWith(created.error(), cli::PathText(path));
  OutputFile& file = created->file;
  CountedStream out(file, progress);
  auto written = write(out);
  if (!written) {
    if (out.written() == 0) return written;
    const auto kept = KeepIncomplete(path, file, force);
    session.console().Note(kept ? cli::PathText(*kept) + ": the " +
                                      cli::Count(out.written(), "byte") + " before the error"
                                : kept.error().ToString());
    return written;
  }
  const auto committed = file.Commit();
  if (!committed) return FailWith(committed.error(), cli::PathText(path));
  return {};
}

}  // namespace

Result<void> WriteRaw(Session& session,
                      const std::string& what,
                      std::optional<uint64_t> total,
                      const RawWriter& write) {
  cli::Progress progress(session.console(), what, total);
  if (session.options().output != "-") return WriteFile(session, progress, write);
  if (::isatty(STDOUT_FILENO) == 1) {
    return Fail(ErrorCode::kRefused, "standard output is a terminal, and these bytes are no text");
  }
  FdStream standard_output(STDOUT_FILENO);
  CountedStream out(standard_output, progress);
  return write(out);
}

}  // namespace vmcoredd::devlink_cli
