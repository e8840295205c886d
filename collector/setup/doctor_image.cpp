// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/stat.h>

#include <algorithm>

#include "collector/capture/collect_config.h"
#include "collector/setup/doctor_checks.h"
#include "collector/setup/image.h"
#include "collector/setup/image_reader.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

constexpr std::string_view kCollector = "vmcoredd-collect";
constexpr const char* kInstalledCollector = "/usr/sbin/vmcoredd-collect";

// Where the image is that the distribution's kdump loads.
std::string FindImage(const Sysroot& root, const KdumpTarget& target, const std::string& release) {
  std::vector<std::string> paths;
  if (target.stack == KdumpStack::kDebian) {
    std::vector<std::string> unclear;
    const auto text = root.Text(target.config);
    for (const auto& [key, value] : ParseShellVariables(text ? *text : "", unclear)) {
      if (key == "KDUMP_INITRD" && !value.empty()) paths.push_back(value);
    }
    paths.push_back("/var/lib/kdump/initrd.img");
    paths.push_back("/var/lib/kdump/initrd.img-" + release);
  }
  paths.push_back("/boot/initramfs-" + release + "kdump.img");
  paths.push_back("/var/lib/kdump/initrd");
  paths.push_back("/boot/initrd-" + release + "-kdump");
  for (const std::string& path : paths) {
    if (root.Exists(path)) return path;
  }
  return {};
}

// "kernel/net/intel/e1000e.ko.xz" -> "e1000e", with '_' as the kernel names modules.
std::string ModuleName(std::string_view path) {
  std::string name(BaseName(path));
  const size_t suffix = name.find(".ko");
  if (suffix == name.npos || path.find("lib/modules/") == path.npos) return {};
  name.erase(suffix);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool StartsEarly(std::string_view name) {
  return name.find("vmcoredd") != name.npos &&
         (name.find("init-top/") != name.npos || name.ends_with("vmcoredd-early.service") ||
          name.find("hooks/pre-udev/") != name.npos);
}

void TellMissing(const ImageFacts& image, std::vector<Check>& checks) {
  if (image.path.empty()) {
    checks.push_back({"image", CheckStatus::kBad, "there is no image of a crash kernel",
                      "build it: the package's integration does so when it is installed"});
  } else {
    checks.push_back({"image", image.is_damaged ? CheckStatus::kBad : CheckStatus::kUnknown,
                      EscapeBytes(image.path) + " cannot be read: " + image.error,
                      image.is_damaged ? "rebuild it" : "run as root"});
  }
}

// Drivers that load, or are built in, and bind to devices that nothing holds.
void CheckDrivers(const DoctorContext& context, std::vector<Check>& checks) {
  const auto compiled = ParseCollectConfig(CompileCollectConf(context.compiled));
  const bool holds = compiled && compiled->hold;
  std::set<std::string> in_image;
  std::set<std::string> built_in;
  for (const std::string& address : context.root.List("/sys/bus/pci/devices")) {
    const std::string folder = "/sys/bus/pci/devices/" + address;
    const uint64_t base_class = context.root.Number(folder + "/class").value_or(0) >> 16;
    const auto driver = context.root.Resolve(folder + "/driver");
    if (!driver || base_class == 0x06) continue;
    const auto module = context.root.Resolve(*driver + "/module");
    if (!module) {
      built_in.insert(std::string(BaseName(*driver)));
      continue;
    }
    if (context.image.modules.contains(std::string(BaseName(*module)))) {
      in_image.insert(std::string(BaseName(*module)));
    }
  }
  const std::vector<std::string> early(in_image.begin(), in_image.end());
  const std::vector<std::string> always(built_in.begin(), built_in.end());
  if (!always.empty()) {
    checks.push_back({"built-in", CheckStatus::kWarn,
                      "in the kernel itself, and bound before anything runs: " + SomeOf(always),
                      "their devices are seen as these drivers leave them"});
  }
  if (early.empty()) {
    checks.push_back({"drivers",
                      CheckStatus::kOk,
                      "no driver in the image is for a device of this machine",
                      {}});
  } else if (holds) {
    checks.push_back(
        {"drivers",
         CheckStatus::kOk,
         "in the image, after early capture, and kept off devices that are held: " + SomeOf(early),
         {}});
  } else {
    checks.push_back(
        {"drivers", CheckStatus::kWarn,
         "in the image, and will reset their devices after early capture: " + SomeOf(early),
         "make holding possible (see hold)"});
  }
}

}  // namespace

