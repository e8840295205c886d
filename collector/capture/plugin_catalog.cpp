// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/plugin_catalog.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "collector/capture/builtin_plugins.h"
#include "collector/capture/child_process.h"
#include "collector/capture/flat_text.h"
#include "driver-plugins/abi/runner/frames.h"
#include "vmcoredd/base/text.h"

namespace vmcoredd {

namespace {

// What a plugin says of itself is a few lines.
constexpr size_t kMaxDescription = 4096;

std::string TextOf(const char* text) { return text ? EscapeBytes(text) : std::string(); }

std::string TextOf(const Properties& properties, std::string_view key) {
  return EscapeBytes(FindText(properties, key).value_or(""));
}

// It runs with our rights: nobody else may have had a chance to write it.
Result<void> CheckFile(const std::string& path) {
  struct stat st;
  if (::stat(path.c_str(), &st) != 0) return FailIo("cannot find it", errno);
  if (!S_ISREG(st.st_mode)) return Fail(ErrorCode::kRefused, "it is not a file");
  if (st.st_uid != 0 && st.st_uid != ::geteuid()) {
    return Fail(ErrorCode::kRefused, "it belongs to another user");
  }
  if ((st.st_mode & 0022) != 0) {
    return Fail(ErrorCode::kRefused,
                "others may write to it: expected no write permission for "
                "group and others");
  }
  return {};
}

Result<Plugin> ParseDescription(const std::string& text) {
  const Properties lines = VMCOREDD_TRY(ParseFlatText(text));
  if (const auto error = FindText(lines, "error")) {
    return Fail(ErrorCode::kPluginFailed, EscapeBytes(*error));
  }
  const uint64_t protocol = VMCOREDD_TRY(FindNumber(lines, "protocol"));
  if (protocol != VMCOREDD_FRAMES_PROTOCOL) {
    return Fail(ErrorCode::kUnsupported, "it speaks protocol " + std::to_string(protocol) +
                                             ", expected " +
                                             std::to_string(VMCOREDD_FRAMES_PROTOCOL));
  }
  Plugin plugin;
  plugin.name = FindText(lines, "name").value_or("");
  if (!vmcoredd_is_plugin_name(plugin.name.c_str())) {
    return Fail(ErrorCode::kPluginFailed,
                "\"" + EscapeBytes(plugin.name.substr(0, 40)) + "\" is no name for a plugin");
  }
  plugin.version = TextOf(lines, "version");
  plugin.description = TextOf(lines, "description");
  plugin.license = TextOf(lines, "license");
  return plugin;
}

Result<Plugin> Describe(const std::string& path, std::chrono::milliseconds deadline) {
  VMCOREDD_TRY(CheckFile(path));
  Plugin file;
  file.path = path;
  std::string text;
  const auto keep = [&](std::span<const std::byte> bytes) -> Result<void> {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.size() <= kMaxDescription) return {};
    return Fail(ErrorCode::kLimitExceeded,
                "it says more of itself than " + std::to_string(kMaxDescription) + " bytes");
  };
  const ChildEnd end =
      VMCOREDD_TRY(RunChild(TaskOf(file, "--describe"), {}, ChildDeadline(deadline), keep));
  // One that refuses to work says why, and exits with 1.
  if (!end.is_success() && text.find("error=") == text.npos) {
    return Fail(ErrorCode::kPluginFailed, ChildEndText(end));
  }
  Plugin plugin = VMCOREDD_TRY(ParseDescription(text));
  plugin.path = path;
  return plugin;
}

}  // namespace

Result<std::vector<Plugin>> BuiltinPlugins() {
  std::vector<Plugin> plugins;
  for (const vmcoredd_entry_fn entry : BuiltinEntries()) {
    vmcoredd_plugin plugin;
    if (const char* refused = vmcoredd_runner_adopt(entry, &plugin)) {
      return Fail(ErrorCode::kPluginFailed, "a built-in plugin: " + std::string(refused));
    }
    plugins.push_back({plugin.name, TextOf(plugin.version), TextOf(plugin.description),
                       TextOf(plugin.license), entry, std::string()});
  }
  return plugins;
}

Result<Plugin> DescribeExecutable(const std::string& path, std::chrono::milliseconds deadline) {
  auto plugin = Describe(path, deadline);
  if (!plugin) return FailWith(std::move(plugin).error(), "plugin " + EscapeBytes(path));
  return plugin;
}

}  // namespace vmcoredd
