// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/export/sysfs_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <string>

#include "readers/export/bar_image.h"
#include "readers/export/pci_topology.h"

namespace vmcoredd {

namespace {

constexpr size_t kMaxDriverName = 63;
constexpr uint32_t kCapSubsystem = 0x0d;
constexpr size_t kRomOfDevice = 0x30, kRomOfBridge = 0x38;

// include/linux/ioport.h
constexpr uint64_t kFlagPorts = 0x100, kFlagMemory = 0x200, kFlagPrefetch = 0x2000;
constexpr uint64_t kFlagReadOnly = 0x4000, kFlagSizeAligned = 0x40000, kFlag64Bit = 0x100000;

// A name that is one part of a path, as drivers have it.
bool IsPlainName(std::string_view name) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+.";
  return !name.empty() && name.size() <= kMaxDriverName && name[0] != '.' &&
         name.find_first_not_of(letters) == std::string_view::npos;
}

struct Ids {
  uint32_t vendor, device, subsystem_vendor, subsystem_device, class_code, revision;
};

// The number that the manifest has as "0x1f", or else `otherwise`: of a virtual function the
// configuration space does not have them.
uint32_t Told(const PciDevice& device, std::string_view property, uint32_t otherwise) {
  const std::string_view text = PropertyOf(*device.source.dump, property);
  if (!text.starts_with("0x")) return otherwise;
  uint32_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + 2, end, value, 16);
  return parsed.ec == std::errc() && parsed.ptr == end ? value : otherwise;
}

// Of a bridge, a capability has it.
size_t SubsystemPlace(const PciDevice& device) {
  if (device.header_type() == 0) return 0x2c;
  if (device.header_type() == 2) return 0x40;
  const size_t at =
      VisitCapabilities(device, [&](size_t here) { return device.Load(here, 1) == kCapSubsystem; });
  if (at != 0) return at + 4;
  return kPciExtendedBytes;  // nowhere: reads as 0
}

Ids IdsOf(const PciDevice& device) {
  const size_t subsystem = SubsystemPlace(device);
  Ids ids;
  ids.vendor = Told(device, "vendor", device.Load(0, 2)) & 0xffff;
  ids.device = Told(device, "device", device.Load(2, 2)) & 0xffff;
  ids.subsystem_vendor = Told(device, "subsystem_vendor", device.Load(subsystem, 2)) & 0xffff;
  ids.subsystem_device = Told(device, "subsystem_device", device.Load(subsystem + 2, 2)) & 0xffff;
  ids.class_code = Told(device, "class", device.Load(9, 3)) & 0xffffff;
  ids.revision = Told(device, "revision", device.Load(8, 1)) & 0xff;
  return ids;
}

std::string ResourceLine(uint64_t begin, uint64_t size, uint64_t flags) {
  // Configuration space does not say how long a BAR is. Where nothing else does, the range
  // is an empty one: lspci shows the address without a size, and ours that there is no BAR.
  const uint64_t end = begin + size - 1;
  return fmt::format("0x{:016x} 0x{:016x} 0x{:016x}\n", begin, end, flags);
}

// `sizes`: of the image of each BAR.
std::string Resources(const PciDevice& device, const std::array<uint64_t, kPciBars>& sizes) {
  const std::string none = fmt::format("0x{0:016x} 0x{0:016x} 0x{0:016x}\n", 0);
  std::string text;
  const auto bars = BarsOf(device);
  for (uint32_t i = 0; i < kPciBars; ++i) {
    const PciBar& bar = bars[i];
    if (bar.kind == PciBar::Kind::kNone || bar.address == 0) {
      text += none;
      continue;
    }
    uint64_t flags = kFlagSizeAligned | (device.Load(0x10 + 4 * i, 4) & 0xf);
    if (bar.kind == PciBar::Kind::kPorts) {
      flags = kFlagSizeAligned | kFlagPorts | (device.Load(0x10 + 4 * i, 4) & 3);
    } else {
      flags |= kFlagMemory;
    }
    if (bar.is_prefetchable) flags |= kFlagPrefetch;
    if (bar.is_64_bit) flags |= kFlag64Bit;
    text += ResourceLine(bar.address, sizes[i] == 0 ? 0 : std::bit_ceil(sizes[i]), flags);
  }
  const uint32_t rom =
      device.header_type() > 1
          ? 0
          : device.Load(device.header_type() == 0 ? kRomOfDevice : kRomOfBridge, 4);
  if ((rom & ~uint32_t{0x7ff}) == 0) return text + none;
  return text + ResourceLine(rom & ~uint32_t{0x7ff}, 0,
                             kFlagSizeAligned | kFlagReadOnly | kFlagPrefetch | kFlagMemory);
}

class DeviceFolder {
 public:
  DeviceFolder(TreeWriter& tree,
               const PciDevice& device,
               std::string folder,
               const ExportReport& report)
      : tree_(tree), device_(device), folder_(std::move(folder)), report_(report) {}

  Result<void> Write(std::span<const DumpToExport> dumps) {
    VMCOREDD_TRY(tree_.AddFolder(Path()));
    const std::string link = "sys/bus/pci/devices/" + device_.address.ToString();
    VMCOREDD_TRY(tree_.AddLink(link, "../../../devices/" + folder_));
    VMCOREDD_TRY(tree_.AddFile(Path("config"), device_.config));
    VMCOREDD_TRY(WriteAttributes());
    VMCOREDD_TRY(WriteDriver());
    return WriteBars(dumps);
  }

