/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the VFIO front end (vgpu-vfio) and a resource manager
 * (RM): what a back end must answer, and what it may ask of the front end.
 *
 * The split and the names of the ten required operations follow NVIDIA's vGPU
 * host driver; see docs/vgpu-rm.7 and ARCHITECTURE.md. The contract knows
 * nothing of mdev and nothing of an IOMMU.
 *
 * Objects
 *   GPU            the struct pci_dev an RM drives, or a virtual function of it;
 *                  named in probe and remove.
 *   type           what a vGPU can be: a number, fixed while the GPU has vGPUs.
 *   vGPU           two opaque handles, made together at create: @vgpu is the
 *                  RM's and comes first in every operation; struct vgpu_vfio is
 *                  the front end's and comes first in every callback. Neither
 *                  side looks into the other's.
 *
 * Life of a vGPU
 *   create -> (update_request)* -> start -> bar_info, sparse_mmap, accesses ...
 *          -> stop -> (start ...)* -> delete
 *   The front end never calls two of create, delete, start, stop, reset,
 *   update_request on one vGPU at once. Accesses, display and statistics run
 *   beside each other and beside callbacks.
 *
 * Locks
 *   Nothing the front end holds across an operation is needed by a DMA unmap or a
 *   callback, but that types_changed() and remove() are not for vgpu_create(),
 *   vgpu_delete(), get_types() and get_name(); a guest's reset waits for start,
 *   stop and update_request() alone. So an RM may take a round trip through user
 *   space inside any operation that may sleep, and may call back from inside it. An RM must
 *   not hold a lock of its own over a callback that may sleep if one of its
 *   operations takes that lock; the one over pins, see @pin_pages, may be taken
 *   by region_access.
 *
 * Context
 *   Every operation is called in process context with no spinlock held and may
 *   sleep, unless its text says otherwise. Operations run on behalf of the
 *   process that opened, or wrote to sysfs: waits in them should be killable.
 */
#ifndef VGPU_RM_H
#define VGPU_RM_H

#include <linux/types.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/errno.h>
#include <linux/uuid.h>

struct file;
struct module;
struct page;
struct pci_dev;

/* Version of this header. A new major breaks, a new minor only adds members. */
#define VGPU_RM_VERSION_MAJOR	1
#define VGPU_RM_VERSION_MINOR	1

/* Longest texts, terminating NUL included. */
#define VGPU_PROFILE_SIZE	32	/* struct vgpu_type.profile */
#define VGPU_TEXT_SIZE		256	/* get_name, get_description */
#define VGPU_PARAMS_SIZE	1024	/* update_request's parameters */
#define VGPU_VM_NAME_SIZE	64	/* struct vgpu_start_info.vm_name */

#define VGPU_MAX_TYPES		64	/* types of one GPU */
#define VGPU_MAX_BARS		6	/* BAR 0 to 5 of PCI */
#define VGPU_MAX_AREAS		16	/* directly mappable areas of one BAR */
#define VGPU_MAX_MSIX		2048	/* vectors that MSI-X can say */
#define VGPU_VENDOR_CAP_SIZE	64	/* body of the vendor-specific capability */

/* The expansion ROM in region_backing, beside BAR 0 to 5. */
#define VGPU_REGION_ROM		6

/**
 * struct vgpu_version - a version of this contract
 * @major: must be equal on both sides
 * @minor: may differ; members past the older side's size read as zero
 */
struct vgpu_version {
	u16 major;
	u16 minor;
};

/**
 * struct vgpu_vfio - a vGPU as the front end knows it
 *
 * Opaque to the RM. Valid from the call of vgpu_create() until vgpu_delete()
 * returns 0, or until a vgpu_create() that failed returns.
 */
struct vgpu_vfio;

/**
 * struct vgpu_start_request - one pending start
 *
 * Opaque and reference counted by the front end. The RM that accepted it owns
 * one reference and gives it up in start_done(), whenever that is: a request
 * whose opener has gone, or whose vGPU was deleted, is dead but still valid.
 */
struct vgpu_start_request;

/**
 * struct vgpu_type - a type of vGPU that a GPU offers
 * @id: the RM's number for it, unique on this GPU
 * @profile: short name for sysfs, [A-Za-z0-9._-] only; the mdev type id that
 *	users see is "<PCI driver's name>-<profile>"
 */
struct vgpu_type {
	u32 id;
	char profile[VGPU_PROFILE_SIZE];
};

