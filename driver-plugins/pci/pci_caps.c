/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/pci/pci_caps.h"

#include <stddef.h>

enum {
  CAP_PM = 0x01,
  CAP_AGP = 0x02,
  CAP_VPD = 0x03,
  CAP_MSI = 0x05,
  CAP_PCIX = 0x07,
  CAP_VENDOR = 0x09,
  CAP_SHPC = 0x0c,
  CAP_BRIDGE_SUBSYSTEM = 0x0d,
  CAP_AGP8X = 0x0e,
  CAP_EXPRESS = 0x10,
  CAP_MSIX = 0x11,
  CAP_SATA = 0x12,
  CAP_AF = 0x13
};

enum {
  EXT_AER = 0x01,
  EXT_VC = 0x02,
  EXT_SERIAL = 0x03,
  EXT_POWER_BUDGET = 0x04,
  EXT_RCEC = 0x07,
  EXT_VC9 = 0x09,
  EXT_VENDOR = 0x0b,
  EXT_ACS = 0x0d,
  EXT_ARI = 0x0e,
  EXT_ATS = 0x0f,
  EXT_SRIOV = 0x10,
  EXT_MULTICAST = 0x12,
  EXT_PRI = 0x13,
  EXT_REBAR = 0x15,
  EXT_TPH = 0x17,
  EXT_LTR = 0x18,
  EXT_SECONDARY = 0x19,
  EXT_PASID = 0x1b,
  EXT_DPC = 0x1d,
  EXT_L1SS = 0x1e,
  EXT_PTM = 0x1f,
  EXT_DVSEC = 0x23,
  EXT_DATA_LINK = 0x25,
  EXT_PL_16GT = 0x26,
  EXT_PL_32GT = 0x2a,
  EXT_DOE = 0x2e
};

/* Ids without an entry are unknown: only their first double word is read. */
struct known_extent {
  uint16_t id;
  struct pci_cap_extent extent;
};

static const struct known_extent kCaps[] = {
    {CAP_PM, {8, PCI_REST_UNKNOWN, 0}},
    {CAP_AGP, {12, PCI_REST_UNKNOWN, 0}},
    /* Header and address register; whether a transfer was under way is in it. */
    {CAP_VPD, {4, PCI_REST_VPD, 4}},
    /* Behind the length there can be anything: virtio's type 5 reads a BAR. */
    {CAP_VENDOR, {4, PCI_REST_GATEWAY, 0}},
    /* A select register and a data register into the hot-plug controller. */
    {CAP_SHPC, {4, PCI_REST_GATEWAY, 4}},
    {CAP_BRIDGE_SUBSYSTEM, {8, PCI_REST_UNKNOWN, 0}},
    {CAP_AGP8X, {12, PCI_REST_UNKNOWN, 0}},
    {CAP_MSIX, {12, PCI_REST_UNKNOWN, 0}},
    /* Not the index and data registers that may follow. */
    {CAP_SATA, {8, PCI_REST_UNKNOWN, 0}},
    {CAP_AF, {8, PCI_REST_UNKNOWN, 0}},
};

static const struct known_extent kExtCaps[] = {
    /* Through the TLP prefix log; clipped where the next capability starts. */
    {EXT_AER, {0x48, PCI_REST_UNKNOWN, 0}},
    {EXT_SERIAL, {12, PCI_REST_UNKNOWN, 0}},
    {EXT_POWER_BUDGET, {16, PCI_REST_UNKNOWN, 0}},
    {EXT_RCEC, {8, PCI_REST_UNKNOWN, 0}},
    /* The vendor's header, which names what follows. */
    {EXT_VENDOR, {8, PCI_REST_GATEWAY, 0}},
    {EXT_ACS, {8, PCI_REST_UNKNOWN, 0}},
    {EXT_ARI, {8, PCI_REST_UNKNOWN, 0}},
    {EXT_ATS, {8, PCI_REST_UNKNOWN, 0}},
    {EXT_SRIOV, {0x40, PCI_REST_UNKNOWN, 0}},
    {EXT_MULTICAST, {0x28, PCI_REST_UNKNOWN, 0}},
    {EXT_PRI, {16, PCI_REST_UNKNOWN, 0}},
    {EXT_TPH, {12, PCI_REST_UNKNOWN, 0}},
    {EXT_LTR, {8, PCI_REST_UNKNOWN, 0}},
    {EXT_SECONDARY, {12, PCI_REST_UNKNOWN, 0}},
    {EXT_PASID, {8, PCI_REST_UNKNOWN, 0}},
    {EXT_L1SS, {16, PCI_REST_UNKNOWN, 0}},
    {EXT_PTM, {12, PCI_REST_UNKNOWN, 0}},
    /* The two headers that name vendor and kind. */
    {EXT_DVSEC, {12, PCI_REST_GATEWAY, 0}},
    {EXT_DATA_LINK, {12, PCI_REST_UNKNOWN, 0}},
    {EXT_PL_16GT, {0x20, PCI_REST_UNKNOWN, 0}},
    {EXT_PL_32GT, {0x20, PCI_REST_UNKNOWN, 0}},
    /* Capability, control, status; then the write and the read mailbox. */
    {EXT_DOE, {16, PCI_REST_GATEWAY, 8}},
};

