/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin with one honest dump of four bytes, "good", and before it one, "bad",
 * that goes wrong as the option unruly.how says.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "tests/plugin-abi/test_plugin.h"

/* The option unruly.how.ADDRESS, or else unruly.how. */
static int is(const struct vmcoredd_host* host,
              const struct vmcoredd_device* device,
              const char* how) {
  char key[64];
  const char* wanted;

  snprintf(key, sizeof key, "unruly.how.%s", device->address);
  wanted = host->option(host, key);
  if (!wanted) wanted = host->option(host, "unruly.how");
  return wanted && strcmp(wanted, how) == 0;
}

static void hang(void) {
  /* Only SIGKILL helps. */
  signal(SIGTERM, SIG_IGN);
  for (;;) pause();
}

static int collect_bad(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       void* cookie,
                       const struct vmcoredd_sink* sink) {
  static const char block[1024];
  unsigned i;

  (void)cookie;
  if (is(host, device, "crash-first")) abort();
  if (is(host, device, "print")) {
    printf("a plugin that prints\n");
    fflush(stdout);
    return sink->write(sink, block, sizeof block);
  }
  if (is(host, device, "nothing")) return 0;
  if (is(host, device, "vanish")) {
    /* The device goes, as far as files of a tree can show it. */
    const char* path = host->option(host, "unruly.path");
    return path && unlink(path) == 0 ? -ENODEV : -ENOENT;
  }
  if (is(host, device, "error-first")) return -EIO;
  if (sink->write(sink, "partial!", 8) != 0) return -EPIPE;
  if (is(host, device, "crash")) abort();
  if (is(host, device, "segv")) raise(SIGSEGV);
  if (is(host, device, "exit")) exit(3);
  if (is(host, device, "hang")) hang();
  if (is(host, device, "child")) {
    /* A grandchild that keeps the pipe open. */
    if (fork() == 0) hang();
    return -EIO;
  }
  if (is(host, device, "escape")) {
    /* One in a session of its own, that nobody waits for. */
    if (fork() == 0) {
      setsid();
      if (fork() == 0) {
        for (i = 0; i < 64; i++) close((int)i);
        hang();
      }
      _exit(0);
    }
    return -EIO;
  }
  if (is(host, device, "spin")) {
    for (;;) {
    }
  }
  if (is(host, device, "memory")) {
    /* Until there is no more, touching it. */
    for (i = 0; i < 4096; i++) {
      char* eaten = malloc(1024 * 1024);
      if (!eaten) return -ENOMEM;
      memset(eaten, 1, 1024 * 1024);
    }
    return 0;
  }
  if (is(host, device, "file")) {
    FILE* file = tmpfile();
    if (!file) return -EIO;
    for (i = 0; i < 4096; i++) {
      if (fwrite(block, sizeof block, 1, file) != 1) break;
      fflush(file);
    }
    return 0;
  }
  if (is(host, device, "stream")) {
    /* A dump of unknown size, as large as the option says, in MiB. */
    const char* megabytes = host->option(host, "unruly.megabytes");
    const unsigned count = megabytes ? (unsigned)atoi(megabytes) * 1024 : 0;
    for (i = 0; i < count; i++) {
      const int error = sink->write(sink, block, sizeof block);
      if (error) return error;
    }
    return 0;
  }
  if (is(host, device, "close")) {
    /* The pipe ends, the process does not. */
    for (i = 0; i < 64; i++) close((int)i);
    hang();
  }
  if (is(host, device, "short")) return 0;
  if (is(host, device, "error")) return -EIO;
  if (is(host, device, "hole")) return sink->hole(sink, UINT64_MAX, "everything");
  if (is(host, device, "remarks")) {
    for (i = 0; i < 100000; i++) sink->warn(sink, "\x1b[2J too many\nwarnings");
    return sink->hole(sink, 1024 - 8, "the rest");
  }
  /* More than was registered: the runner cuts it. */
  for (i = 0; i < 64; i++) {
    const int error = sink->write(sink, block, sizeof block);
    if (error) return error;
  }
  return 0;
}

static int collect_good(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        void* cookie,
                        const struct vmcoredd_sink* sink) {
  (void)host;
  (void)device;
  (void)cookie;
  return sink->write(sink, "good", 4);
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  struct vmcoredd_dump bad = {
      .struct_size = sizeof bad,
      .what = "bad",
      .size = is(host, device, "endless") || is(host, device, "stream") ? 0 : 1024,
      .collect = collect_bad,
      .priority = 1,
  };
  const struct vmcoredd_dump good = {
      .struct_size = sizeof good, .what = "good", .size = 4, .collect = collect_good};
  int error;

  if (is(host, device, "crash-register")) abort();
  if (is(host, device, "hang-register")) hang();
  if (is(host, device, "warn-register")) host->log(host, VMCOREDD_LOG_WARNING, "half asleep");
  if (is(host, device, "refuse")) {
    host->log(host, VMCOREDD_LOG_ERROR, "this device\nis asleep");
    return -ENODEV;
  }
  if (is(host, device, "greedy")) {
    bad.size = quota + 1;
    return host->register_dump(host, &bad) == -ENOSPC ? host->register_dump(host, &good) : -1;
  }
  if (is(host, device, "twice")) {
    error = host->register_dump(host, &good);
    return error || host->register_dump(host, &good) != -EEXIST ? -1 : 0;
  }
  if (is(host, device, "names")) {
    bad.what = "../escape";
    return host->register_dump(host, &bad) == -EINVAL ? host->register_dump(host, &good) : -1;
  }
  bad.dump_class = is(host, device, "intrusive") ? VMCOREDD_DUMP_INTRUSIVE : VMCOREDD_DUMP_PASSIVE;
  error = host->register_dump(host, &bad);
  return error ? error : host->register_dump(host, &good);
}

static const struct vmcoredd_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "unruly",
    .match = match_all,
    .register_dumps = register_dumps,
};

VMCOREDD_PLUGIN_DEFINE(plugin);
