// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_VMCORE_OPEN_VMCORE_H_
#define READERS_VMCORE_OPEN_VMCORE_H_

#include <memory>
#include <string>
#include <vector>

#include "readers/vmcore/vmcore_reader.h"

namespace vmcoredd {

struct OpenOptions {
  // Answer from the first records of a flattened file instead of walking all.
  bool leading_records_only = false;
  // Where what a pipe or a compressed file delivered is kept while it is needed
  // (an unlinked temporary file; blocks of zeros take no space), and how much.
  std::string spool_folder;  // empty: $TMPDIR or /var/tmp
  uint64_t max_spool = uint64_t{64} * 1024 * 1024 * 1024;
  // Called with the bytes of a pipe or a compressed file that have been read, as
  // long as its reader lives: flattened ones are read whole on opening, others
  // when their bytes are needed.
  ProgressCallback progress;
};

// One vmcore of a command line, or why it cannot be read.
struct OpenedVmcore {
  std::vector<std::string> files;  // as given; several for a split set
  Result<std::unique_ptr<VmcoreReader>> reader;
};

// Opens every path ("-" is standard input), putting the pieces of split sets
// together by their headers, in the order in which they were first named.
std::vector<OpenedVmcore> OpenVmcores(const std::vector<std::string>& paths,
                                      const OpenOptions& options);

// Opens one source that is already there; what is around it (compression, records
// of the flattened format) is found out. A lone piece of a split set is readable,
// and incomplete.
//
// kNotRecognised when it is not a format of ours: the text names what the first
// bytes look like. Anything else means that it is, but cannot be read.
Result<std::unique_ptr<VmcoreReader>> OpenVmcore(std::unique_ptr<ByteSource> source,
                                                 const OpenOptions& options);

}  // namespace vmcoredd

#endif  // READERS_VMCORE_OPEN_VMCORE_H_
