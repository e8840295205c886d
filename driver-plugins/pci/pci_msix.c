/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/pci/pci_msix.h"

#include <errno.h>

#include "driver-plugins/abi/vmcoredd_registers.h"

#define CONFIG_COMMAND 0x04u
#define CONFIG_HEADER_TYPE 0x0cu
#define CONFIG_CAPABILITIES 0x34u
#define CONFIG_CAPABILITIES_CARDBUS 0x14u
#define STATUS_CAP_LIST 0x00100000u
#define ALL_ONES 0xffffffffu
#define CAP_MSIX 0x11u
#define MAX_CAPS 48u

#define BAR_MASK 0x7u
#define ENTRY_BYTES 16u

uint32_t pci_msix_table_bytes(const struct pci_msix* msix) { return msix->vectors * ENTRY_BYTES; }

uint32_t pci_msix_pba_bytes(const struct pci_msix* msix) { return (msix->vectors + 63) / 64 * 8; }

static int read_dword(const struct vmcoredd_host* host,
                      const struct vmcoredd_device* device,
                      uint32_t offset,
                      uint32_t* value) {
  uint8_t bytes[4];
  const int64_t got = host->read_config(host, device, offset, bytes, 4);

  if (got != 4) return got < 0 ? (int)got : -ENODATA;
  *value = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
  return 0;
}

static int find_capability(const struct vmcoredd_host* host,
                           const struct vmcoredd_device* device,
                           uint32_t* offset,
                           uint32_t* header) {
  uint32_t value;
  uint32_t type;
  uint32_t i;
  int error = read_dword(host, device, CONFIG_COMMAND, &value);

  if (!error) error = read_dword(host, device, CONFIG_HEADER_TYPE, &type);
  if (error) return error;
  if (value == ALL_ONES || !(value & STATUS_CAP_LIST)) return -ENOENT;
  type = type >> 16 & 0x7f;
  if (type > 2) return -ENOENT;
  error = read_dword(host, device, type == 2 ? CONFIG_CAPABILITIES_CARDBUS : CONFIG_CAPABILITIES,
                     &value);
  if (error) return error;
  *offset = value & 0xfc;
  for (i = 0; *offset >= 0x40 && i < MAX_CAPS; i++) {
    error = read_dword(host, device, *offset, header);
    if (error) return error;
    if ((*header & 0xff) == 0xff) return -ENOENT;
    if ((*header & 0xff) == CAP_MSIX) return *offset <= 0x100 - 12 ? 0 : -ENOENT;
    *offset = *header >> 8 & 0xfc;
  }
  return -ENOENT;
}

static int is_within_bar(const struct vmcoredd_host* host,
                         const struct vmcoredd_device* device,
                         uint32_t index,
                         uint32_t offset,
                         uint32_t size) {
  struct vmcoredd_bar bar = {sizeof bar, 0, 0};

  if (host->describe_bar(host, device, index, &bar)) return 0;
  return !(bar.flags & VMCOREDD_BAR_IO) && offset <= bar.size && size <= bar.size - offset;
}

int pci_msix_find(const struct vmcoredd_host* host,
                  const struct vmcoredd_device* device,
                  struct pci_msix* msix) {
  uint32_t offset;
  uint32_t header;
  uint32_t table;
  uint32_t pba;
  int error;

  if (!VMCOREDD_HAS(host, read_registers)) return -ENOENT;
  error = find_capability(host, device, &offset, &header);
  if (!error) error = read_dword(host, device, offset + 4, &table);
  if (!error) error = read_dword(host, device, offset + 8, &pba);
  if (error) return error;
  msix->vectors = (header >> 16 & 0x7ff) + 1;
  msix->table_bar = table & BAR_MASK;
  msix->table_offset = table & ~BAR_MASK;
  msix->pba_bar = pba & BAR_MASK;
  msix->pba_offset = pba & ~BAR_MASK;
  if (!is_within_bar(host, device, msix->table_bar, msix->table_offset,
                     pci_msix_table_bytes(msix)) ||
      !is_within_bar(host, device, msix->pba_bar, msix->pba_offset, pci_msix_pba_bytes(msix))) {
    return -ENOENT;
  }
  return 0;
}

/* Double words, which every device allows: quad words are optional for some. */
static int copy(const struct vmcoredd_host* host,
                const struct vmcoredd_device* device,
                const struct vmcoredd_sink* sink,
                uint32_t bar,
                uint32_t offset,
                uint32_t size,
                uint32_t* done) {
  unsigned char bytes[1024];

  for (*done = 0; *done < size;) {
    const uint32_t left = size - *done;
    const uint32_t words = (left < sizeof bytes ? left : (uint32_t)sizeof bytes) / 4;
    const int64_t got =
        vmcoredd_read_registers(host, device, bar, (uint64_t)offset + *done, 4, bytes, words);
    const int error = got > 0 ? sink->write(sink, bytes, (size_t)got * 4) : 0;

    if (error) return error;
    if (got > 0) *done += (uint32_t)got * 4;
    if (got != (int64_t)words) return got < 0 ? (int)got : -ENODATA;
  }
  return 0;
}

int pci_msix_collect(const struct vmcoredd_host* host,
                     const struct vmcoredd_device* device,
                     void* cookie,
                     const struct vmcoredd_sink* sink) {
  struct pci_msix msix;
  uint32_t table_bytes;
  uint32_t pba_bytes;
  uint32_t pba_done = 0;
  uint32_t done = 0;
  int error = pci_msix_find(host, device, &msix);

  (void)cookie;
  if (error) {
    host->log(host, VMCOREDD_LOG_ERROR, "the MSI-X capability is no longer there");
    return error;
  }
  table_bytes = pci_msix_table_bytes(&msix);
  pba_bytes = pci_msix_pba_bytes(&msix);
  error = copy(host, device, sink, msix.table_bar, msix.table_offset, table_bytes, &done);
  if (!error) {
    error = copy(host, device, sink, msix.pba_bar, msix.pba_offset, pba_bytes, &pba_done);
  }
  done += pba_done;
  if (error && error != -ENOSPC && done > 0) {
    const int late =
        sink->hole(sink, table_bytes + pba_bytes - done, vmcoredd_register_error(error));
    if (late) return late;
  }
  if (host->flags & VMCOREDD_HOST_CRASH_KERNEL && device->driver) {
    sink->perturbed(sink,
                    "msix-table: a driver was bound before the capture; enabling MSI-X masks "
                    "all vectors and writes the table");
  }
  return error;
}
