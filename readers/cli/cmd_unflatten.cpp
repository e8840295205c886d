// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "readers/cli/commands.h"
#include "readers/cli/console.h"
#include "readers/cli/new_file.h"
#include "readers/cli/output_text.h"
#include "readers/cli/progress.h"
#include "readers/cli/unflatten.h"
#include "readers/vmcore/decompress.h"

namespace vmcoredd::cli {

namespace {

// The bytes of a file or of standard input, decompressed.
Result<std::unique_ptr<InputStream>> OpenStream(const std::string& path) {
  UniqueFd fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                          : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_valid()) return FailIo("cannot open", errno);
  auto decompressed = VMCOREDD_TRY(Decompress(std::make_unique<FdInputStream>(std::move(fd))));
  return std::move(decompressed.stream);
}

}  // namespace

void Run(const UnflattenCommand& command, Console& console) {
  auto stream = OpenStream(command.input);
  if (!stream) {
    console.AddUnusable(command.input, stream.error());
    return;
  }
  auto created = CreateNewFile(command.output, command.force);
  if (!created) {
    console.AddProblem(command.output, created.error());
    return;
  }
  Progress progress(console, "writing " + PathText(command.output), std::nullopt);
  const ProgressCallback callback = progress.callback();
  const auto result = Unflatten(**stream, created->file, callback);
  if (!result && result.error().code() == ErrorCode::kNotRecognised) {
    console.AddUnusable(command.input, result.error());
    return;
  }
  if (!result) {
    console.AddProblem(command.output, result.error());
    return;
  }
  if (result->damage) {
    console.AddProblem(command.input, *result->damage);
    if (!command.force) {
      console.Note(PathText(command.output) + ": not written; --force keeps what there is");
      return;
    }
  }
  if (const auto committed = created->file.Commit(); !committed) {
    console.AddProblem(command.output, committed.error());
    return;
  }
  console.Print(PathText(command.output) + ": " + Count(result->size, "byte") + '\n');
}

}  // namespace vmcoredd::cli
