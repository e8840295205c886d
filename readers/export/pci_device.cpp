// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/pci_device.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "vmcoredd/base/zero_blocks.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kName = "pci_";
constexpr size_t kCardBusBytes = 128;
constexpr size_t kStatus = 0x06, kCapPointer = 0x34, kCardBusCapPointer = 0x14;
constexpr uint32_t kStatusCapList = 0x10;
// As many as fit between the header and the end: a list that is longer is a loop.
constexpr size_t kMaxCapabilities = 48;

// Keeps the first bytes only: a payload may be as long as it likes.
class FirstBytes final : public OutputStream {
 public:
  Result<void> Write(std::span<const std::byte> bytes) override {
    const size_t count = std::min(bytes.size(), kPciExtendedBytes - bytes_.size());
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
    size_ += bytes.size();
    return {};
  }
  std::vector<std::byte>& bytes() { return bytes_; }
  uint64_t size() const { return size_; }

 private:
  std::vector<std::byte> bytes_;
  uint64_t size_ = 0;
};

// The sizes that configuration spaces are read in.
size_t WholeSize(size_t size) {
  for (const size_t whole : {kPciExtendedBytes, kPciConfigBytes, kCardBusBytes, kPciHeaderBytes}) {
    if (size >= whole) return whole;
  }
  return 0;
}

}  // namespace

uint32_t PciDevice::Load(size_t offset, size_t bytes) const {
  uint32_t value = 0;
  for (size_t i = bytes; i > 0; --i) {
    const size_t at = offset + i - 1;
    value = value << 8 | (at < config.size() ? std::to_integer<uint32_t>(config[at]) : 0);
  }
  return value;
}

size_t VisitCapabilities(const PciDevice& device, const std::function<bool(size_t at)>& visit) {
  if ((device.Load(kStatus, 2) & kStatusCapList) == 0) return 0;
  size_t at = device.Load(device.header_type() == 2 ? kCardBusCapPointer : kCapPointer, 1) & 0xfc;
  for (size_t i = 0; i < kMaxCapabilities && at >= kPciHeaderBytes; ++i) {
    if (visit(at)) return at;
    at = device.Load(at + 1, 1) & 0xfc;
  }
  return 0;
}

std::optional<PciAddress> PciAddressOf(const DeviceDump& dump) {
  if (PropertyOf(dump, "bus") == "pci") {
    if (const auto told = PciAddress::Parse(PropertyOf(dump, "address"))) return told;
  }
  const std::string_view name = dump.name();
  const size_t begin = name.find('_');
  if (begin == std::string_view::npos) return std::nullopt;
  const size_t end = name.find('_', begin + 1);
  return PciAddress::Parse(name.substr(begin + 1, end - begin - 1));
}

std::optional<PciAddress> PciConfigAddress(const DeviceDump& dump) {
  const std::string_view content = ContentOf(dump);
  if (content == "pci-config") return PciAddressOf(dump);
  const std::string_view name = dump.name();
  if (!content.empty() || !name.starts_with(kName)) return std::nullopt;
  return PciAddress::Parse(name.substr(kName.size()));
}

std::vector<PciDevice> ReadPciDevices(std::span<const DumpToExport> dumps,
                                      const ExportReport& report) {
  std::vector<PciDevice> devices;
  for (const DumpToExport& dump : dumps) {
    const auto address = PciConfigAddress(*dump.dump);
    if (!address) continue;
    FirstBytes payload;
    static_cast<void>(WritePayload(dump, payload, report));  // the stream never fails
    std::vector<std::byte>& bytes = payload.bytes();
    // Of a kernel's note only the page is known, which 256 bytes do not fill.
    if (!dump.dump->length() && payload.size() < kPciExtendedBytes &&
        bytes.size() > kPciConfigBytes && IsZero(std::span(bytes).subspan(kPciConfigBytes))) {
      bytes.resize(kPciConfigBytes);
    }
    const size_t whole = WholeSize(bytes.size());
    if (whole == 0) {
      report(dump, Error(ErrorCode::kCorrupt,
                         "expected a configuration space of at least 64 bytes, found " +
                             std::to_string(payload.size())));
      continue;
    }
    if (dump.dump->length() && payload.size() != whole) {
      report(dump, Error(ErrorCode::kCorrupt,
                         "expected a configuration space of 64, 128, 256 or 4096 bytes, found " +
                             std::to_string(payload.size()) + ": " + std::to_string(whole) +
                             " are used"));
    }
    bytes.resize(whole);
    devices.push_back({*address, dump, std::move(bytes)});
  }
  std::stable_sort(devices.begin(), devices.end(),
                   [](const PciDevice& a, const PciDevice& b) { return a.address < b.address; });
  std::vector<PciDevice> unique;
  for (PciDevice& device : devices) {
    if (!unique.empty() && unique.back().address == device.address) {
      report(device.source,
             Error(ErrorCode::kAlreadyExists, "left out, there is another configuration space of " +
                                                  device.address.ToString()));
      continue;
    }
    unique.push_back(std::move(device));
  }
  return unique;
}

}  // namespace vmcoredd
