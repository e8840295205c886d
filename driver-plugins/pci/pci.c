/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pci plugin: the configuration space of any PCI device as one dump whose
 * offsets are the register offsets; and its MSI-X table.
 */
#include <errno.h>
#include <string.h>

#include "driver-plugins/abi/vmcoredd_plugin.h"
#include "driver-plugins/pci/pci_msix.h"
#include "driver-plugins/pci/pci_walk.h"

static const char* reason_for(uint8_t state) {
  switch (state) {
    case PCI_FAILED: return "could not be read";
    case PCI_VPD: return "vital product data";
    case PCI_GATEWAY: return "vendor-specific or mailbox registers";
    default: return "no known capability";
  }
}

static int write_image(const struct pci_image* image, const struct vmcoredd_sink* sink) {
  uint32_t begin = 0;

  while (begin < image->size) {
    const uint8_t state = image->state[begin / 4];
    uint32_t end = begin;
    int error;

    while (end < image->size && image->state[end / 4] == state) end += 4;
    error = state == PCI_READ ? sink->write(sink, image->bytes + begin, end - begin)
                              : sink->hole(sink, end - begin, reason_for(state));
    if (error) return error;
    begin = end;
  }
  return 0;
}

static void report(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   const struct pci_image* image,
                   const struct vmcoredd_sink* sink) {
  uint32_t i;

  for (i = 0; i < image->warning_count; i++) sink->warn(sink, image->warnings[i]);
  if (!(host->flags & VMCOREDD_HOST_CRASH_KERNEL)) return;
  for (i = 0; i < image->perturbation_count; i++) sink->perturbed(sink, image->perturbations[i]);
  if (device->driver) {
    sink->perturbed(sink, "driver: one was bound before the capture and may have reset the device");
  }
}

static int collect(const struct vmcoredd_host* host,
                   const struct vmcoredd_device* device,
                   void* cookie,
                   const struct vmcoredd_sink* sink) {
  const char* full = host->option(host, "pci.full");
  struct pci_image image;
  int error;

  (void)cookie;
  image.size = device->config_size > PCI_CONFIG_BYTES ? PCI_EXT_CONFIG_BYTES : PCI_CONFIG_BYTES;
  pci_walk(host, device, full && strcmp(full, "1") == 0, &image);
  error = write_image(&image, sink);
  report(host, device, &image, sink);
  return error ? error : image.error;
}

static int match(const struct vmcoredd_host* host, const struct vmcoredd_device* device) {
  (void)host;
  return strcmp(device->bus, "pci") == 0 && device->config_size > 0 ? 1 : 0;
}

static int register_dumps(const struct vmcoredd_host* host,
                          const struct vmcoredd_device* device,
                          uint64_t quota) {
  const char* why = NULL;
  int error = pci_check_presence(host, device, &why);
  struct vmcoredd_dump dump = {0};
  struct pci_msix msix;
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR, why);
    return error;
  }
  dump.struct_size = sizeof dump;
  dump.dump_class = VMCOREDD_DUMP_PASSIVE;
  dump.size = device->config_size > PCI_CONFIG_BYTES ? PCI_EXT_CONFIG_BYTES : PCI_CONFIG_BYTES;
  dump.collect = collect;
  /* Before any other dump: it is small, cheap, and tells whether the device lives. */
  dump.priority = 100;
  dump.flags = VMCOREDD_DUMP_CONFIG_ONLY;
  error = host->register_dump(host, &dump);
  if (error || pci_msix_find(host, device, &msix) != 0) return error;

  dump.what = "msix";
  dump.size = pci_msix_table_bytes(&msix) + pci_msix_pba_bytes(&msix);
  dump.collect = pci_msix_collect;
  dump.priority = -10; /* what a family's plugin knows of the device says more */
  dump.flags = 0;
  return dump.size <= quota ? host->register_dump(host, &dump) : 0;
}

static const struct vmcoredd_plugin pci_plugin = {
    .struct_size = sizeof pci_plugin,
    .abi_version = VMCOREDD_PLUGIN_ABI_VERSION,
    .name = "pci",
    .match = match,
    .register_dumps = register_dumps,
    .version = "1",
    .description = "configuration space of PCI devices, by walking header and capabilities",
    .license = "LGPL-2.1-or-later",
};

VMCOREDD_PLUGIN_DEFINE(pci_plugin);
