// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_REPORT_DUMP_DECODING_H_
#define READERS_REPORT_DUMP_DECODING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "readers/decode/decode_sink.h"
#include "readers/decode/layout_decoder.h"
#include "readers/decode/layout_set.h"
#include "readers/vmcore/device_dump_table.h"
#include "readers/vmcore/dump_source.h"

namespace vmcoredd {

// What a dump is decoded with.
struct DecodingContext {
  const LayoutSet* layouts = nullptr;
  std::string layout;  // the name of one; empty: what matches
  DecodeLimits limits;
  std::string spool_folder;
};

struct DumpDecoding {
  const Layout* layout = nullptr;  // nothing: none matches, nothing was decoded
  uint64_t first_address = 0;      // of the dump's first byte, where offsets are addresses
  std::optional<bool> hash_matches;
  std::optional<Error> damage;  // of the payload
};

// What is known of a dump: of its manifest, or of its name.
DumpFacts FactsOf(const DeviceDump& dump);

// Finds the layout of a dump and decodes it into the sink. The sink hears nothing if there
// is none. kNotFound when the context names a layout that is not there.
Result<DumpDecoding> DecodeDump(VmcoreReader& reader,
                                const DeviceDump& dump,
                                const DecodingContext& context,
                                DecodeSink& sink);

}  // namespace vmcoredd

#endif  // READERS_REPORT_DUMP_DECODING_H_
