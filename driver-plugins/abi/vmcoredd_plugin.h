/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between a driver plugin and the program that hosts it.
 *
 * A plugin knows one device family. It matches devices, registers dumps (size,
 * class, priority) and collects each of them through a callback. It needs no
 * library: every service is a function pointer that the host passes in. See
 * vmcoredd-plugin(3) for the guarantee and the life of a plugin.
 *
 * C99, and C++20 too. Rules for everything here:
 *  - Every struct starts with its size as the side that filled it in knows it.
 *    New fields are added only at the end. Whoever receives a struct uses only
 *    the fields within struct_size (VMCOREDD_HAS, vmcoredd_struct_copy).
 *  - Errors are negative errno values.
 *  - Strings and pointers are borrowed: what a plugin hands out stays valid and
 *    unchanged as long as the process; what a callback receives is valid during
 *    the call. No ownership moves, ever.
 *  - Nothing is called concurrently, and nothing may be kept from one callback
 *    for the next in another process: matching, registering and collecting may
 *    each happen in a process of their own, and more than once.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_PLUGIN_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes only when old plugins can no longer work; hosts refuse other values. */
#define VMCOREDD_PLUGIN_ABI_VERSION 1u

/* Did the other side fill in `field` of the struct that `ptr` points to? */
#define VMCOREDD_HAS(ptr, field) \
  ((size_t)((const char*)(&(ptr)->field + 1) - (const char*)(ptr)) <= (size_t)(ptr)->struct_size)

/*
 * Copies a struct from the other side, which may be built with an older or a
 * newer version of this header: the fields that both know; zero in the rest of
 * `to`. Afterwards to->struct_size says how many bytes were copied.
 */
static inline void vmcoredd_struct_copy(void* to, uint32_t to_size, const void* from) {
  const unsigned char* source = (const unsigned char*)from;
  unsigned char* target = (unsigned char*)to;
  const uint32_t from_size = *(const uint32_t*)from;
  const uint32_t common = from_size < to_size ? from_size : to_size;
  uint32_t i;

  for (i = 0; i < to_size; i++) target[i] = i < common ? source[i] : 0;
  if (to_size >= sizeof(uint32_t)) *(uint32_t*)to = common;
}

struct vmcoredd_host;
struct vmcoredd_dump;

/* A device as the inventory knows it. Ids that the bus does not have are 0. */
struct vmcoredd_device {
  uint32_t struct_size;
  uint32_t class_code; /* 24 bits: base class, sub-class, programming interface */
  const char* bus;     /* "pci" */
  const char* address; /* on that bus, for example "0000:02:00.4" */
  const char* driver;  /* the driver bound to it, or NULL */
  uint16_t vendor_id;
  uint16_t device_id;
  uint16_t subsystem_vendor_id;
  uint16_t subsystem_device_id;
  uint32_t revision;
  uint32_t config_size; /* bytes of configuration space: 256, 4096; 0: has none */
};

/* vmcoredd_host.flags */
#define VMCOREDD_HOST_CRASH_KERNEL 0x1u /* after a crash: enumeration has touched the devices */
#define VMCOREDD_HOST_EARLY 0x2u        /* before the vmcore is safe: a hang here costs it */

/* A base address register, as the bus describes it. */
struct vmcoredd_bar {
  uint32_t struct_size;
  uint32_t flags; /* VMCOREDD_BAR_* */
  uint64_t size;  /* bytes */
};
#define VMCOREDD_BAR_IO 0x1u           /* I/O ports: its registers cannot be read here */
#define VMCOREDD_BAR_PREFETCHABLE 0x2u /* reading it has no side effect, says the device */

enum vmcoredd_log_level { VMCOREDD_LOG_ERROR = 0, VMCOREDD_LOG_WARNING = 1, VMCOREDD_LOG_INFO = 2 };

/* What the host does for a plugin. Pass the struct you were given (or a copy). */
struct vmcoredd_host {
  uint32_t struct_size;
  uint32_t abi_version;
  void* context; /* the host's own */
  uint32_t flags;
  uint32_t reserved; /* 0 */

