// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_IMPORT_IDENTITY_H_
#define READERS_CLI_IMPORT_IDENTITY_H_

#include <string>
#include <string_view>
#include <vector>

#include "readers/import/saved_dump.h"
#include "vmcoredd/base/result.h"

// Which device and part of it an imported dump is of: what its text says, else what
// the command line says, else what the file is called. Never a guess.

namespace vmcoredd::cli {

// What the command line says. Empty: nothing.
struct ImportIdentity {
  std::string bus, address;
  std::string driver;
  std::string ids;        // of a PCI device: VENDOR:DEVICE, four hexadecimal digits each
  std::string pci_class;  // six hexadecimal digits
  std::string region;
  std::string snapshot;  // a number, or "live": read from the device itself
  std::string port;      // a number
  std::string reporter;
  std::string firmware;
  std::string time;    // RFC 3339, UTC
  std::string source;  // first part of the name
};

// What is in the archive.
struct IdentifiedDump {
  std::string name;
  std::string content;
  Properties device;
  std::string time;                   // RFC 3339, UTC; empty: nobody says it
  std::vector<std::string> warnings;  // what the text says and cannot be used
};

// What a file called BUS_DEVICE_REGION_snapNUMBER, with any extensions, says. Nothing
// (all members empty) when it is called otherwise, or when names with a '_' in them
// make it ambiguous.
ImportIdentity IdentityOfFileName(std::string_view path);

// kInvalidArgument when something is not known, or said twice and differently; the
// message names the option.
Result<IdentifiedDump> IdentifyDump(const SavedDump& dump,
                                    const ImportIdentity& said,
                                    std::string_view path);

// Checks what a person wrote, and brings it into the form above: `device` is
// "BUS/ADDRESS", or empty. Messages name the option.
Result<void> CheckIdentity(ImportIdentity& said, std::string_view device);

// RFC 3339 with any offset, as RFC 3339 in UTC.
Result<std::string> UtcTime(std::string_view text);

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_IMPORT_IDENTITY_H_
