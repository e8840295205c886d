/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/pci/pci_walk.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "driver-plugins/pci/pci_caps.h"

#define OFFSET_ID 0x00
#define OFFSET_COMMAND 0x04 /* and status, in the upper half */
#define OFFSET_HEADER_TYPE 0x0c
#define OFFSET_CAPABILITIES 0x34
#define OFFSET_CAPABILITIES_CARDBUS 0x14

#define STATUS_CAP_LIST 0x00100000u
#define CARDBUS_HEADER_BYTES 0x48u
#define ALL_ONES 0xffffffffu
/* What reads as the ids of a device that answers "retry later" (RRS, once CRS). */
#define ID_RETRY 0xffff0001u

/* One place per aligned offset: neither list can be longer without a loop. */
#define MAX_CAPS ((PCI_CONFIG_BYTES - PCI_HEADER_BYTES) / 4)
/* As many as fit, 8 bytes each: pci_find_next_ext_capability() in pci.c. */
#define MAX_EXT_CAPS ((PCI_EXT_CONFIG_BYTES - PCI_CONFIG_BYTES) / 8)

struct walk {
  const struct vmcoredd_host* host;
  const struct vmcoredd_device* device;
  struct pci_image* image;
  uint32_t clip; /* read_clipped() reads nothing from here on */
};

struct found_cap {
  uint32_t offset;
  uint32_t header;
};

static uint32_t load(const uint8_t* bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
         (uint32_t)bytes[3] << 24;
}

static int read_device(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       uint32_t offset,
                       uint8_t* bytes) {
  const int64_t got = host->read_config(host, device, offset, bytes, 4);
  if (got < 0) return (int)got;
  return got == 4 ? 0 : -ENODATA;
}