  /* One line of text. The last error before a callback fails is shown as its reason. */
  void (*log)(const struct vmcoredd_host* host, uint32_t level, const char* text);
  /* Milliseconds until the host ends this process. */
  uint64_t (*remaining_ms)(const struct vmcoredd_host* host);
  /* The value of an option that the user set, or NULL. Keys are "<plugin>.<name>". */
  const char* (*option)(const struct vmcoredd_host* host, const char* key);
  /*
   * Reads configuration space: aligned double words where offset and size allow
   * it. Returns the bytes read, fewer than `size` only at the end of what can be
   * read, or -errno. This is the only way to configuration space.
   */
  int64_t (*read_config)(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         uint32_t offset,
                         void* buf,
                         uint32_t size);
  /*
   * Only inside register_dumps. 0; -EINVAL for a dump that makes no sense;
   * -EEXIST for a suffix used before; -ENOSPC above the quota (offer less) or
   * when there are too many.
   */
  int (*register_dump)(const struct vmcoredd_host* host, const struct vmcoredd_dump* dump);

  /* The rest is newer than the first hosts: ask VMCOREDD_HAS(host, read_registers). */

  /*
   * What BAR `index` (0 to 5) is, without touching it: fills in the first
   * bar->struct_size bytes of *bar. 0; -ENOENT: the device has no such BAR, its
   * size is 0, or a captured tree has no image of it; -EINVAL: index above 5, or
   * bar->struct_size was not set.
   */
  int (*describe_bar)(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      uint32_t index,
                      struct vmcoredd_bar* bar);
  /*
   * Reads `count` registers of `width` bytes (1, 2, 4 or 8) from a memory BAR, in
   * ascending order, each with exactly one access of that width, and stores their
   * bytes as they lie in the device, lowest address first, whatever the machine's
   * byte order. `offset` is a multiple of `width`. The only way to a BAR.
   *
   * Returns the registers read, fewer than `count` when the device stopped to
   * answer (a register of all ones, and then no vendor id) or the time is over; or
   * -errno before the first: -ENODEV the device does not answer, -EHOSTDOWN it is
   * not in D0, -ENXIO it does not decode memory, -EOPNOTSUPP an I/O BAR, -ENOENT no
   * such BAR, -ERANGE past its end, -EINVAL width or alignment, -EPERM not in this
   * phase or by this dump, -EBUSY a driver holds it, -EACCES lockdown, -ENODATA not in
   * a captured tree, -EIO. The host says why in words, as with log(): the plugin need
   * not.
   */
  int64_t (*read_registers)(const struct vmcoredd_host* host,
                            const struct vmcoredd_device* device,
                            uint32_t bar,
                            uint64_t offset,
                            uint32_t width,
                            void* buf,
                            uint32_t count);
  /*
   * Writes one register, or 1, 2 or 4 bytes of configuration space. Only while
   * collecting a dump that is registered as side-effect or intrusive, else -EPERM.
   * 0 or -errno as above; -EROFS: to a captured tree.
   */
  int (*write_register)(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        uint32_t bar,
                        uint64_t offset,
                        uint32_t width,
                        uint64_t value);
  int (*write_config)(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      uint32_t offset,
                      uint32_t width,
                      uint32_t value);
};

/* Where a dump goes, byte after byte. Valid during collect. */
struct vmcoredd_sink {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void* context;     /* the host's own */

  /* 0 or -errno: -ENOSPC past the registered size or the quota (the rest is cut). */
  int (*write)(const struct vmcoredd_sink* sink, const void* buf, size_t size);
  /* The next `size` bytes were not read and why; they are zero in the dump. */
  int (*hole)(const struct vmcoredd_sink* sink, uint64_t size, const char* reason);
  /* A remark for whoever reads the dump. */
  void (*warn)(const struct vmcoredd_sink* sink, const char* text);
  /* Something that had changed in the device since the moment of interest. */
  void (*perturbed)(const struct vmcoredd_sink* sink, const char* text);
};

/* How much a dump risks. Only passive ones are collected unless the user says so. */
enum vmcoredd_dump_class {
  VMCOREDD_DUMP_PASSIVE = 0,     /* reads registers that do not change by it */
  VMCOREDD_DUMP_SIDE_EFFECT = 1, /* writes something, or reads what clears */
  VMCOREDD_DUMP_INTRUSIVE = 2    /* needs firmware, DMA or a reset */
};

