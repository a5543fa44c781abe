// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading what a GPU is to be. Pure logic, compiled in user space as well by
 * tests/kmod/test-spec.c.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/numa.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "gpu.h"
#include "spec.h"

#define DRIVER	"vgpu"	/* of vgpu-soft */

struct key {
	const char *name;
	/* NULL, or why the value is refused. */
	const char *(*parse)(struct simpci_spec *spec, const char *value);
};

static const char *parse_domain(struct simpci_spec *spec, const char *value)
{
	if (kstrtou16(value, 16, &spec->domain) || !spec->domain)
		return "a PCI domain has up to four hexadecimal digits and is not 0";
	return NULL;
}

static const char *parse_numa_node(struct simpci_spec *spec, const char *value)
{
	if (kstrtoint(value, 10, &spec->node) || spec->node < NUMA_NO_NODE)
		return "a NUMA node is a number, or -1 for none";
	return NULL;
}

static const char *parse_framebuffer(struct simpci_spec *spec,
				     const char *value)
{
	char *end;
	unsigned long long bytes = memparse(value, &end);

	/* Longer than the most, with room for zeros: memparse() wraps. */
	if (strlen(value) > 12 || *end || !isdigit(*value) || !bytes ||
	    bytes % SZ_1M ||
	    bytes / SZ_1M > SIMPCI_MAX_MIB)
		return "video memory is a number with M or G, from 1M to 1048576M";
	spec->framebuffer_mib = bytes / SZ_1M;
	return NULL;
}

static const char *parse_id(u16 *id, const char *value)
{
	/* all ones is how a slot without a device reads */
	if (kstrtou16(value, 16, id) || !*id || *id == U16_MAX)
		return "an id has up to four hexadecimal digits and is neither 0 nor ffff";
	return NULL;
}

static const char *parse_vendor(struct simpci_spec *spec, const char *value)
{
	return parse_id(&spec->vendor, value);
}

static const char *parse_device(struct simpci_spec *spec, const char *value)
{
	return parse_id(&spec->device, value);
}

static const char *parse_vfs(struct simpci_spec *spec, const char *value)
{
	if (kstrtou16(value, 10, &spec->vfs) || spec->vfs > SIMPCI_MAX_VFS)
		return "a GPU has 0 to 64 virtual functions";
	return NULL;
}

static const char *parse_name(struct simpci_spec *spec, const char *value)
{
	size_t i, length = strlen(value);

	for (i = 0; i < length; i++)
		if (!isascii(value[i]) || !isgraph(value[i]))
			break;
	if (!length || i < length || length >= sizeof(spec->name))
		return "a name has 1 to 31 characters of ASCII and no blank";
	strscpy(spec->name, value, sizeof(spec->name));
	return NULL;
}

static const char *parse_driver(struct simpci_spec *spec, const char *value)
{
	if (!*value || strlen(value) >= sizeof(spec->driver))
		return "a driver's name has 1 to 31 characters";
	strscpy(spec->driver, value, sizeof(spec->driver));
	return NULL;
}

static const struct key keys[] = {
	{ "domain", parse_domain },
	{ "numa_node", parse_numa_node },
	{ "framebuffer", parse_framebuffer },
	{ "vendor", parse_vendor },
	{ "device", parse_device },
	{ "vfs", parse_vfs },
	{ "name", parse_name },
	{ "driver", parse_driver },
};

static const struct key *find_key(const char *word, size_t length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (strlen(keys[i].name) == length &&
		    !memcmp(keys[i].name, word, length))
			return &keys[i];
	return NULL;
}

/* Reads one word; @seen has a bit for each key read so far. */
static const char *parse_word(struct simpci_spec *spec, const char *word,
			      unsigned int *seen)
{
	const char *equals = strchr(word, '=');
	const struct key *key;

	if (!equals)
		return "not of the form key=value";
	key = find_key(word, equals - word);
	if (!key)
		return "not known; vgpu-simpci(7) has what a GPU may be";
	if (*seen & 1U << (key - keys))
		return "given twice";
	*seen |= 1U << (key - keys);
	return key->parse(spec, equals + 1);
}

static bool ids_are_ours(const struct simpci_spec *spec)
{
	return spec->vendor == SIMPCI_GPU_VENDOR &&
	       spec->device == SIMPCI_GPU_DEVICE;
}

void simpci_spec_init(struct simpci_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	spec->node = NUMA_NO_NODE;
	spec->vendor = SIMPCI_GPU_VENDOR;
	spec->device = SIMPCI_GPU_DEVICE;
}

const char *simpci_spec_parse(struct simpci_spec *spec, char *text,
			      const char **wrong)
{
	unsigned int seen = 0;
	const char *why;
	char *word;

	simpci_spec_init(spec);
	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		why = parse_word(spec, word, &seen);
		if (why) {
			*wrong = word;
			return why;
		}
	}
	if (!*spec->driver && !ids_are_ours(spec))
		strscpy(spec->driver, DRIVER, sizeof(spec->driver));
	return NULL;
}
