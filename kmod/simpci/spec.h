/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a GPU is to be: as data, and as an administrator writes it.
 */
#ifndef SIMPCI_SPEC_H
#define SIMPCI_SPEC_H

#include <linux/types.h>

#define SIMPCI_DRIVER_SIZE	32	/* struct simpci_spec.driver, NUL included */
#define SIMPCI_NAME_SIZE	32	/* struct simpci_spec.name, likewise */
#define SIMPCI_MAX_VFS		64
#define SIMPCI_MAX_MIB		(1U << 20)	/* 1 TiB of framebuffer */

/**
 * struct simpci_spec - what a GPU is to be
 * @domain: its PCI domain, or 0 for the first that is free
 * @node: NUMA node it is near to, or NUMA_NO_NODE
 * @framebuffer_mib: its video memory in MiB, or 0 where its driver says how much
 * @vendor: PCI vendor id, of the subsystem too
 * @device: PCI device id, likewise
 * @vfs: how many virtual functions it can have, 0 for no SR-IOV
 * @name: what it is called, in its vital product data; "" for no such
 * @driver: the only driver that may have it and its virtual functions; "" for any that
 *	knows its ids
 */
struct simpci_spec {
	u16 domain;
	int node;
	u32 framebuffer_mib;
	u16 vendor;
	u16 device;
	u16 vfs;
	char name[SIMPCI_NAME_SIZE];
	char driver[SIMPCI_DRIVER_SIZE];
};

/**
 * simpci_spec_init() - a GPU of which nothing is said
 * @spec: what to fill
 */
void simpci_spec_init(struct simpci_spec *spec);

/**
 * simpci_spec_parse() - read what a GPU is to be
 * @spec: what to fill; what @text does not name is as simpci_spec_init() has it
 * @text: words "key=value" with blanks between; cut into words
 * @wrong: on an error the word that is wrong; points into @text
 *
 * A GPU with another's ids is kept for the driver "vgpu" where @text names none:
 * the driver of a real card must never find it.
 *
 * Return: NULL, or what is wrong with @wrong.
 */
const char *simpci_spec_parse(struct simpci_spec *spec, char *text,
			      const char **wrong);

#endif /* SIMPCI_SPEC_H */