/**
 * struct vgpu_create_info - what to create
 * @size: sizeof(struct vgpu_create_info) of the front end
 * @type: a type id that get_types() gave for @gpu
 * @gpu: the GPU; for a virtual function, its physical function
 * @vf: the virtual function the vGPU is bound to, or NULL
 * @uuid: names the vGPU to users; the mdev's, or made by the front end for a VF
 * @vgpu_vfio: what to pass to callbacks
 */
struct vgpu_create_info {
	u32 size;
	u32 type;
	struct pci_dev *gpu;
	struct pci_dev *vf;
	uuid_t uuid;
	struct vgpu_vfio *vgpu_vfio;
};

/**
 * struct vgpu_identity - the PCI function the guest shall see
 * @size: sizeof(struct vgpu_identity) of the front end; set by the front end
 * @vendor: PCI vendor id
 * @device: PCI device id
 * @subsystem_vendor: PCI subsystem vendor id
 * @subsystem_device: PCI subsystem id
 * @class: PCI class code, 24 bits: base class, sub-class, interface
 * @revision: PCI revision id
 * @intx: true for an interrupt pin (INTA)
 * @msi_vectors: 0, or a power of two up to 32: MSI vectors offered
 * @msix_vectors: MSI-X vectors offered, 0 to VGPU_MAX_MSIX
 * @msix_bar: memory BAR, 0 to 5, that holds MSI-X's table and pending bits
 * @msix_table: bytes into that BAR to the table, 16 for each vector; a multiple
 *	of 8
 * @msix_pba: bytes into that BAR to the pending bits, 8 for each 64 vectors; a
 *	multiple of 8, not inside the table
 * @pcie: true for a PCI Express endpoint: its capability, and 4096 bytes of
 *	configuration space instead of 256
 * @vendor_cap_size: bytes of @vendor_cap, 0 for no such capability
 * @vendor_cap: what the guest reads of the vendor-specific capability after its
 *	id, next pointer and length (PCI Local Bus 3.0, appendix H)
 *
 * Filled by vgpu_create(), zero before; fixed for the life of the vGPU. The front
 * end answers accesses to table and pending bits itself, and no area that
 * get_sparse_mmap() gives may touch the pages they are on.
 */
struct vgpu_identity {
	u32 size;
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u32 class;
	u8 revision;
	bool intx;
	u16 msi_vectors;
	u16 msix_vectors;
	u8 msix_bar;
	u32 msix_table;
	u32 msix_pba;
	bool pcie;
	u8 vendor_cap_size;
	u8 vendor_cap[VGPU_VENDOR_CAP_SIZE];
};

/* struct vgpu_bar_info.flags */
#define VGPU_BAR_64BIT		(1U << 0)	/* takes this and the next BAR */
#define VGPU_BAR_PREFETCH	(1U << 1)	/* prefetchable memory */
#define VGPU_BAR_IO		(1U << 2)	/* I/O ports, not memory */

/**
 * struct vgpu_bar_info - a BAR of a started vGPU
 * @size: bytes; 0 for no BAR, else a power of two: for memory 16 to 2 GiB, or
 *	512 GiB with VGPU_BAR_64BIT; for I/O 4 to 256
 * @flags: VGPU_BAR_*
 */
struct vgpu_bar_info {
	u64 size;
	u32 flags;
};

/**
 * struct vgpu_area - part of a region that the guest may map
 * @offset: bytes from the start of the region, page aligned
 * @size: bytes, page aligned, not 0
 */
struct vgpu_area {
	u64 offset;
	u64 size;
};

/**
 * struct vgpu_backing - the memory behind part of a region
 * @file: a shmem or memfd file; the RM keeps its own reference until
 *	vgpu_delete(), the front end takes one for as long as it needs
 * @offset: bytes into @file, page aligned
 * @size: bytes, page aligned
 *
 * Pages are allocated on first touch and charged to the memory cgroup of the
 * process that touches them. The RM may read and write the file's pages; only
 * the front end installs mappings of them, on an inode of its own: from start
 * to stop the RM neither truncates the file nor punches holes into it. VMMs may hold
 * pages after stop: before the next start the RM must drop from the file, by
 * shmem_truncate_range(), whatever the next guest is not to share with them.
 */
struct vgpu_backing {
	struct file *file;
	u64 offset;
	u64 size;
};

