/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a plugin in this process on behalf of a collector: reads a request, gives
 * the plugin its host services, writes frames. The collector calls it in a forked
 * child for plugins that are built in; main.c calls it in a plugin executable.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RUNNER_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RUNNER_H_

#include <stdio.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A plugin's entry, vmcoredd_plugin_entry or vmcoredd_builtin_<name>_entry. */
typedef const struct vmcoredd_plugin* (*vmcoredd_entry_fn)(void);

/*
 * Copies what an entry returns, however old or new, into `plugin` and checks that
 * the mandatory parts are there. Returns NULL, or what is wrong in words; the text
 * is static.
 */
const char* vmcoredd_runner_adopt(vmcoredd_entry_fn entry, struct vmcoredd_plugin* plugin);

/*
 * Is it a plugin's name: 1 to 16 lower-case letters, digits and '-'? Is it a dump's
 * suffix: 1 to 24 letters, digits, '-', '.' and '+'?
 */
int vmcoredd_is_plugin_name(const char* text);
int vmcoredd_is_dump_suffix(const char* text);

/* Lines of key=value about the plugin, or a line error=REASON. 0, or 1 on error. */
int vmcoredd_runner_describe(vmcoredd_entry_fn entry, FILE* out);

/*
 * Serves one request from `request_fd` with frames on `frames_fd`. Returns an exit
 * code: 0 served (whatever the plugin answered), 1 the request or the plugin is
 * not usable, or the other side is gone.
 */
int vmcoredd_runner_serve(vmcoredd_entry_fn entry, int request_fd, int frames_fd);

#ifdef __cplusplus
}
#endif

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_RUNNER_H_ */
