// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/trace_format.h"
#include "collector/watch/trace_page.h"
#include "collector/watch/uevent.h"
#include "tests/fuzz/fuzz_input.h"

using namespace vmcoredd;
using namespace vmcoredd::watch;

// A uevent; a format, a NUL, and a page whose records have it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const fuzz::Input input(data, size);
  const auto bytes = input.bytes();
  if (const auto uevent = ParseUevent(bytes)) {
    fuzz::Require(uevent->name().find('/') == std::string::npos, "a name is no path");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t end = std::min(text.find('\0'), text.size());
  const auto format = ParseTraceFormat(text.substr(0, end));
  if (!format) fuzz::RequirePrintable(format.error());
  const TraceFormat none;
  TracePageLayout layout;
  if (const auto read = ParsePageLayout(text.substr(0, end))) layout = *read;
  const auto page = bytes.subspan(std::min(end + 1, bytes.size()));
  const auto visited = VisitTracePage(page, layout, [&](uint64_t, auto bytes_of_record) {
    const TraceRecord record(format ? *format : none, bytes_of_record);
    for (const TraceField& field : record.format().fields) {
      static_cast<void>(record.Number(field.name));
      static_cast<void>(record.Text(field.name));
    }
  });
  if (!visited) fuzz::RequirePrintable(visited.error());
  return 0;
}
