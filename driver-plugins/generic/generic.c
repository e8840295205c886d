/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The generic plugin: registers of any device, named in the configuration, so that
 * a device without a plugin needs no code. Options generic.range.0 to
 * generic.range.63, each one dump; range_option.h has their grammar.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/generic/range_option.h"

#define MAX_OPTIONS 64u

static const char* find_option(const struct vmcoredd_host* host, uint32_t number) {
  char key[sizeof "generic.range.4294967295"];

  snprintf(key, sizeof key, "generic.range.%u", number);
  return host->option(host, key);
}

/* A line that is wrong costs itself only; it is said whichever device is asked about. */
static void say(const struct vmcoredd_host* host,
                uint32_t level,
                uint32_t number,
                const char* problem) {
  char text[224];

  snprintf(text, sizeof text, "generic.range.%u: %s", number, problem);
  host->log(host, level, text);
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  struct range_problem problem;
  int result = 0;
  uint32_t i;

  if (strcmp(device->bus, "pci") != 0) return 0;
  for (i = 0; i < MAX_OPTIONS; i++) {
    const char* text = find_option(host, i);
    const int selects = text ? range_option_selects(text, device, &problem) : 0;

    if (selects > 0) return 10;
    if (selects < 0) {
      say(host, VMCOREDD_LOG_ERROR, i, problem.text);
      result = selects;
    }
  }
  return result;
}

/* Is everything that the option names in the BAR? */
static int check_bar(const struct vmcoredd_host* host,
                     const struct vmcoredd_device* device,
                     const struct range_option* option,
                     struct range_problem* problem) {
  struct vmcoredd_bar bar = {0};
  int error;

  if (!VMCOREDD_HAS(host, read_registers)) {
    snprintf(problem->text, sizeof problem->text, "%s", vmcoredd_register_error(-ENOSYS));
    return -ENOSYS;
  }
  bar.struct_size = sizeof bar;
  error = host->describe_bar(host, device, option->dump.bar, &bar);
  if (!error && bar.flags & VMCOREDD_BAR_IO) error = -EOPNOTSUPP;
  if (error) {
    snprintf(problem->text, sizeof problem->text, "BAR %u: %s", option->dump.bar,
             vmcoredd_register_error(error));
    return error;
  }
  if (vmcoredd_registers_size(&option->list, option->dump.bar) > bar.size) {
    snprintf(problem->text, sizeof problem->text, "it ends past BAR %u, which has 0x%llx bytes",
             option->dump.bar, (unsigned long long)bar.size);
    return -ERANGE;
  }
  return 0;
}

static int offer(const struct vmcoredd_host* host,
                 const struct vmcoredd_device* device,
                 uint32_t number,
                 struct range_option* option,
                 struct range_problem* problem) {
  int error = check_bar(host, device, option, problem);

  if (error) return error;
  if (!option->name[0]) snprintf(option->name, sizeof option->name, "range%u", number);
  option->dump.what = option->name;
  error = vmcoredd_register_list_dump(host, &option->dump);
  if (error == -EEXIST) {
    snprintf(problem->text, sizeof problem->text, "the name \"%s\" was there before", option->name);
  } else if (error == -ENOSPC) {
    snprintf(problem->text, sizeof problem->text, "its image is larger than a dump may be");
  } else if (error) {
    snprintf(problem->text, sizeof problem->text, "the host refused it");
  }
  return error;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  /* Offered dumps point into it: as long as the process. */
  static struct range_option options[MAX_OPTIONS];
  struct range_problem problem;
  int offered = 0;
  int failed = 0;
  uint32_t i;

  (void)quota;
  for (i = 0; i < MAX_OPTIONS; i++) {
    const char* text = find_option(host, i);
    int error;

    if (!text || range_option_selects(text, device, &problem) != 1) continue;
    error = range_option_parse(text, &options[i], &problem);
    if (!error) error = offer(host, device, i, &options[i], &problem);
    if (error) {
      say(host, VMCOREDD_LOG_ERROR, i, problem.text);
      failed = error;
    } else {
      offered++;
    }
  }
  return offered ? 0 : failed;
}

static const struct vmcoredd_plugin generic_plugin = {
    .struct_size = sizeof generic_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "generic",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "registers of any device, by configuration (generic.range.N)",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(generic_plugin);
