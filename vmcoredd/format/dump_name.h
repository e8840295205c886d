// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_FORMAT_DUMP_NAME_H_
#define VMCOREDD_FORMAT_DUMP_NAME_H_

#include <string>
#include <string_view>

#include "vmcoredd/base/result.h"

namespace vmcoredd {

// The name of a dump we make: "<source>_<device>" or "<source>_<device>_<what>",
// at most 43 bytes, as specified in FORMAT.md ("Names"). The kernel's habit is
// KBUILD_MODNAME "_" pci_name(): cxgb4_0000:02:00.4. A name that would be longer
// is cut to 34 bytes and ends in "~" and the first 8 hexadecimal digits of the
// hash of the whole name, so that it stays unique and the same every time.
std::string MakeDumpName(std::string_view source,
                         std::string_view device,
                         std::string_view what = {});

// The same of parts that come from anywhere: names of regions and reporters. What a name
// must not have becomes '_', and then the hash is behind it, too.
std::string MakeSafeDumpName(std::string_view source,
                             std::string_view device,
                             std::string_view what = {});

// May a dump be registered under this name? 1 to 43 bytes of printable ASCII
// without space, slash and backslash, not starting with a dot.
Result<void> CheckDumpName(std::string_view name);

}  // namespace vmcoredd

#endif  // VMCOREDD_FORMAT_DUMP_NAME_H_