 private:
  std::string Path(std::string_view file = {}) const {
    std::string path = "sys/devices/" + folder_;
    if (!file.empty()) path += '/' + std::string(file);
    return path;
  }

  Result<void> WriteAttributes() {
    const Ids ids = IdsOf(device_);
    const auto hex = [](uint32_t value, int digits) {
      return fmt::format("0x{:0{}x}\n", value, digits);
    };
    VMCOREDD_TRY(tree_.AddFile(Path("vendor"), hex(ids.vendor, 4)));
    VMCOREDD_TRY(tree_.AddFile(Path("device"), hex(ids.device, 4)));
    VMCOREDD_TRY(tree_.AddFile(Path("subsystem_vendor"), hex(ids.subsystem_vendor, 4)));
    VMCOREDD_TRY(tree_.AddFile(Path("subsystem_device"), hex(ids.subsystem_device, 4)));
    VMCOREDD_TRY(tree_.AddFile(Path("class"), hex(ids.class_code, 6)));
    VMCOREDD_TRY(tree_.AddFile(Path("revision"), hex(ids.revision, 2)));
    // The line is only routed if the device has a pin.
    const uint32_t irq = device_.Load(0x3d, 1) == 0 ? 0 : device_.Load(0x3c, 1);
    VMCOREDD_TRY(tree_.AddFile(Path("irq"), fmt::format("{}\n", irq)));
    const std::string_view functions = PropertyOf(*device_.source.dump, "sriov_numvfs");
    uint32_t count = 0;
    const auto parsed =
        std::from_chars(functions.data(), functions.data() + functions.size(), count);
    if (!functions.empty() && parsed.ec == std::errc()) {
      VMCOREDD_TRY(tree_.AddFile(Path("sriov_numvfs"), fmt::format("{}\n", count)));
    }
    return tree_.AddFile(
        Path("modalias"),
        fmt::format("pci:v{:08X}d{:08X}sv{:08X}sd{:08X}bc{:02X}sc{:02X}i{:02X}\n", ids.vendor,
                    ids.device, ids.subsystem_vendor, ids.subsystem_device, ids.class_code >> 16,
                    ids.class_code >> 8 & 0xff, ids.class_code & 0xff));
  }

  Result<void> WriteDriver() {
    const std::string driver(PropertyOf(*device_.source.dump, "driver"));
    if (driver.empty()) return {};
    if (!IsPlainName(driver)) {
      report_(device_.source, Error(ErrorCode::kInvalidArgument,
                                    "the driver's name makes no path: no link to the driver"));
      return {};
    }
    const std::string place = "sys/bus/pci/drivers/" + driver;
    VMCOREDD_TRY(tree_.AddFolder(place));
    VMCOREDD_TRY(
        tree_.AddLink(place + '/' + device_.address.ToString(), "../../../../devices/" + folder_));
    // From the device's folder up to sys.
    std::string up = "../";
    for (const char c : folder_) {
      if (c == '/') up += "../";
    }
    return tree_.AddLink(Path("driver"), up + "../bus/pci/drivers/" + driver);
  }

  // The file ends with the last byte that was read.
  Result<void> WriteBars(std::span<const DumpToExport> dumps) {
    std::array<uint64_t, kPciBars> sizes = {};
    std::map<uint32_t, UniqueFd> files;
    for (const BarPiece& piece : FindBarPieces(device_, dumps)) {
      if (!files.contains(piece.bar)) {
        files[piece.bar] =
            VMCOREDD_TRY(tree_.OpenFile(Path("resource" + std::to_string(piece.bar))));
      }
      sizes[piece.bar] = std::max(sizes[piece.bar], piece.offset + piece.range.size);
      BarPieceWriter writer(piece, files[piece.bar].get());
      VMCOREDD_TRY(WritePayload(piece.dump, writer, report_));
    }
    return tree_.AddFile(Path("resource"), Resources(device_, sizes));
  }

  TreeWriter& tree_;
  const PciDevice& device_;
  const std::string folder_;  // below sys/devices
  const ExportReport& report_;
};

}  // namespace

Result<void> WriteSysfsTree(std::span<const PciDevice> devices,
                            std::span<const DumpToExport> dumps,
                            TreeWriter& tree,
                            const ExportReport& report,
                            const std::function<bool()>& is_stopped) {
  const PciTopology topology(devices);
  VMCOREDD_TRY(tree.AddFolder("sys/bus/pci/devices"));
  VMCOREDD_TRY(tree.AddFolder("sys/bus/pci/drivers"));
  std::map<PciAddress, std::vector<DumpToExport>> dumps_of;
  for (const DumpToExport& dump : dumps) {
    if (const auto address = PciAddressOf(*dump.dump)) dumps_of[*address].push_back(dump);
  }
  for (const PciDevice& device : devices) {
    if (is_stopped()) return Fail(ErrorCode::kRefused, "interrupted");
    DeviceFolder folder(tree, device, topology.FolderOf(device), report);
    VMCOREDD_TRY(folder.Write(dumps_of[device.address]));
  }
  return {};
}

}  // namespace vmcoredd
