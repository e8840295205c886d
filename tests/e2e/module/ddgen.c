// SPDX-License-Identifier: GPL-2.0-only
/*
 * ddgen: registers device dumps of known content in a crash kernel, so that a
 * test can tell what every reader must give back. No driver that QEMU can feed
 * calls vmcore_add_device_dump(), and this path is the kernel's own: names,
 * rounding, placement before the CORE notes, shifted PT_LOADs.
 *
 * Payload of a dump: seed = FNV-1a (32 bit) of its name; for each 32-bit
 * little-endian word i: seed = seed * 1664525 + 1013904223, and the word is
 * seed if i % 64 >= 48, else seed & 0xff; leftover bytes are 0xa5. The kernel
 * adds zeros up to the page. mkvmcore_lib/payload.py in tests/support computes
 * the same.
 */
#include <linux/crash_dump.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/unaligned.h>

struct ddgen_dump {
	const char *name;
	unsigned int size;
};

static const struct ddgen_dump ddgen_dumps[] = {
	{ "ddgen_0000:00:04.0", 65536 },
	/* neither a word nor a page multiple */
	{ "ddgen_0000:00:05.0_fw", 300001 },
	/* smaller than a word: only the leftover byte */
	{ "ddgen_0000:00:06.0", 1 },
};

static int ddgen_fill(struct vmcoredd_data *data, void *buf)
{
	u32 seed = 2166136261u;
	unsigned int i;
	const char *c;
	u8 *out = buf;

	for (c = data->dump_name; *c; c++)
		seed = (seed ^ (u8)*c) * 16777619u;
	for (i = 0; i < data->size / 4; i++, out += 4) {
		seed = seed * 1664525u + 1013904223u;
		put_unaligned_le32(i % 64 >= 48 ? seed : seed & 0xff, out);
	}
	memset(out, 0xa5, data->size % 4);
	return 0;
}

static int __init ddgen_init(void)
{
	struct vmcoredd_data data;
	unsigned int i;
	int ret;

	/*
	 * vmcore_add_device_dump() does not check that a vmcore exists and
	 * takes a NULL dereference in a normal kernel (seen with 6.1.192).
	 */
	if (!is_kdump_kernel())
		return -ENODEV;
	for (i = 0; i < ARRAY_SIZE(ddgen_dumps); i++) {
		/*
		 * Up to 6.1 the kernel copies all 44 bytes, so drivers that
		 * snprintf() into an uninitialised struct leave rubbish behind
		 * the NUL. So does this one, for the readers to cope with.
		 */
		memset(data.dump_name, 'x', sizeof(data.dump_name));
		strscpy(data.dump_name, ddgen_dumps[i].name,
			sizeof(data.dump_name));
		data.size = ddgen_dumps[i].size;
		data.vmcoredd_callback = ddgen_fill;
		ret = vmcore_add_device_dump(&data);
		if (ret) {
			pr_err("ddgen: %s: error %d\n", data.dump_name, ret);
			return ret;
		}
	}
	return 0;
}

static void __exit ddgen_exit(void)
{
	/* The kernel has no way to take a device dump back. */
}

module_init(ddgen_init);
module_exit(ddgen_exit);
MODULE_DESCRIPTION("vmcoredd test: device dumps of known content");
MODULE_LICENSE("GPL");