/**
 * struct vgpu_plane - what the guest shows at this moment
 * @width: pixels; 0 while nothing is shown
 * @height: pixels
 * @stride: bytes from one line to the next, a multiple of 4
 * @drm_format: fourcc of drm/drm_fourcc.h, e.g. DRM_FORMAT_XRGB8888
 * @bar: the BAR whose backing holds the pixels
 * @dmabuf: VMMs get it as a dma-buf and not as a region; one that begins inside a
 *	page is not shown then. Fixed from start to stop, also while nothing is shown
 * @offset: bytes from the start of @bar to the first pixel; need not be aligned
 *
 * A plane that reaches past the backing, or that VMMs could not show, counts as
 * nothing shown: guests write such values and the RM need not check them.
 */
struct vgpu_plane {
	u32 width;
	u32 height;
	u32 stride;
	u32 drm_format;
	u16 bar;
	bool dmabuf;
	u64 offset;
};

/**
 * struct vgpu_stats - what a vGPU uses that only the RM knows
 * @size: sizeof(struct vgpu_stats) of the front end; set by the front end
 * @framebuffer_bytes: framebuffer now allocated
 * @reserved: not looked at
 */
struct vgpu_stats {
	u32 size;
	u64 framebuffer_bytes;
	u64 reserved[2];
};

/**
 * struct vgpu_attr_names - how attributes of vGPUs are called in sysfs
 * @size: sizeof(struct vgpu_attr_names) of the front end; set by the front end
 * @group: their folder below the vGPU; "vgpu" unless changed
 * @params: in it, the parameters for update_request; "params" unless changed
 *
 * Strings of 1 to 31 characters, with no "/", which stay until remove() returns.
 */
struct vgpu_attr_names {
	u32 size;
	const char *group;
	const char *params;
};

/**
 * enum vgpu_state - how a vGPU is used, for update_request
 * @VGPU_STATE_UNUSED: created, nobody has it open
 * @VGPU_STATE_OPENED: open and started, the guest has not run with it yet
 * @VGPU_STATE_IN_USE: the guest has enabled the device (COMMAND memory bit)
 */
enum vgpu_state {
	VGPU_STATE_UNUSED = 0,
	VGPU_STATE_OPENED = 1,
	VGPU_STATE_IN_USE = 2,
};

/**
 * struct vgpu_start_info - for whom a vGPU starts
 * @size: sizeof(struct vgpu_start_info) of the front end
 * @pid: process that opens the device, in the initial pid namespace
 * @vm_name: name an administrator gave for the machine, or ""; valid during
 *	the call
 */
struct vgpu_start_info {
	u32 size;
	pid_t pid;
	const char *vm_name;
};

/* struct vgpu_rm_ops.features */
#define VGPU_RM_LIVE_PARAMS	(1ULL << 0)	/* parameters may change while open */

