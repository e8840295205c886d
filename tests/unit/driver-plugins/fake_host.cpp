// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/driver-plugins/fake_host.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

namespace vmcoredd {

std::vector<uint8_t> ReadFixture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

FakeHost::FakeHost(uint32_t config_size) : config(config_size) {
  device.struct_size = sizeof device;
  device.bus = "pci";
  device.address = "0000:00:04.0";
  device.config_size = config_size;
  SetUpHost();
  SetUpSink();
}

void FakeHost::SetUpHost() {
  host.struct_size = sizeof host;
  host.abi_version = VMCOREDD_PLUGIN_ABI_VERSION;
  host.context = this;
  host.log = [](const vmcoredd_host* h, uint32_t level, const char* text) {
    if (level == VMCOREDD_LOG_ERROR) Self(h).error_text = text;
  };
  host.remaining_ms = [](const vmcoredd_host* h) { return Self(h).remaining_ms; };
  host.option = [](const vmcoredd_host* h, const char* key) -> const char* {
    const auto found = Self(h).options.find(key);
    return found == Self(h).options.end() ? nullptr : found->second.c_str();
  };
  host.read_config = &ReadConfig;
  host.register_dump = [](const vmcoredd_host* h, const vmcoredd_dump* dump) {
    Self(h).dumps.push_back(*dump);
    return 0;
  };
  host.describe_bar = &DescribeBar;
  host.read_registers = &ReadRegisters;
  host.write_register = &WriteRegister;
  host.write_config = &WriteConfig;
}

void FakeHost::SetUpSink() {
  sink.struct_size = sizeof sink;
  sink.context = this;
  sink.write = [](const vmcoredd_sink* s, const void* bytes, size_t size) {
    const auto* from = static_cast<const uint8_t*>(bytes);
    Self(s).payload.insert(Self(s).payload.end(), from, from + size);
    return 0;
  };
  sink.hole = [](const vmcoredd_sink* s, uint64_t size, const char* reason) {
    Self(s).holes[Self(s).payload.size()] = {size, reason};
    Self(s).payload.resize(Self(s).payload.size() + size);
    return 0;
  };
  sink.warn = [](const vmcoredd_sink* s, const char* text) { Self(s).warnings.push_back(text); };
  sink.perturbed = [](const vmcoredd_sink* s, const char* text) {
    Self(s).perturbed.push_back(text);
  };
}

void FakeHost::AddBar(uint32_t index, uint64_t size, uint32_t flags) {
  bars[index] = Bar{std::vector<uint8_t>(size), flags};
}

void FakeHost::SetRegister(uint32_t bar, uint64_t offset, uint64_t value, uint32_t width) {
  for (uint32_t i = 0; i < width; ++i) {
    bars.at(bar).bytes.at(offset + i) = static_cast<uint8_t>(value >> (8 * i));
  }
}

uint64_t FakeHost::GetRegister(uint32_t bar, uint64_t offset, uint32_t width) const {
  uint64_t value = 0;
  for (uint32_t i = 0; i < width; ++i) {
    value |= uint64_t{bars.at(bar).bytes.at(offset + i)} << (8 * i);
  }
  return value;
}

void FakeHost::FillBar(uint32_t bar, uint32_t seed) {
  for (uint64_t at = 0; at + 4 <= bars.at(bar).bytes.size(); at += 4) {
    SetRegister(bar, at, static_cast<uint32_t>(at) + seed);
  }
}

bool FakeHost::WasTouched(uint32_t bar, uint64_t offset, uint64_t size) const {
  return std::any_of(accesses.begin(), accesses.end(), [&](const FakeAccess& access) {
    return access.kind != FakeAccess::Kind::kConfigWrite && access.bar == bar &&
           access.offset < offset + size && offset < access.offset + access.width;
  });
}

std::vector<std::string> FakeHost::TouchedOf(const std::vector<NamedRegisters>& registers) const {
  std::vector<std::string> names;
  for (const NamedRegisters& one : registers) {
    if (WasTouched(one.bar, one.offset, one.size)) names.push_back(one.name);
  }
  return names;
}

std::vector<FakeAccess> FakeHost::Writes() const {
  std::vector<FakeAccess> writes;
  std::copy_if(accesses.begin(), accesses.end(), std::back_inserter(writes),
               [](const FakeAccess& access) { return access.kind != FakeAccess::Kind::kRead; });
  return writes;
}

int FakeHost::Register(const vmcoredd_plugin& plugin) {
  dumps.clear();
  return plugin.register_dumps(&host, &device, 1 << 20);
}

const vmcoredd_dump* FakeHost::Offer(const std::string& what) const {
  for (const vmcoredd_dump& dump : dumps) {
    if (what == (dump.what ? dump.what : "")) return &dump;
  }
  return nullptr;
}

int FakeHost::Collect(const vmcoredd_plugin& plugin) {
  const int registered = Register(plugin);
  if (registered != 0 || dumps.size() != 1) return registered ? registered : -EINVAL;
  return CollectRegistered(dumps[0].what ? dumps[0].what : "");
}

int FakeHost::Collect(const vmcoredd_plugin& plugin, const std::string& what) {
  const int registered = Register(plugin);
  return registered ? registered : CollectRegistered(what);
}

int FakeHost::CollectRegistered(const std::string& what) {
  collecting_ = Offer(what);
  if (!collecting_) return -ENOENT;
  const int result = collecting_->collect(&host, &device, collecting_->cookie, &sink);
  collecting_ = nullptr;
  return result;
}

uint32_t FakeHost::Payload32(uint64_t offset) const {
  uint32_t value = 0;
  for (uint32_t i = 0; i < 4; ++i) value |= uint32_t{payload.at(offset + i)} << (8 * i);
  return value;
}

std::string FakeHost::HoleAt(uint64_t offset) const {
  for (const auto& [begin, hole] : holes) {
    if (begin <= offset && offset < begin + hole.size) return hole.reason;
  }
  return "";
}

int64_t FakeHost::ReadConfig(
    const vmcoredd_host* h, const vmcoredd_device*, uint32_t offset, void* buf, uint32_t size) {
  FakeHost& self = Self(h);
  if (offset >= self.fail_from) return -EIO;
  if (offset >= self.config.size()) return 0;
  if (offset == self.dies_at) self.Vanish();
  size = std::min<uint32_t>(size, static_cast<uint32_t>(self.config.size()) - offset);
  for (uint32_t at = offset & ~3u; at < offset + size; at += 4) ++self.reads[at];
  std::memcpy(buf, &self.config[offset], size);
  return size;
}

void FakeHost::Vanish() {
  std::fill(config.begin(), config.end(), 0xff);
  for (auto& [index, bar] : bars) std::fill(bar.bytes.begin(), bar.bytes.end(), 0xff);
}

int FakeHost::DescribeBar(const vmcoredd_host* h,
                          const vmcoredd_device*,
                          uint32_t index,
                          vmcoredd_bar* bar) {
  if (index > 5 || bar->struct_size != sizeof *bar) return -EINVAL;
  const auto found = Self(h).bars.find(index);
  if (found == Self(h).bars.end()) return -ENOENT;
  bar->flags = found->second.flags;
  bar->size = found->second.bytes.size();
  return 0;
}

int FakeHost::CheckAccess(uint32_t bar, uint64_t offset, uint32_t width, uint64_t size) const {
  const uint32_t flags = collecting_ ? collecting_->flags : 0;
  if (bar > 5 || (width != 1 && width != 2 && width != 4 && width != 8) || offset % width != 0) {
    return -EINVAL;
  }
  if (flags & VMCOREDD_DUMP_CONFIG_ONLY) return -EPERM;
  if (is_early && collecting_ && !(flags & VMCOREDD_DUMP_EARLY)) return -EPERM;
  if (refuse_bars) return refuse_bars;
  const auto found = bars.find(bar);
  if (found == bars.end()) return -ENOENT;
  if (found->second.flags & VMCOREDD_BAR_IO) return -EOPNOTSUPP;
  const uint64_t bytes = found->second.bytes.size();
  if (offset > bytes || size > bytes - offset) return -ERANGE;
  if (config[0] == 0xff && config[1] == 0xff) return -ENODEV;
  return 0;
}

int64_t FakeHost::ReadRegisters(const vmcoredd_host* h,
                                const vmcoredd_device*,
                                uint32_t bar,
                                uint64_t offset,
                                uint32_t width,
                                void* buf,
                                uint32_t count) {
  FakeHost& self = Self(h);
  const int refused = self.CheckAccess(bar, offset, width, uint64_t{width} * count);
  if (refused) return refused;
  auto* to = static_cast<uint8_t*>(buf);
  for (uint32_t i = 0; i < count; ++i, offset += width) {
    if (self.remaining_ms == 0) return i;
    if (self.register_reads_++ == self.vanish_after) self.Vanish();
    if (self.on_read) self.on_read(self, bar, offset);
    uint64_t value = self.GetRegister(bar, offset, width);
    for (const Ones& region : self.ones) {
      if (region.bar == bar && region.begin <= offset && offset < region.end) value = ~uint64_t{0};
    }
    for (uint32_t byte = 0; byte < width; ++byte) {
      to[i * width + byte] = static_cast<uint8_t>(value >> (8 * byte));
    }
    if (width < 8) value &= (uint64_t{1} << (8 * width)) - 1;
    self.accesses.push_back({FakeAccess::Kind::kRead, bar, offset, width, value});
    // The register that shows that the device is gone counts as not read.
    if (self.config[0] == 0xff && self.config[1] == 0xff) return i ? int64_t{i} : -ENODEV;
  }
  return count;
}

int FakeHost::WriteRegister(const vmcoredd_host* h,
                            const vmcoredd_device*,
                            uint32_t bar,
                            uint64_t offset,
                            uint32_t width,
                            uint64_t value) {
  FakeHost& self = Self(h);
  if (!self.collecting_ || self.collecting_->dump_class == VMCOREDD_DUMP_PASSIVE) return -EPERM;
  const int refused = self.CheckAccess(bar, offset, width, width);
  if (refused) return refused;
  self.SetRegister(bar, offset, value, width);
  self.accesses.push_back({FakeAccess::Kind::kWrite, bar, offset, width, value});
  if (self.on_write) self.on_write(self, FakeAccess(self.accesses.back()));
  return 0;
}

int FakeHost::WriteConfig(const vmcoredd_host* h,
                          const vmcoredd_device*,
                          uint32_t offset,
                          uint32_t width,
                          uint32_t value) {
  FakeHost& self = Self(h);
  if (!self.collecting_ || self.collecting_->dump_class == VMCOREDD_DUMP_PASSIVE) return -EPERM;
  if ((width != 1 && width != 2 && width != 4) || offset % width != 0) return -EINVAL;
  if (uint64_t{offset} + width > self.config.size()) return -ERANGE;
  for (uint32_t i = 0; i < width; ++i) {
    self.config[offset + i] = static_cast<uint8_t>(value >> (8 * i));
  }
  self.accesses.push_back({FakeAccess::Kind::kConfigWrite, 0, offset, width, value});
  if (self.on_write) self.on_write(self, FakeAccess(self.accesses.back()));
  return 0;
}

}  // namespace vmcoredd
