/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest sees of the test engine: ids, BARs, registers. Only numbers, since
 * tests in user space and in a guest include it as well.
 *
 * BAR 0	control registers, 32 bits, little endian; every access traps
 * BAR 1	256 I/O ports, which keep the bytes written to them
 * BAR 2 and 3	16 MiB of memory, the first half backed by a file; behind it
 *		reads give ENGINE_UNBACKED and writes are dropped
 * BAR 4	MSI-X's table and pending bits; the rest reads as zero
 * ROM		64 KiB
 */
#ifndef VGPU_TEST_ENGINE_H
#define VGPU_TEST_ENGINE_H

#define ENGINE_VENDOR		0x1234
#define ENGINE_DEVICE		0x7e57
#define ENGINE_CLASS		0x120000	/* processing accelerator */
#define ENGINE_REVISION		1
#define ENGINE_MSI_VECTORS	4
#define ENGINE_MSIX_VECTORS	64		/* unless a parameter says else */
#define ENGINE_VENDOR_CAP	"OpenVGPU"	/* body of that capability, no NUL */

#define ENGINE_CONTROL_BAR	0
#define ENGINE_CONTROL_SIZE	0x1000
#define ENGINE_PORT_BAR		1
#define ENGINE_PORT_SIZE	0x100
#define ENGINE_MEMORY_BAR	2
#define ENGINE_MEMORY_SIZE	0x1000000
#define ENGINE_BACKING_SIZE	0x800000
#define ENGINE_UNBACKED		0xa5		/* each byte behind the backing */
#define ENGINE_MSIX_BAR		4
#define ENGINE_MSIX_SIZE	0x4000		/* larger for over 256 vectors */
#define ENGINE_MSIX_TABLE	0x1000
#define ENGINE_MSIX_PBA		0x2000		/* behind a larger table */
#define ENGINE_ROM_SIZE		0x10000

/* Mappable areas of BAR 2; between them accesses trap to the backing. */
#define ENGINE_AREA1_OFFSET	0x0
#define ENGINE_AREA1_SIZE	0x200000
#define ENGINE_AREA2_OFFSET	0x300000
#define ENGINE_AREA2_SIZE	0x500000

/*
 * Control registers. Those without "r" read as what was written last; from
 * ENGINE_SCRATCH to ENGINE_RESULT all are 0 after start and reset. Accesses are of
 * 32 or 64 bits; smaller writes are dropped.
 */
#define ENGINE_ID		0x00	/* r: ENGINE_ID_VALUE */
#define ENGINE_SCRATCH		0x04	/* keeps what is written */
#define ENGINE_RAISE		0x08	/* raises that MSI or MSI-X vector; sets RESULT */
#define ENGINE_INTX		0x0c	/* bit 0: level of INTA */
#define ENGINE_IOVA_LO		0x10	/* guest memory for a command */
#define ENGINE_IOVA_HI		0x14
#define ENGINE_LENGTH		0x18	/* bytes, at most ENGINE_MAX_LENGTH; or vectors */
#define ENGINE_BUFFER		0x1c	/* offset into the backing of BAR 2 */
#define ENGINE_COMMAND		0x20	/* runs ENGINE_CMD_* before the write is done */
#define ENGINE_RESULT		0x24	/* r: of the last command, 0, -errno or a count */
#define ENGINE_INVALIDATIONS	0x28	/* r: ranges told to be gone since start */
#define ENGINE_INVALIDATED_LO	0x2c	/* r: the last of them: first byte */
#define ENGINE_INVALIDATED_HI	0x30
#define ENGINE_INVALIDATED_PAGES 0x34	/* r: and length in pages of 4 KiB */
#define ENGINE_RESETS		0x38	/* r: since start */
#define ENGINE_STARTS		0x3c	/* r: since create */
#define ENGINE_REGISTERS	0x40	/* behind the last; reads as zero */

#define ENGINE_ID_VALUE		0x54455354
#define ENGINE_MAX_LENGTH	0x10000
#define ENGINE_PAGE		4096

/* Guest memory at IOVA to the backing at BUFFER, LENGTH bytes. */
#define ENGINE_CMD_READ		1
/* The backing at BUFFER to guest memory. */
#define ENGINE_CMD_WRITE	2
/* Pin LENGTH / ENGINE_PAGE pages at IOVA for writing; RESULT is how many were. */
#define ENGINE_CMD_PIN		3
/* Unpin as many. */
#define ENGINE_CMD_UNPIN	4
/* Like READ, through the kernel's mapping of pinned pages: -ENOENT if not pinned. */
#define ENGINE_CMD_COPY		5
/* The whole GPU falls off its bus. */
#define ENGINE_CMD_LOSE		6
/*
 * This access, every later one of the vGPU's BARs that traps to the back end, and
 * dma_invalidate block: until the module's parameter "release" is written, the
 * vGPU stops, or 60 s have passed. An access that is killed ends at once.
 */
#define ENGINE_CMD_STALL	7
/* Raise the vectors 0 to LENGTH - 1, once each, from a hard interrupt. */
#define ENGINE_CMD_BURST	8
/* Only dma_invalidate blocks, as in STALL; this access is done at once. */
#define ENGINE_CMD_HOLD		9
/* Set in COMMAND: raise vector 0 when the command is done. */
#define ENGINE_CMD_IRQ		0x80000000

#endif /* VGPU_TEST_ENGINE_H */
