/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One option of the generic plugin, a dump in a line:
 *
 *   DEVICE barN ADDRESS,REGISTERS[,WIDTH]... [early] [class=CLASS] [name=SUFFIX]
 *
 * DEVICE is VENDOR:DEVICE in hexadecimal (8086:10d3) or an address (0000:02:00.0).
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_GENERIC_RANGE_OPTION_H_
#define VMCOREDD_DRIVER_PLUGINS_GENERIC_RANGE_OPTION_H_

#include "driver-plugins/abi/vmcoredd_registers.h"

#define RANGE_MAX_RANGES 32u
#define RANGE_MAX_IMAGE (16u << 20) /* bytes of one image, holes included */
#define RANGE_NAME_BYTES 25

struct range_option {
  struct vmcoredd_register_range ranges[RANGE_MAX_RANGES];
  struct vmcoredd_register_list list;
  struct vmcoredd_register_dump dump;
  char name[RANGE_NAME_BYTES]; /* "" when the option gives none */
};

struct range_problem {
  char text[160];
};

/* Is the option about this device? 1, 0, or -EINVAL and what is wrong with it. */
int range_option_selects(const char* text,
                         const struct vmcoredd_device* device,
                         struct range_problem* problem);

/* Parses all of it. 0, or -EINVAL and what is wrong. */
int range_option_parse(const char* text,
                       struct range_option* option,
                       struct range_problem* problem);

#endif /* VMCOREDD_DRIVER_PLUGINS_GENERIC_RANGE_OPTION_H_ */