/**
 * struct vgpu_rm_ops - operations of a back end
 * @version: in get_ops, the front end's version on entry, the back end's on return
 * @size: in get_ops, bytes the front end can take; the back end writes no more
 * @features: VGPU_RM_*, optional behaviour
 *
 * @vgpu_create: make a vGPU of @info->type, reserve its capacity, fill
 *	@identity and the RM's handle @vgpu. No memory of the framebuffer need
 *	be allocated yet. Serialised with vgpu_delete() by the front end, per
 *	GPU, or per function. -ENOSPC when capacity lacks, -EINVAL for a type
 *	that the GPU does not have. The back end's module is held from here to
 *	vgpu_delete().
 * @vgpu_delete: give everything back. Never called while the vGPU is started.
 *	0 frees @vgpu; -EBUSY refuses and leaves it as it was.
 * @vgpu_bar_info: describe BAR @bar, 0 to 5. Called after each start is done;
 *	size 0 for a BAR that is absent. The answer may not change between one
 *	start and the stop that pairs with it.
 * @vgpu_start: bring the vGPU up. Called at the first open, under locks of
 *	VFIO that stall other users of the device, so an RM that must ask a
 *	daemon returns 0 and answers later by start_done(). Returning non-zero
 *	refuses: the RM then must not answer. The front end waits, killable, at
 *	most its module parameter start_timeout (seconds). No DMA and no
 *	interrupt before start_done(). If the wait ends first, the front end
 *	calls stop, which may come before the late answer.
 * @get_types: the types of @gpu that exist, whether or not one more can be made:
 *	at most *@count of them into @types, and the number into *@count; none on
 *	a GPU whose virtual functions have them. Called in probe() and after
 *	types_changed().
 * @get_name: a display name of type @type, no newline, into @buf of @size bytes.
 * @get_description: "key=value, ..." about type @type, likewise: num_heads,
 *	frl_config (frames a second), framebuffer (with M for MiB),
 *	max_resolution (WxH), max_instance. May have several lines where tools
 *	expect another driver's.
 * @get_instances: how many more vGPUs of @type can be made now into *@instances;
 *	must be right at the moment vgpu_create() or vgpu_delete() returns.
 * @get_sparse_mmap: areas of @bar that the guest may map: at most *@count into
 *	@areas, and the number into *@count, ascending, not overlapping. 0 areas:
 *	every access to the BAR traps. Only between start and stop.
 * @update_request: the vGPU's use or its parameters changed. @params is the whole
 *	text of an administrator, "key=value,key=value", "" for none; it is
 *	given at each call and changes only in VGPU_STATE_UNUSED, unless
 *	@features has VGPU_RM_LIVE_PARAMS; never in a call that changes @state,
 *	which can't be refused. -EINVAL refuses parameters and leaves the
 *	previous ones in force, so does -EBUSY what can't change while open. While it
 *	is open the guest's reset and its first access wait for this call.
 *
 * @vgpu_stop: optional. The last close, or a start that was given up. After it
 *	returns the RM touches no guest memory, raises no interrupt, and no
 *	access comes until the next start.
 * @region_access: optional, needed where an access can trap. Read or write @count
 *	bytes (1, 2, 4 or 8, aligned to @count) of BAR @region at @offset,
 *	which is inside the region. @buf is in kernel memory, little endian. An
 *	error other than -EFAULT makes a read return ones and drops a write.
 * @reset: optional. Back to the state after start; framebuffer content may stay.
 * @region_backing: optional, needed where get_sparse_mmap() gives an area: the
 *	memory behind @region, whole; backing size may be below the region's.
 *	Accesses inside it do not reach region_access(). For VGPU_REGION_ROM
 *	the expansion ROM, a power of two from 2 KiB to 16 MiB; refused where there
 *	is none.
 * @dma_invalidate: optional. [@iova, @iova + @size) is gone: the front end has
 *	unpinned it already and refuses access to it; the RM forgets what it
 *	knew. Called after the fact from a work item, which no unmap waits for;
 *	one at a time for a vGPU, in the order of the unmaps, and not after
 *	vgpu_stop() returned. VFIO tells of the whole life of an open: a range
 *	the RM knows nothing of is no error, and a pin in it waits until this
 *	returned: pin nothing from here. @iova 0 with @size ~0 says that all guest
 *	memory is gone, pins too, as when there was no memory to say less.
 * @display_plane: optional. What is shown now. Called some 30 times a second.
 * @get_edid: optional. The EDID of the vGPU's monitor into @buf, *@size bytes of
 *	room on entry, its length on return; 0 while no monitor is plugged in.
 * @migration_set_state: optional, reserved: NULL for now. Move to a state
 *	of enum vfio_device_mig_state; *@data is the stream where one opens.
 * @get_attr_names: optional. Change @names for @gpu, so that what was written for
 *	another driver finds what it looks for. Called once, in probe().
 * @get_stats: optional. Asked when somebody reads it from sysfs; accesses, interrupts
 *	and the rest the front end counts by itself.
 * @set_edid: optional, with get_edid(). The VMM plugs in a monitor with the EDID
 *	@edid of @size bytes, a multiple of 128 up to 1024, or takes it away with
 *	@size 0. Lasts until vgpu_stop(). -EINVAL for one the device can't use.
 */
struct vgpu_rm_ops {
	struct vgpu_version version;
	u32 size;
	u64 features;

	int (*vgpu_create)(const struct vgpu_create_info *info,
			   struct vgpu_identity *identity, void **vgpu);
	int (*vgpu_delete)(void *vgpu);
	int (*vgpu_bar_info)(void *vgpu, unsigned int bar,
			     struct vgpu_bar_info *info);
	int (*vgpu_start)(void *vgpu, struct vgpu_start_request *request,
			  const struct vgpu_start_info *info);
	int (*get_types)(struct pci_dev *gpu, struct vgpu_type *types,
			 unsigned int *count);
	int (*get_name)(struct pci_dev *gpu, u32 type, char *buf, size_t size);
	int (*get_description)(struct pci_dev *gpu, u32 type, char *buf,
			       size_t size);
	int (*get_instances)(struct pci_dev *gpu, u32 type,
			     unsigned int *instances);
	int (*get_sparse_mmap)(void *vgpu, unsigned int bar,
			       struct vgpu_area *areas, unsigned int *count);
	int (*update_request)(void *vgpu, enum vgpu_state state,
			      const char *params);