ImageFacts ReadImageFacts(const Sysroot& root,
                          const KdumpTarget& target,
                          const DoctorInput& input,
                          const std::string& release) {
  ImageFacts facts;
  facts.path = FindImage(root, target, release);
  if (facts.path.empty()) return facts;
  const auto real = root.Resolve(facts.path);
  const auto file = real ? FileSource::Open(root.Host(*real))
                         : Result<std::unique_ptr<FileSource>>(tl::unexpected(real.error()));
  if (!file) {
    facts.error = file.error().ToString();
    return facts;
  }
  facts.missing_plugins.insert(input.config.plugins.paths.begin(),
                               input.config.plugins.paths.end());
  const auto installed = root.Text(kInstalledCollector);
  // Up to our segment: libarchive loses the end of a zstd archive before it.
  const auto segment = FindSegment(**file);
  const uint64_t end = segment && *segment ? (*segment)->offset : (*file)->Size().value_or(0);
  const auto walked = WalkImage(**file, end, [&](const ImageEntry& entry, const auto& copy) {
    facts.unpacked += entry.size;
    facts.missing_plugins.erase('/' + std::string(entry.name));
    if (StartsEarly(entry.name)) facts.starts_early = true;
    if (std::string module = ModuleName(entry.name); !module.empty()) {
      facts.modules.insert(std::move(module));
    }
    if (BaseName(entry.name) != kCollector || entry.size == 0 || !entry.is_file) {
      return Result<void>();
    }
    facts.has_collector = true;
    if (entry.size > kMaxTextFile) return Result<void>();
    BufferStream content;
    auto copied = copy(content);
    if (!copied) return copied;
    const std::string_view bytes(reinterpret_cast<const char*>(content.bytes().data()),
                                 content.bytes().size());
    facts.same_collector = installed && *installed == bytes;
    facts.version_matches = bytes.find("vmcoredd-collect " + input.version) != bytes.npos;
    return copied;
  });
  if (!walked) {
    facts.error = walked.error().ToString();
    facts.is_damaged = walked.error().code() != ErrorCode::kIo;
  }
  const auto conf = ReadCollectConf(**file);
  if (conf && *conf) {
    facts.has_conf = true;
    facts.conf = **conf;
  }
  return facts;
}

void CheckImage(const DoctorContext& context, std::vector<Check>& checks) {
  const ImageFacts& image = context.image;
  if (image.path.empty() || !image.error.empty()) return TellMissing(image, checks);
  const std::string path = EscapeBytes(image.path);
  checks.push_back(
      {"image", CheckStatus::kOk, path + ", " + Mebibytes(image.unpacked) + " unpacked", {}});
  const std::string rebuild = "rebuild the image: /usr/lib/vmcoredd/rebuild";
  if (!image.has_collector) {
    checks.push_back(
        {"collector", CheckStatus::kBad, "the image has no vmcoredd-collect", rebuild});
  } else if (image.same_collector) {
    checks.push_back({"collector", CheckStatus::kOk, "the image has the installed one", {}});
  } else if (image.version_matches) {
    // dracut strips what it copies.
    checks.push_back({"collector",
                      CheckStatus::kOk,
                      "the image has one of this version, " + context.input.version,
                      {}});
  } else {
    checks.push_back(
        {"collector", CheckStatus::kBad, "the image has another one than is installed", rebuild});
  }
  if (image.has_collector) {
    checks.push_back({"start", image.starts_early ? CheckStatus::kOk : CheckStatus::kBad,
                      image.starts_early ? "the image starts it before drivers are loaded"
                                         : "nothing in the image starts it",
                      image.starts_early ? "" : rebuild});
  }
  const std::string prepare = "vmcoredd prepare --image " + path + ", and load the image again";
  if (!image.has_conf) {
    checks.push_back({"image-config", CheckStatus::kWarn,
                      "the image has no configuration: defaults count, and nothing is held",
                      prepare});
  } else if (SameCollectConf(image.conf, CompileCollectConf(context.compiled))) {
    checks.push_back({"image-config", CheckStatus::kOk, "the image has the current one", {}});
  } else {
    checks.push_back({"image-config", CheckStatus::kWarn,
                      "the image has another one than would be made now", prepare});
  }
  if (!image.missing_plugins.empty()) {
    checks.push_back({"plugins", CheckStatus::kWarn,
                      "not in the image: " +
                          SomeOf({image.missing_plugins.begin(), image.missing_plugins.end()}),
                      rebuild});
  }
  CheckDrivers(context, checks);
}

}  // namespace vmcoredd
