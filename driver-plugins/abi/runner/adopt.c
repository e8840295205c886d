/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "driver-plugins/abi/runner/frames.h"
#include "driver-plugins/abi/runner/runner.h"

#define MAX_PLUGIN_NAME 16
#define MAX_DUMP_SUFFIX 24

static const char kLower[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char kSuffix[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.+";

int vmcoredd_is_plugin_name(const char* text) {
  const size_t length = strnlen(text, MAX_PLUGIN_NAME + 1);
  return length > 0 && length <= MAX_PLUGIN_NAME && strspn(text, kLower) == length;
}

int vmcoredd_is_dump_suffix(const char* text) {
  const size_t length = strnlen(text, MAX_DUMP_SUFFIX + 1);
  return length > 0 && length <= MAX_DUMP_SUFFIX && strspn(text, kSuffix) == length;
}

const char* vmcoredd_runner_adopt(vmcoredd_entry_fn entry, struct vmcoredd_plugin* plugin) {
  const struct vmcoredd_plugin* theirs = entry();

  if (!theirs) return "the entry returned no plugin";
  vmcoredd_struct_copy(plugin, sizeof *plugin, theirs);
  if (!VMCOREDD_HAS(plugin, abi_version)) return "struct_size does not even hold abi_version";
  if (plugin->abi_version != VMCOREDD_PLUGIN_ABI_VERSION) {
    return "abi_version is not 1, the one that this host speaks";
  }
  if (!VMCOREDD_HAS(plugin, name) || !plugin->name) return "it has no name";
  if (!vmcoredd_is_plugin_name(plugin->name)) {
    return "its name is not 1 to 16 lower-case letters, digits and '-'";
  }
  if (!VMCOREDD_HAS(plugin, match) || !plugin->match) return "the match callback is missing";
  if (!VMCOREDD_HAS(plugin, register_dumps) || !plugin->register_dumps) {
    return "the register_dumps callback is missing";
  }
  return NULL;
}

/* One line whatever the plugin put into the text. */
static void print_line(FILE* out, const char* key, const char* text) {
  if (!text) return;
  fprintf(out, "%s=", key);
  for (; *text; text++) fputc((unsigned char)*text < 0x20 ? '?' : *text, out);
  fputc('\n', out);
}

int vmcoredd_runner_describe(vmcoredd_entry_fn entry, FILE* out) {
  struct vmcoredd_plugin plugin;
  const char* refused = vmcoredd_runner_adopt(entry, &plugin);

  fprintf(out, "protocol=%u\nabi_version=%u\n", VMCOREDD_FRAMES_PROTOCOL,
          VMCOREDD_PLUGIN_ABI_VERSION);
  if (refused) {
    print_line(out, "error", refused);
    return 1;
  }
  print_line(out, "name", plugin.name);
  print_line(out, "version", plugin.version);
  print_line(out, "description", plugin.description);
  print_line(out, "license", plugin.license);
  return 0;
}
