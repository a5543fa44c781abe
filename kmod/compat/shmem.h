/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shmem file that reserves nothing ahead: its flags are a vma_flags_t where
 * the kernel has it (about Linux 7.0), else an unsigned long.
 */
#ifndef VGPU_COMPAT_SHMEM_H
#define VGPU_COMPAT_SHMEM_H

#include <linux/mm.h>
#include <linux/shmem_fs.h>

/**
 * vgpu_shmem_file() - an unlinked shmem file
 * @name: for /proc/PID/maps
 * @size: bytes; none is allocated or reserved yet
 *
 * Return: the file, to be given back by fput(), or ERR_PTR.
 */
static inline struct file *vgpu_shmem_file(const char *name, loff_t size)
{
#ifdef VGPU_HAVE_SHMEM_VMA_FLAGS
	return shmem_file_setup(name, size, mk_vma_flags(VMA_NORESERVE_BIT));
#else
	return shmem_file_setup(name, size, VM_NORESERVE);
#endif
}

#endif /* VGPU_COMPAT_SHMEM_H */
