/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plugin's process says to the collector: frames on a pipe.
 *
 * A frame is a type (u32), a payload length (u32), both little endian, and the
 * payload. Text payloads are UTF-8-agnostic bytes without NUL; "flat" payloads
 * are lines of key=value, each ended by a newline.
 *
 *   offer run:    hello log* (offer)*                                   log* end
 *   collect run:  hello log* [begin (data|hole|warning|perturbed|log)* done] log* end
 *
 * The collector believes none of it: see collector/capture/.
 */
#ifndef VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAMES_H_
#define VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAMES_H_

#include <stddef.h>
#include <stdint.h>

/* The version of frames and request. The collector refuses others. */
#define VMCOREDD_FRAMES_PROTOCOL 1u

#define VMCOREDD_FRAME_HEADER_BYTES 8u
/* Both sides hold one payload in memory: this is the window. */
#define VMCOREDD_FRAME_MAX_PAYLOAD (64u * 1024u)
/* A request is one device and the options. */
#define VMCOREDD_REQUEST_MAX_BYTES (64u * 1024u)
/* Dumps that a plugin may offer for one device. */
#define VMCOREDD_MAX_OFFERS 64u

enum vmcoredd_frame_type {
  VMCOREDD_FRAME_HELLO = 1,     /* flat: protocol, plugin */
  VMCOREDD_FRAME_OFFER = 2,     /* flat: index, what, size, class, priority, score, flags */
  VMCOREDD_FRAME_BEGIN = 3,     /* flat: index, size (0: unknown) */
  VMCOREDD_FRAME_DATA = 4,      /* bytes of the dump */
  VMCOREDD_FRAME_HOLE = 5,      /* u64 LE: bytes; then text: why */
  VMCOREDD_FRAME_WARNING = 6,   /* text */
  VMCOREDD_FRAME_PERTURBED = 7, /* text */
  VMCOREDD_FRAME_DONE = 8,      /* flat: error (0 or an errno value) */
  VMCOREDD_FRAME_LOG = 9,       /* u32 LE: enum vmcoredd_log_level; then text */
  VMCOREDD_FRAME_END = 10       /* flat: error (0 or an errno value), reason */
};

/* The header of a frame, to and from the wire. */
static inline void vmcoredd_frame_put_u32(unsigned char* to, uint32_t value) {
  to[0] = (unsigned char)value;
  to[1] = (unsigned char)(value >> 8);
  to[2] = (unsigned char)(value >> 16);
  to[3] = (unsigned char)(value >> 24);
}
static inline uint32_t vmcoredd_frame_get_u32(const unsigned char* from) {
  return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
         (uint32_t)from[3] << 24;
}

#endif /* VMCOREDD_DRIVER_PLUGINS_ABI_RUNNER_FRAMES_H_ */