static struct pci_cap_extent look_up(const struct known_extent* table, size_t count, uint16_t id) {
  const struct pci_cap_extent unknown = {4, PCI_REST_UNKNOWN, 0};
  size_t i;

  for (i = 0; i < count; i++) {
    if (table[i].id == id) return table[i].extent;
  }
  return unknown;
}

/* The bytes that are left of a vendor's structure, whole double words. */
static uint32_t left_of(uint32_t length, uint32_t read) {
  return length > read ? (length - read + 3) & ~3u : 0;
}

/* Message control (the upper half of the header) says which registers exist. */
static uint32_t msi_length(uint32_t header) {
  const uint32_t wide = header >> 16 & 0x80;      /* 64-bit addresses: 4 bytes more */
  const uint32_t maskable = header >> 16 & 0x100; /* mask and pending: 8 bytes more */
  const uint32_t data_end = wide ? 0x10 : 0x0c;   /* data register, rounded up */
  return data_end + (maskable ? 8 : 0);
}

/* Version and port type (the upper half of the header) say which registers exist. */
static uint32_t express_length(uint32_t header) {
  const uint32_t version = header >> 16 & 0xf;
  const uint32_t type = header >> 20 & 0xf;
  const int port = type == 4 || type == 5 || type == 6 || type == 8; /* with slot registers */
  const int without_link = type == 9;                                /* integrated endpoint */
  const int event_collector = type == 10;

  if (version <= 1) {
    if (without_link) return 0x0c;
    return port || event_collector ? 0x24 : 0x14;
  }
  if (without_link) return 0x2c;
  return port || event_collector ? 0x3c : 0x34;
}

struct pci_cap_extent pci_cap_extent(uint8_t id, uint32_t header) {
  struct pci_cap_extent extent = look_up(kCaps, sizeof kCaps / sizeof kCaps[0], id);

  if (id == CAP_MSI) extent.length = msi_length(header);
  if (id == CAP_EXPRESS) extent.length = express_length(header);
  /* The command register's version field: with ECC registers or without. */
  if (id == CAP_PCIX) extent.length = header >> 28 & 0x3 ? 24 : 8;
  if (id == CAP_VENDOR) extent.rest_length = left_of(header >> 16 & 0xff, extent.length);
  return extent;
}

struct pci_cap_extent pci_ext_cap_extent(uint16_t id,
                                         uint32_t offset,
                                         pci_read_fn read,
                                         void* context) {
  struct pci_cap_extent extent = look_up(kExtCaps, sizeof kExtCaps / sizeof kExtCaps[0], id);

  if (id == EXT_VC || id == EXT_VC9) {
    /* Extended VC count: so many resources of 12 bytes behind the first. */
    extent.length = 0x10 + 12 * (1 + (read(context, offset + 4) & 0x7));
  } else if (id == EXT_REBAR) {
    /* Number of resizable BARs, in the first control register. */
    extent.length = 4 + 8 * (read(context, offset + 8) >> 5 & 0x7);
  } else if (id == EXT_DPC) {
    /* Root ports with extensions also have the PIO error registers. */
    extent.length = read(context, offset + 4) & 0x20 ? 0x30 : 0x0c;
  } else if (id == EXT_VENDOR || id == EXT_DVSEC) {
    extent.rest_length = left_of(read(context, offset + 4) >> 20, extent.length);
  }
  return extent;
}

/*
 * Enumeration is drivers/pci/probe.c: pci_init_capabilities() and
 * pci_configure_device(), run by the crash kernel before any program (6.1).
 */
const char* pci_cap_perturbation(uint8_t id) {
  switch (id) {
    case CAP_PM:
      /* pci_pm_init() calls pci_pme_active(dev, false); in 7.2, not in 6.12, also
       * pci_pm_power_up_and_verify_state(). */
      return "power-management: enumeration cleared PME status and enable; newer kernels also "
             "bring the device to D0";
    case CAP_MSI: return "msi-enable: enumeration cleared it (pci_msi_init)";
    case CAP_MSIX: return "msix-enable: enumeration cleared it (pci_msix_init); the table stays";
    case CAP_EXPRESS:
      return "pcie-device-control: enumeration may have changed the maximum payload size, "
             "extended tags, relaxed ordering and LTR (pci_configure_device)";
    default: return NULL;
  }
}

const char* pci_ext_cap_perturbation(uint16_t id) {
  switch (id) {
    case EXT_AER:
      return "aer-status: enumeration cleared the error status registers, unless it is a machine "
             "with ACPI whose crash kernel has pcie_ports=compat or pci=noaer (pci_aer_init); the "
             "header log stays";
    case EXT_SRIOV:
      return "sriov-vf-enable: enumeration cleared it if it was set, and the VFs are gone "
             "(sriov_init)";
    default: return NULL;
  }
}
