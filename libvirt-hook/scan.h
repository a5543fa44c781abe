/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scan.h - a first look at the bytes of a domain's XML: might it concern us? Needs
 * libc only and parses nothing.
 */
#ifndef VGPU_SCAN_H
#define VGPU_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Longest text that is searched for, less one: what has to be kept between two blocks. */
#define SCAN_TAIL 31

/**
 * struct scan:
 * @asks: our namespace (of any version) was seen
 * @mdev: the quoted word mdev was seen, as an mdev hostdev has it
 * @tail: private: the end of what was looked at
 * @tail_length: private
 *
 * What was seen so far; zero it to begin. Both may be true of a domain that does not concern us
 * (the words may stand in a description), never false of one that does: libvirt
 * writes the XML in a form of its own.
 */
struct scan {
    bool asks;
    bool mdev;
    char tail[SCAN_TAIL];
    size_t tail_length;
};

/**
 * scan_feed:
 * @scan: what was seen so far
 * @data: the next bytes
 * @length: how many
 *
 * Words that lie across two calls are seen too.
 */
void scan_feed(struct scan *scan, const char *data, size_t length);

/**
 * scan_uuid:
 * @xml: a domain's XML
 * @length: bytes of @xml
 * @uuid: (out): 36 characters and a NUL, or "" if there is none
 *
 * Finds the domain's uuid: the first uuid element, since libvirt writes it right after the name.
 */
void scan_uuid(const char *xml, size_t length, char uuid[37]);

/**
 * scan_records:
 * @root: where /run is, "" on a real host
 * @uuid: uuid of a domain
 *
 * Returns: true if the text of any record in /run/openvgpu holds @uuid. False when the folder is
 * not there or can't be read.
 */
bool scan_records(const char *root, const char *uuid);

#endif
