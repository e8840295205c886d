// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/vmcore/foreign_formats.h"

#include <algorithm>
#include <string_view>

#include "vmcoredd/base/text.h"
#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd {

namespace {

using namespace std::string_view_literals;

struct ForeignFormat {
  size_t offset;
  std::string_view magic;
  std::string_view what;
};

constexpr std::string_view kVmware = "a VMware snapshot (vmss, vmsn): convert it with vmss2core";
constexpr std::string_view kSnapshot =
    "a virtual machine's state, not a memory dump: use virsh dump "
    "--memory-only or dump-guest-memory";
constexpr std::string_view kDisk = "a disk image: a vmcore may be a file inside";
constexpr std::string_view kUnpack = "an archive of files: unpack it first";
constexpr std::string_view kOtherCompression =
    "a file compressed in a way that is not read here: "
    "decompress it first";

// Little-endian machines write the magic numbers of the first four as here.
constexpr ForeignFormat kForeignFormats[] = {
    {0, "\xd0\xbe\xd0\xbe"sv, kVmware},
    {0, "\xd2\xbe\xd2\xbe"sv, kVmware},
    {0, "\xd3\xbe\xd3\xbe"sv, kVmware},
    {0, "\xd1\xba\xd1\xba"sv, kVmware},
    {0, "\xd2\xba\xd2\xba"sv, kVmware},
    {0, "sadump\0\0"sv, "a sadump (stand-alone dump) file: it holds no notes"},
    {0, "\xa8\x19\x01\x73\x61\x8f\x23\xfd"sv, "an s390 stand-alone dump: convert it with zgetdump"},
    {0, "\xed\x23\x8f\x61\x73\x01\x19\xa8"sv, "an LKCD dump"},
    {0, "\xa8\x19\x01\x73\x61\x8f\x23\xed"sv, "an LKCD dump"},
    {0, "EMiL"sv, "a LiME memory image: it holds no notes"},
    {0, "PAGEDU"sv, "a Windows crash dump"},
    {0, "MDMP"sv, "a Windows minidump"},
    {0, "QEVM"sv, kSnapshot},
    {0, "LibvirtQemudSave"sv, kSnapshot},
    {0, "LibvirtQemudPart"sv, kSnapshot},
    {0, "QFI\xfb"sv, kDisk},
    {0, "KDMV"sv, kDisk},
    {0, "conectix"sv, kDisk},
    {0, "vhdxfile"sv, kDisk},
    {510, "\x55\xaa"sv, kDisk},
    {257, "ustar"sv, kUnpack},
    {0, "PK\3\4"sv, kUnpack},
    {0, "7z\xbc\xaf\x27\x1c"sv, kUnpack},
    {0, "070701"sv, kUnpack},
    {0, "!<arch>\n"sv, kUnpack},
    {0, "\x89LZO\0"sv, kOtherCompression},
    {0, "\x1f\x9d"sv, kOtherCompression},
    {0, "\x5d\0\0"sv, kOtherCompression},
    {0, "LZIP"sv, kOtherCompression},
    {0, "\xff\x06\0\0sNaPpY"sv, kOtherCompression},
    {0, "MZ"sv, "an EFI or Windows program, perhaps a kernel image"},
};

constexpr size_t kShownBytes = 16;

}  // namespace

std::string DescribeForeignFormat(std::span<const std::byte> first_bytes) {
  if (first_bytes.empty()) return "the file is empty";
  const std::string_view head(reinterpret_cast<const char*>(first_bytes.data()),
                              first_bytes.size());
  for (const ForeignFormat& format : kForeignFormats) {
    if (format.offset < head.size() &&
        head.substr(format.offset, format.magic.size()) == format.magic) {
      return "this looks like " + std::string(format.what);
    }
  }
  const auto shown = first_bytes.first(std::min(first_bytes.size(), kShownBytes));
  if (IsZero(first_bytes)) return "the file begins with zeros";
  return "the file begins with \"" + EscapeBytes(head.substr(0, shown.size())) + "\" (" +
         ToHex(shown) + ")";
}

}  // namespace vmcoredd