/* One dump that a plugin offers. The host copies the struct. */
struct vmcoredd_dump {
  uint32_t struct_size;
  uint32_t dump_class; /* enum vmcoredd_dump_class */
  /*
   * Told apart from the device's other dumps by this end of its name:
   * "<plugin>_<address>_<what>". NULL: the only or main dump, without suffix.
   * Letters, digits, '-', '.', '+'; at most 24.
   */
  const char* what;
  uint64_t size; /* exact bytes, or 0: known only when it has been collected */
  /*
   * Writes the dump. 0, or -errno: what was written until then is kept and marked
   * as partial.
   */
  int (*collect)(const struct vmcoredd_host* host,
                 const struct vmcoredd_device* device,
                 void* cookie,
                 const struct vmcoredd_sink* sink);
  void* cookie;     /* handed to collect */
  int32_t priority; /* higher is collected earlier; 0 is usual */
  /*
   * When it may be collected in a crash kernel. Without a flag: when the vmcore is
   * safe, from a device that no driver has got hold of.
   */
  uint32_t flags; /* VMCOREDD_DUMP_* */
};

/* vmcoredd_dump.flags */
#define VMCOREDD_DUMP_CONFIG_ONLY 0x1u /* reads configuration space only: any time */
/*
 * A few registers, read without side effect, worth the risk before the vmcore is
 * safe, because a driver in the crash kernel would reset them.
 */
#define VMCOREDD_DUMP_EARLY 0x2u

/* A plugin. The first three callbacks and the name are mandatory. */
struct vmcoredd_plugin {
  uint32_t struct_size;
  uint32_t abi_version; /* VMCOREDD_PLUGIN_ABI_VERSION */
  const char* name;     /* lower-case letters, digits, '-'; at most 16: begins the dump names */
  /*
   * Is this a device of mine? A score above 0: yes, the higher the more specific
   * (1 any device of the bus, 50 a family, 100 exactly this device); 0: no;
   * -errno: could not find out. Must not touch the device.
   */
  int (*match)(const struct vmcoredd_host* host, const struct vmcoredd_device* device);
  /*
   * Offers dumps through host->register_dump, none larger than `quota` bytes.
   * 0, or -errno when the device cannot be dumped (say why with host->log). May
   * look at the device, passively, to find sizes or whether it still answers.
   */
  int (*register_dumps)(const struct vmcoredd_host* host,
                        const struct vmcoredd_device* device,
                        uint64_t quota);
  const char* version;     /* the rest may be NULL */
  const char* description; /* one line */
  const char* license;     /* SPDX */
};

#if defined(__GNUC__)
#define VMCOREDD_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define VMCOREDD_PLUGIN_EXPORT
#endif

#ifdef VMCOREDD_PLUGIN_BUILTIN_NAME /* set by the build: one entry of many in one program */
#define VMCOREDD_PLUGIN_JOIN2_(a, b, c) a##b##c
#define VMCOREDD_PLUGIN_JOIN_(a, b, c) VMCOREDD_PLUGIN_JOIN2_(a, b, c)
#define VMCOREDD_PLUGIN_ENTRY_ \
  VMCOREDD_PLUGIN_JOIN_(vmcoredd_builtin_, VMCOREDD_PLUGIN_BUILTIN_NAME, _entry)
#else
#define VMCOREDD_PLUGIN_ENTRY_ vmcoredd_plugin_entry
#endif

/* The one symbol of a plugin. Defined by VMCOREDD_PLUGIN_DEFINE(plugin); */
VMCOREDD_PLUGIN_EXPORT const struct vmcoredd_plugin* VMCOREDD_PLUGIN_ENTRY_(void);

#define VMCOREDD_PLUGIN_DEFINE(plugin)                                             \
  const struct vmcoredd_plugin* VMCOREDD_PLUGIN_ENTRY_(void) { return &(plugin); } \
  struct vmcoredd_plugin

#ifdef __cplusplus
}
#endif

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_VMCOREDD_PLUGIN_H_ */