static void warn(struct pci_image* image, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
static void warn(struct pci_image* image, const char* format, ...) {
  va_list arguments;

  if (image->warning_count == PCI_MAX_WARNINGS) return;
  va_start(arguments, format);
  vsnprintf(image->warnings[image->warning_count++], PCI_WARNING_BYTES, format, arguments);
  va_end(arguments);
}

static void note_perturbation(struct pci_image* image, const char* text) {
  if (!text || image->perturbation_count == PCI_MAX_PERTURBATIONS) return;
  image->perturbations[image->perturbation_count++] = text;
}

/* One double word, from the image if it has been read: each is read once. */
static uint32_t read_dword(struct walk* walk, uint32_t offset) {
  struct pci_image* image = walk->image;
  uint8_t* bytes = image->bytes + offset;
  uint8_t* state = image->state + offset / 4;

  if (*state == PCI_NOT_READ) {
    const int error = read_device(walk->host, walk->device, offset, bytes);
    *state = error ? PCI_FAILED : PCI_READ;
    if (error) memset(bytes, 0, 4);
    if (error && !image->error) image->error = error;
  }
  return *state == PCI_READ ? load(bytes) : ALL_ONES;
}

static uint32_t read_clipped(void* context, uint32_t offset) {
  struct walk* walk = context;
  return offset < walk->clip ? read_dword(walk, offset) : 0;
}

static void read_range(struct walk* walk, uint32_t begin, uint32_t end) {
  uint32_t offset;
  for (offset = begin; offset < end; offset += 4) read_dword(walk, offset);
}

/* Where the capability at `offset` ends at the latest: the next one's start. */
static uint32_t next_start(const struct found_cap* caps,
                           uint32_t count,
                           uint32_t offset,
                           uint32_t end) {
  uint32_t i;
  for (i = 0; i < count; i++) {
    if (caps[i].offset > offset && caps[i].offset < end) end = caps[i].offset;
  }
  return end;
}

static void read_body(struct walk* walk, uint32_t offset, struct pci_cap_extent extent) {
  uint32_t end = offset + extent.length;
  uint32_t rest_end = end + extent.rest_length;

  if (end > walk->clip) end = walk->clip;
  if (rest_end > walk->clip) rest_end = walk->clip;
  read_range(walk, offset, end);
  for (; end < rest_end; end += 4) {
    if (walk->image->state[end / 4] != PCI_NOT_READ) continue;
    walk->image->state[end / 4] = extent.rest == PCI_REST_VPD ? PCI_VPD : PCI_GATEWAY;
  }
}

/*
 * Finds the capabilities before any of their registers is read, so that a length
 * never reaches into the next one. Reads what the kernel has read many times at
 * boot: __pci_find_next_cap_ttl() in drivers/pci/pci.c.
 */
static uint32_t find_caps(struct walk* walk, uint32_t pointer, struct found_cap* caps) {
  uint8_t visited[PCI_CONFIG_BYTES / 4] = {0};
  uint32_t offset = read_dword(walk, pointer) & 0xfc;
  uint32_t count = 0;

  while (offset != 0) {
    uint32_t header;

    if (offset < PCI_HEADER_BYTES) {
      warn(walk->image, "the capability list points into the header, to 0x%02x", offset);
      break;
    }
    if (visited[offset / 4] || count == MAX_CAPS) {
      warn(walk->image, "the capability list comes back to 0x%02x", offset);
      break;
    }
    visited[offset / 4] = 1;
    header = read_dword(walk, offset);
    if ((header & 0xff) == 0xff) {
      warn(walk->image, "the capability list ends in all ones at 0x%02x", offset);
      break;
    }
    caps[count].offset = offset;
    caps[count].header = header;
    count++;
    offset = header >> 8 & 0xfc;
  }
  return count;
}

static void walk_caps(struct walk* walk, uint32_t pointer) {
  struct found_cap caps[MAX_CAPS];
  const uint32_t count = find_caps(walk, pointer, caps);
  uint32_t i;

  for (i = 0; i < count; i++) {
    const uint8_t id = caps[i].header & 0xff;
    walk->clip = next_start(caps, count, caps[i].offset, PCI_CONFIG_BYTES);
    read_body(walk, caps[i].offset, pci_cap_extent(id, caps[i].header));
    note_perturbation(walk->image, pci_cap_perturbation(id));
  }
}

static uint32_t find_ext_caps(struct walk* walk, struct found_cap* caps) {
  uint8_t visited[PCI_EXT_CONFIG_BYTES / 4] = {0};
  uint32_t offset = PCI_CONFIG_BYTES;
  uint32_t count = 0;

  while (offset != 0) {
    uint32_t header;

    if (offset < PCI_CONFIG_BYTES) {
      warn(walk->image, "the extended capability list points to 0x%02x, below 0x100", offset);
      break;
    }
    if (visited[offset / 4] || count == MAX_EXT_CAPS) {
      warn(walk->image, "the extended capability list comes back to 0x%03x", offset);
      break;
    }
    visited[offset / 4] = 1;
    header = read_dword(walk, offset);
    /* At 0x100 both are the way to say that there are none. */
    if (header == 0 || header == ALL_ONES) {
      if (offset != PCI_CONFIG_BYTES) {
        warn(walk->image, "the extended capability list ends in 0x%08x at 0x%03x", header, offset);
      }
      break;
    }
    caps[count].offset = offset;
    caps[count].header = header;
    count++;
    offset = header >> 20 & 0xffc;
  }
  return count;
}

static void walk_ext_caps(struct walk* walk) {
  struct found_cap caps[MAX_EXT_CAPS];
  const uint32_t count = find_ext_caps(walk, caps);
  uint32_t i;

  for (i = 0; i < count; i++) {
    const uint16_t id = caps[i].header & 0xffff;
    const uint32_t offset = caps[i].offset;
    walk->clip = next_start(caps, count, offset, PCI_EXT_CONFIG_BYTES);
    read_body(walk, offset, pci_ext_cap_extent(id, offset, read_clipped, walk));
    note_perturbation(walk->image, pci_ext_cap_perturbation(id));
  }
}

static void read_the_rest(struct walk* walk) {
  uint32_t i;

  for (i = 0; i < walk->image->size / 4; i++) {
    uint8_t* state = &walk->image->state[i];
    if (*state == PCI_VPD || *state == PCI_GATEWAY) *state = PCI_NOT_READ;
    read_dword(walk, i * 4);
  }
}

int pci_check_presence(const struct vmcoredd_host* host,
                       const struct vmcoredd_device* device,
                       const char** why) {
  uint8_t bytes[4];
  uint32_t id;
  int error = read_device(host, device, OFFSET_ID, bytes);

  if (error) {
    *why = "the configuration space cannot be read";
    return error;
  }
  id = load(bytes);
  if (id == ID_RETRY) {
    *why = "the device is not ready: it answers configuration requests with retry";
    return -ENODEV;
  }
  if (id == 0) {
    *why = "the device does not answer: its ids read as zeros";
    return -ENODEV;
  }
  if ((id & 0xffff) != 0xffff) return 0;
  /* The vendor id of a virtual function reads as 0xffff too (PCIe 5.0, 9.3.4.1.1),
   * but its command and status do not. */
  error = read_device(host, device, OFFSET_COMMAND, bytes);
  if (!error && load(bytes) != ALL_ONES) return 0;
  *why = "the device does not answer: its vendor id reads as 0xffff";
  return -ENODEV;
}

void pci_walk(const struct vmcoredd_host* host,
              const struct vmcoredd_device* device,
              int full,
              struct pci_image* image) {
  struct walk walk = {host, device, image, 0};
  uint8_t bytes[4];
  uint32_t type;

  memset(image->bytes, 0, sizeof image->bytes);
  memset(image->state, PCI_NOT_READ, sizeof image->state);
  image->error = 0;
  image->warning_count = 0;
  image->perturbation_count = 0;

  read_range(&walk, 0, PCI_HEADER_BYTES);
  type = read_dword(&walk, OFFSET_HEADER_TYPE) >> 16 & 0x7f;
  if (type > 2) warn(image, "header type %u is not 0, 1 or 2: only the header was read", type);
  if (type == 2) read_range(&walk, PCI_HEADER_BYTES, CARDBUS_HEADER_BYTES);
  if (type <= 2 && read_dword(&walk, OFFSET_COMMAND) & STATUS_CAP_LIST) {
    walk_caps(&walk, type == 2 ? OFFSET_CAPABILITIES_CARDBUS : OFFSET_CAPABILITIES);
  }
  if (type <= 2 && image->size == PCI_EXT_CONFIG_BYTES) walk_ext_caps(&walk);
  if (full) read_the_rest(&walk);
  if (read_device(host, device, OFFSET_COMMAND, bytes) == 0 && load(bytes) == ALL_ONES) {
    warn(image, "the device stopped answering during the walk: registers may be all ones");
  }
}
