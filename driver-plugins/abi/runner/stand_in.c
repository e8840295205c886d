/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/abi/runner/stand_in.h"

#include <stdio.h>
#include <string.h>

#include "driver-plugins/abi/runner/session.h"

static const char* option(const struct session* session, const char* prefix) {
  char key[80];
  const int size = snprintf(key, sizeof key, "%s.%s", prefix, session->device.address);

  if (size < 0 || (size_t)size >= sizeof key) return NULL;
  return session->host.option(&session->host, key);
}

static void ignore(struct session* session, const char* prefix, const char* expected) {
  char text[SESSION_REASON_BYTES];

  snprintf(text, sizeof text, "option %s.%s ignored: expected %s", prefix, session->device.address,
           expected);
  session->host.log(&session->host, VMCOREDD_LOG_WARNING, text);
}

/* Four hexadecimal digits, and what must follow them. */
static const char* take_id(const char* text, char follows, uint16_t* id) {
  int i;

  *id = 0;
  for (i = 0; i < 4; i++) {
    const char c = text[i];
    int digit = -1;

    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return NULL;
    *id = (uint16_t)(*id << 4 | digit);
  }
  return text[4] == follows ? text + 5 : NULL;
}

static int is_bar(char c) { return c >= '0' && c - '0' < (int)BAR_COUNT; }

static void apply_ids(struct session* session, const char* text) {
  uint16_t vendor = 0;
  uint16_t device = 0;
  const char* rest = take_id(text, ':', &vendor);

  if (!rest || !take_id(rest, '\0', &device)) {
    ignore(session, "id", "VENDOR:DEVICE, hexadecimal, 4 digits each");
    return;
  }
  session->device.vendor_id = vendor;
  session->device.device_id = device;
  snprintf(session->stand_in, sizeof session->stand_in,
           "looked at as %04x:%04x, by an option of the user", vendor, device);
}

static void apply_bars(struct session* session, const char* text) {
  uint8_t place[BAR_COUNT];

  memcpy(place, session->bars.place, sizeof place);
  for (;;) {
    if (!is_bar(text[0]) || text[1] != ':' || !is_bar(text[2]) ||
        (text[3] != '\0' && text[3] != ',')) {
      ignore(session, "bar", "A:B[,A:B]..., numbers of BARs from 0 to 5");
      return;
    }
    place[text[0] - '0'] = (uint8_t)(text[2] - '0');
    if (text[3] == '\0') break;
    text += 4;
  }
  memcpy(session->bars.place, place, sizeof place);
}

void stand_in_apply(struct session* session) {
  const char* ids = option(session, "id");
  const char* bars = option(session, "bar");

  if (ids) apply_ids(session, ids);
  if (bars) apply_bars(session, bars);
}
