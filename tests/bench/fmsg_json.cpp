// SPDX-License-Identifier: LGPL-2.1-or-later
// usage: fmsg_json hex|base64 FILE
// Writes the formatted message in FILE (netlink messages one after the other) as JSON.
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "vmcoredd/base/byte_source.h"
#include "vmcoredd/format/devlink/fmsg_json.h"
#include "vmcoredd/format/devlink/message_stream.h"

using namespace vmcoredd;
using namespace vmcoredd::devlink;

static Result<void> Convert(std::string_view encoding, const char* path) {
  const auto source = VMCOREDD_TRY(FileSource::Open(path));
  FdStream out(STDOUT_FILENO);
  FmsgJsonWriter writer(
      out, encoding == "hex" ? FmsgJsonWriter::Binary::kHex : FmsgJsonWriter::Binary::kBase64);
  FmsgParser parser(writer);
  VMCOREDD_TRY(ReadMessageStream(*source, 0, source->Size().value_or(0),
                                 [&](const Message& message) { return parser.Feed(message); }));
  VMCOREDD_TRY(parser.Finish());
  return writer.Finish(parser);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto done = Convert(argv[1], argv[2]);
  if (!done) std::fprintf(stderr, "%s\n", done.error().ToString().c_str());
  return done ? 0 : 1;
}