	void (*vgpu_stop)(void *vgpu);
	int (*region_access)(void *vgpu, unsigned int region, u64 offset,
			     void *buf, size_t count, bool write);
	int (*reset)(void *vgpu);
	int (*region_backing)(void *vgpu, unsigned int region,
			      struct vgpu_backing *backing);
	void (*dma_invalidate)(void *vgpu, u64 iova, u64 size);
	int (*display_plane)(void *vgpu, struct vgpu_plane *plane);
	int (*get_edid)(void *vgpu, u8 *buf, size_t *size);
	int (*migration_set_state)(void *vgpu, u32 state, struct file **data);
	int (*get_stats)(void *vgpu, struct vgpu_stats *stats);
	int (*set_edid)(void *vgpu, const u8 *edid, size_t size);
	void (*get_attr_names)(struct pci_dev *gpu,
			       struct vgpu_attr_names *names);
};

struct vgpu_rm;

/**
 * struct vgpu_vfio_ops - callbacks of the front end
 * @version: the front end's version
 * @size: bytes of this structure that the front end filled
 * @features: reserved, 0
 *
 * @probe: @gpu is up and can take vGPUs. Called by the RM's own PCI probe, or
 *	later. May sleep; calls get_types(), get_name(). After it returns 0 users
 *	see the GPU. -ENODEV without types, -EEXIST if it is known already.
 *	A virtual function is announced likewise, after its GPU: it takes one
 *	vGPU, which is the function itself as a VFIO device with no mdev, and is
 *	what get_types(), get_name(), get_description() and get_instances() are
 *	asked about then; vgpu_create() names both.
 * @remove: @gpu leaves. Must pair with probe(); asks every user to let go
 *	(VFIO's REQ), waits for them, deletes each vGPU, and returns when none
 *	of the GPU's operations runs or will run. Sleeps. Called for a GPU before
 *	its virtual functions, whose users are asked as well, so that they are
 *	waited for once and not one after the other; their vGPUs, and what is
 *	asked about them, last until their own remove().
 * @inject_interrupt: raise vector @vector, 0 up, of MSI or MSI-X, whichever the
 *	VMM has set up. From any context but NMI, and on PREEMPT_RT a raw hard
 *	interrupt, where an eventfd's lock sleeps; takes no sleeping lock else. -EINVAL
 *	for a vector the identity does not offer; an interrupt the guest has not
 *	enabled is dropped, which is no error; one it has masked stays pending.
 * @set_intx: level of INTA; the front end masks and re-asserts. Contexts as for
 *	@inject_interrupt.
 * @start_done: answers @request: 0 or -errno. Exactly once for each request that
 *	vgpu_start() accepted, from any context but NMI; from inside vgpu_start()
 *	too. Gives up the RM's reference. After an error vgpu_stop() does not
 *	follow.
 * @device_lost: @gpu fell off its bus: accesses read ones from now on, writes
 *	are dropped, users get VFIO's ERR. Contexts as for @inject_interrupt.
 *	remove() follows.
 * @types_changed: get_types() would answer differently. Sleeps. -EBUSY while
 *	the GPU has a vGPU, -ENODEV if it has no types now.
 * @dma_rw: copy @size bytes between @buf and guest memory at @iova, for a
 *	started vGPU. Sleeps; VFIO's unmaps wait meanwhile, so copy 64 KiB or so
 *	at once, not more. -EINVAL, -EFAULT where
 *	the guest has no memory there, -EACCES while the guest has bus mastering
 *	off, as it is after reset.
 * @pin_pages: pin @count pages of guest memory at @iova, page aligned, into
 *	@pages; write access if @write. For a started vGPU; sleeps. A page pinned
 *	twice is unpinned twice. Charged to the process that mapped the memory. To
 *	reach a page map it for the time of an access (kmap_local_page()) or for
 *	longer (vmap()), and undo that before it is unpinned. A later unmap by the
 *	guest's VMM unpins pages at once and tells the RM by dma_invalidate(),
 *	which is needed for this: until that returns the pages are given to
 *	nobody else, so that accesses do no harm. It may come before the RM has
 *	noted what this call gave: count those, and unpin again if one came in
 *	between. Pins of one page look alike, so a lock of the RM's spans pin
 *	and note, and unpin and its note; region_access may take it,
 *	dma_invalidate, stop, reset and the rest must not. Returns the number
 *	pinned, which may be less than @count, or an error for the first page:
 *	as for @dma_rw, -EPERM for memory the guest may only read, -ENOMEM past
 *	the process's RLIMIT_MEMLOCK, -ENOSPC past the front end's parameter
 *	max_pinned_mib, -EBUSY if the VMM is unmapping there, -EINTR if killed,
 *	-EOPNOTSUPP without dma_invalidate().
 * @unpin_pages: undo pin_pages(); what is pinned no more, or not page aligned,
 *	is ignored.
 * @report_error: the vGPU failed in a way that its guest can't mend: its VMM gets
 *	VFIO's ERR, at which QEMU stops the machine. All else stays as it is.
 *	Contexts as for @inject_interrupt. False if no VMM listens. From version
 *	1.1 on.
 */
