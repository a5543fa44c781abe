/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Vital product data: where a card says what it is called. Pure logic.
 */
#ifndef SIMPCI_VPD_H
#define SIMPCI_VPD_H

#include "config.h"

#define SIMPCI_VPD_SIZE	64	/* a name of 31 characters and what is around it */

/**
 * struct simpci_vpd - the product data of a GPU
 * @data: as PCI 3.0 appendix I has it, zeros behind it
 */
struct simpci_vpd {
	u8 data[SIMPCI_VPD_SIZE];
};

/**
 * simpci_vpd_init() - product data that has a name
 * @vpd: what to fill
 * @name: 1 to 31 characters
 */
void simpci_vpd_init(struct simpci_vpd *vpd, const char *name);

/**
 * simpci_vpd_run() - do what software asks by the capability's registers
 * @vpd: the data
 * @config: the configuration space, its capability just written
 * @cap: where in @config the capability is
 *
 * Reads four bytes; a write of data ends as if it were done, and changes nothing.
 */
void simpci_vpd_run(const struct simpci_vpd *vpd, struct simpci_config *config,
		    unsigned int cap);

#endif /* SIMPCI_VPD_H */
