/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PCI domain number for an emulated host bridge: kept by the kernel where it
 * does so (pci_bus_find_emul_domain_nr(), Linux 6.19), else found by looking.
 */
#ifndef VGPU_COMPAT_PCI_DOMAIN_H
#define VGPU_COMPAT_PCI_DOMAIN_H

#include <linux/errno.h>
#include <linux/pci.h>

#ifndef CONFIG_X86
#error "host bridges of our own are written for x86's struct pci_sysdata only"
#endif

#define VGPU_PCI_DOMAIN_MAX	0xffff	/* more than 16 bits break tools */

#ifdef VGPU_HAVE_PCI_EMUL_DOMAIN
static inline int vgpu_pci_domain_claim(int from)
{
	return pci_bus_find_emul_domain_nr(0, from, VGPU_PCI_DOMAIN_MAX);
}

static inline void vgpu_pci_domain_put(int domain)
{
	pci_bus_release_emul_domain_nr(domain);
}
#else
static inline int vgpu_pci_domain_claim(int from)
{
	return from;
}

static inline void vgpu_pci_domain_put(int domain)
{
}
#endif

static inline bool vgpu_pci_domain_used(int domain)
{
	struct pci_bus *bus = NULL;

	while ((bus = pci_find_next_bus(bus)))
		if (pci_domain_nr(bus) == domain)
			return true;
	return false;
}

/**
 * vgpu_pci_domain_get() - the first free 16-bit PCI domain
 * @from: where to begin, from 1
 *
 * Older kernels keep no record of it until the root bus is there, and on newer
 * ones firmware's own segments are in no record and must be looked for: another
 * host bridge may take the same, so that registering a root bus in it may fail.
 * The caller holds the rescan lock.
 *
 * Return: the domain, to be given to vgpu_pci_domain_put() after its root bus
 * was removed, or -ENOSPC or -ENOMEM.
 */
static inline int vgpu_pci_domain_get(int from)
{
	int domain;

	for (; from <= VGPU_PCI_DOMAIN_MAX; from = domain + 1) {
		domain = vgpu_pci_domain_claim(from);
		if (domain < 0 || !vgpu_pci_domain_used(domain))
			return domain;
		vgpu_pci_domain_put(domain);
	}
	return -ENOSPC;
}

#endif /* VGPU_COMPAT_PCI_DOMAIN_H */