struct vgpu_vfio_ops {
	struct vgpu_version version;
	u32 size;
	u64 features;

	int (*probe)(const struct vgpu_rm *rm, struct pci_dev *gpu);
	void (*remove)(struct pci_dev *gpu);
	int (*inject_interrupt)(struct vgpu_vfio *vgpu_vfio,
				unsigned int vector);
	void (*set_intx)(struct vgpu_vfio *vgpu_vfio, bool level);
	void (*start_done)(struct vgpu_start_request *request, int status);
	void (*device_lost)(struct pci_dev *gpu);
	int (*types_changed)(struct pci_dev *gpu);
	int (*dma_rw)(struct vgpu_vfio *vgpu_vfio, u64 iova, void *buf,
		      size_t size, bool write);
	int (*pin_pages)(struct vgpu_vfio *vgpu_vfio, u64 iova,
			 unsigned int count, bool write, struct page **pages);
	void (*unpin_pages)(struct vgpu_vfio *vgpu_vfio, u64 iova,
			    unsigned int count);
	bool (*report_error)(struct vgpu_vfio *vgpu_vfio);
};

/**
 * struct vgpu_rm - a back end, as it introduces itself
 * @name: the back end's name, for messages; the module's by custom
 * @owner: THIS_MODULE; held by the front end while a vGPU of it exists
 * @get_ops: hand over the operations. @ops->version and @ops->size are the front
 *	end's on entry. On a different major version write the own version, fill
 *	nothing else and return -EPROTO; vgpu_rm_fill_ops() does it.
 * @set_ops: take the callbacks, valid until vgpu_vfio_unregister_rm() returns.
 *	Called once, after get_ops() succeeded. Non-zero refuses.
 *
 * Lives from register to unregister, unchanged.
 */
struct vgpu_rm {
	const char *name;
	struct module *owner;
	int (*get_ops)(struct vgpu_rm_ops *ops);
	int (*set_ops)(const struct vgpu_vfio_ops *ops);
};

/**
 * vgpu_vfio_register_rm() - introduce a back end to the front end
 * @rm: the back end
 *
 * Does the handshake: get_ops(), a check that every required operation is there,
 * set_ops(). Called from the back end's module init, before its PCI driver is
 * registered. Sleeps.
 *
 * Return: 0; -EPROTO for another major version, which is logged with both;
 * -EINVAL without a required operation, which is named; -EEXIST for a second
 * registration; or what get_ops() or set_ops() returned.
 */
int vgpu_vfio_register_rm(const struct vgpu_rm *rm);

/**
 * vgpu_vfio_unregister_rm() - take leave
 * @rm: the back end
 *
 * Pairs with a successful vgpu_vfio_register_rm(), from the back end's module
 * exit, after remove() has returned for each GPU, so that no operation runs.
 * Sleeps.
 */
void vgpu_vfio_unregister_rm(const struct vgpu_rm *rm);

/**
 * vgpu_rm_fill_ops() - the back end's side of the handshake
 * @dst: as get_ops() got it
 * @src: the back end's table, with its own version and size
 *
 * Copies what both sides know, so that a table with more or fewer operations than
 * the front end's does no harm.
 *
 * Return: 0, or -EPROTO with the own version in @dst for another major version.
 */
static inline int vgpu_rm_fill_ops(struct vgpu_rm_ops *dst,
				   const struct vgpu_rm_ops *src)
{
	u32 size = min(dst->size, src->size);

	if (dst->version.major != src->version.major) {
		dst->version = src->version;
		return -EPROTO;
	}
	memcpy(dst, src, size);
	dst->size = size;
	return 0;
}

#endif /* VGPU_RM_H */
