// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/lspci_text.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

namespace vmcoredd {

namespace {

constexpr size_t kLineBytes = 16;
// lspci -F of pciutils 3.9 knows domains of 4 digits, or 5 or 6.
constexpr uint32_t kMaxDomain = 0xffffff;

std::string Heading(const PciDevice& device) {
  std::string line = fmt::format("{} {:04x}: {:04x}:{:04x}", device.address.ToString(),
                                 device.Load(0x0a, 2), device.Load(0, 2), device.Load(2, 2));
  if (const uint32_t revision = device.Load(0x08, 1); revision != 0) {
    line += fmt::format(" (rev {:02x})", revision);
  }
  return line + '\n';
}

}  // namespace

Result<void> WriteLspci(std::span<const PciDevice> devices,
                        OutputStream& out,
                        const ExportReport& report) {
  for (const PciDevice& device : devices) {
    if (device.address.domain > kMaxDomain) {
      report(device.source, Error(ErrorCode::kUnsupported,
                                  "left out, lspci reads no domain of more than 6 digits"));
      continue;
    }
    std::string text = Heading(device);
    for (size_t at = 0; at < device.config.size(); at += kLineBytes) {
      fmt::format_to(std::back_inserter(text), "{:02x}:", at);
      for (size_t i = at; i < at + kLineBytes; ++i) {
        fmt::format_to(std::back_inserter(text), " {:02x}",
                       std::to_integer<unsigned>(device.config[i]));
      }
      text += '\n';
    }
    text += '\n';
    VMCOREDD_TRY(out.Write(std::as_bytes(std::span(text))));
  }
  return {};
}

}  // namespace vmcoredd
