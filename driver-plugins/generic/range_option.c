/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver-plugins/generic/range_option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A word of the option: not terminated. */
struct word {
  const char* begin;
  size_t length;
};

static int complain(struct range_problem* problem, const char* format, ...)
    __attribute__((format(printf, 2, 3)));
static int complain(struct range_problem* problem, const char* format, ...) {
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(problem->text, sizeof problem->text, format, arguments);
  va_end(arguments);
  return -EINVAL;
}

static struct word next_word(const char** text) {
  struct word word;

  *text += strspn(*text, " \t");
  word.begin = *text;
  word.length = strcspn(*text, " \t");
  *text += word.length;
  return word;
}

static int is_word(struct word word, const char* text) {
  return strlen(text) == word.length && strncmp(word.begin, text, word.length) == 0;
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/* All of `word` as a number below 2^32; 1 if it is one. */
static int parse_number(struct word word, unsigned base, uint32_t* value) {
  uint64_t number = 0;
  size_t i;

  if (word.length == 0) return 0;
  for (i = 0; i < word.length; i++) {
    const unsigned digit = (unsigned)digit_value(word.begin[i]);
    if (digit >= base) return 0;
    number = number * base + digit;
    if (number > UINT32_MAX) return 0;
  }
  *value = (uint32_t)number;
  return 1;
}

/* Decimal, or hexadecimal with 0x. */
static int parse_c_number(struct word word, uint32_t* value) {
  if (word.length > 2 && word.begin[0] == '0' && (word.begin[1] == 'x' || word.begin[1] == 'X')) {
    word.begin += 2;
    word.length -= 2;
    return parse_number(word, 16, value);
  }
  return parse_number(word, 10, value);
}

int range_option_selects(const char* text,
                         const struct vmcoredd_device* device,
                         struct range_problem* problem) {
  const struct word word = next_word(&text);
  const char* colon = memchr(word.begin, ':', word.length);
  struct word vendor, product;
  uint32_t vendor_id, product_id;

  if (colon && word.length == 9 && colon == word.begin + 4) {
    vendor.begin = word.begin;
    vendor.length = 4;
    product.begin = colon + 1;
    product.length = 4;
    if (parse_number(vendor, 16, &vendor_id) && parse_number(product, 16, &product_id)) {
      return vendor_id == device->vendor_id && product_id == device->device_id;
    }
  } else if (colon && word.length >= 12 && word.begin[word.length - 2] == '.') {
    return is_word(word, device->address);
  }
  return complain(problem,
                  "expected VENDOR:DEVICE of four hexadecimal digits each or an address like "
                  "0000:02:00.0, found \"%.*s\"",
                  (int)(word.length < 40 ? word.length : 40), word.begin);
}

static int parse_range(struct word word,
                       struct range_option* option,
                       struct range_problem* problem) {
  const int shown = (int)(word.length < 40 ? word.length : 40);
  const uint32_t ranges = option->list.count;
  struct word fields[3];
  uint32_t values[3] = {0, 0, 4};
  const char* at = word.begin;
  const char* const end = word.begin + word.length;
  uint32_t count = 0;
  uint32_t i;

  for (;;) {
    const char* comma = memchr(at, ',', (size_t)(end - at));
    if (count == 3)
      return complain(problem, "\"%.*s\" has more than three fields", shown, word.begin);
    fields[count].begin = at;
    fields[count++].length = (size_t)((comma ? comma : end) - at);
    if (!comma) break;
    at = comma + 1;
  }
  for (i = 0; i < count; i++) {
    if (!parse_c_number(fields[i], &values[i])) count = 0;
  }
  if (count < 2) {
    return complain(problem, "expected ADDRESS,REGISTERS[,WIDTH], found \"%.*s\"", shown,
                    word.begin);
  }
  if (values[2] != 1 && values[2] != 2 && values[2] != 4 && values[2] != 8) {
    return complain(problem, "\"%.*s\": a width is 1, 2, 4 or 8", shown, word.begin);
  }
  if (values[1] == 0) return complain(problem, "\"%.*s\" is no register", shown, word.begin);
  if (values[0] % values[2] != 0) {
    return complain(problem, "\"%.*s\": the address is no multiple of the width", shown,
                    word.begin);
  }
  if (ranges == RANGE_MAX_RANGES) {
    return complain(problem, "more than %u ranges", RANGE_MAX_RANGES);
  }
  if ((uint64_t)values[0] + (uint64_t)values[1] * values[2] > RANGE_MAX_IMAGE) {
    return complain(problem, "\"%.*s\" ends past the limit of %u bytes", shown, word.begin,
                    RANGE_MAX_IMAGE);
  }
  if (ranges > 0 && values[0] < vmcoredd_registers_size(&option->list, option->dump.bar)) {
    return complain(problem, "\"%.*s\" overlaps or precedes the range before it", shown,
                    word.begin);
  }
  option->ranges[ranges].offset = values[0];
  option->ranges[ranges].count = values[1];
  option->ranges[ranges].width = (uint8_t)values[2];
  option->ranges[ranges].bar = (uint8_t)option->dump.bar;
  option->list.count++;
  return 0;
}

static int parse_setting(struct word word,
                         struct range_option* option,
                         struct range_problem* problem) {
  static const struct {
    const char* text;
    uint32_t dump_class;
  } kClasses[] = {{"class=passive", VMCOREDD_DUMP_PASSIVE},
                  {"class=side-effect", VMCOREDD_DUMP_SIDE_EFFECT},
                  {"class=intrusive", VMCOREDD_DUMP_INTRUSIVE}};
  static const char kNameCharacters[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.+";
  size_t i;

  if (is_word(word, "early")) {
    option->dump.flags |= VMCOREDD_DUMP_EARLY;
    return 0;
  }
  for (i = 0; i < sizeof kClasses / sizeof kClasses[0]; i++) {
    if (!is_word(word, kClasses[i].text)) continue;
    option->list.dump_class = kClasses[i].dump_class;
    return 0;
  }
  if (word.length > 5 && strncmp(word.begin, "name=", 5) == 0 &&
      word.length - 5 < RANGE_NAME_BYTES &&
      strspn(word.begin + 5, kNameCharacters) >= word.length - 5) {
    memcpy(option->name, word.begin + 5, word.length - 5);
    option->name[word.length - 5] = '\0';
    return 0;
  }
  return complain(problem,
                  "expected early, class=passive, class=side-effect, class=intrusive or name= "
                  "with up to 24 letters, digits, '-', '.', '+', found \"%.*s\"",
                  (int)(word.length < 40 ? word.length : 40), word.begin);
}

int range_option_parse(const char* text,
                       struct range_option* option,
                       struct range_problem* problem) {
  struct word word;
  int error;

  memset(option, 0, sizeof *option);
  option->list.ranges = option->ranges;
  option->dump.list = &option->list;
  next_word(&text); /* the device */
  word = next_word(&text);
  if (word.length != 4 || strncmp(word.begin, "bar", 3) != 0 || word.begin[3] < '0' ||
      word.begin[3] > '5') {
    return complain(problem, "expected bar0 to bar5 behind the device, found \"%.*s\"",
                    (int)(word.length < 40 ? word.length : 40), word.begin);
  }
  option->dump.bar = (uint32_t)(word.begin[3] - '0');
  for (word = next_word(&text); word.length > 0; word = next_word(&text)) {
    error = word.begin[0] >= '0' && word.begin[0] <= '9' ? parse_range(word, option, problem)
                                                         : parse_setting(word, option, problem);
    if (error) return error;
  }
  if (option->list.count == 0) {
    return complain(problem, "expected at least one ADDRESS,REGISTERS");
  }
  if (option->dump.flags & VMCOREDD_DUMP_EARLY &&
      option->list.dump_class != VMCOREDD_DUMP_PASSIVE) {
    return complain(problem, "only a passive dump can be early");
  }
  return 0;
}
