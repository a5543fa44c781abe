/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespace of dma-buf's symbols is named by a string since Linux 6.13, by a bare
 * word before.
 */
#ifndef VGPU_COMPAT_DMA_BUF_H
#define VGPU_COMPAT_DMA_BUF_H

#include <linux/dma-buf.h>
#include <linux/module.h>

#ifdef VGPU_HAVE_IMPORT_NS_STRING
#define VGPU_IMPORT_DMA_BUF	MODULE_IMPORT_NS("DMA_BUF")
#else
#define VGPU_IMPORT_DMA_BUF	MODULE_IMPORT_NS(DMA_BUF)
#endif

#endif /* VGPU_COMPAT_DMA_BUF_H */
