/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rewrite.c - gives vGPUs of a domain's XML another uuid, and leaves every other
 * byte of the XML as it is.
 */
#include "rewrite.h"

#include "error.h"
#include "xmltext.h"

/* One value to be replaced. */
typedef struct {
    VgpuSpan span;
    const char *uuid;
} Edit;

static int
compare_edits(gconstpointer first, gconstpointer second)
{
    const Edit *a = first, *b = second;

    return a->span.start < b->span.start ? -1 : a->span.start > b->span.start;
}

static gboolean
add_edit(GArray *edits, const char *xml, gsize length, guint element, const char *uuid,
         GError **error)
{
    Edit edit = {.uuid = uuid};

    if (!uuid)
        return TRUE;
    if (!vgpu_xmltext_find_attr(xml, length, element, "uuid", &edit.span)) {
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED,
                    "the place of a vGPU's uuid in the XML was not found");
        return FALSE;
    }
    g_array_append_val(edits, edit);
    return TRUE;
}

static GArray *
collect_edits(const char *xml, gsize length, const VgpuDomain *domain, GHashTable *fresh,
              GError **error)
{
    g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(Edit));

    for (guint i = 0; i < domain->hostdevs->len; i++) {
        const VgpuHostdev *hostdev = g_ptr_array_index(domain->hostdevs, i);

        if (!add_edit(edits, xml, length, hostdev->element,
                      g_hash_table_lookup(fresh, hostdev->vgpu), error))
            return NULL;
    }
    for (guint i = 0; i < domain->requests->len; i++) {
        const VgpuRequest *request = g_ptr_array_index(domain->requests, i);

        if (!add_edit(edits, xml, length, request->element,
                      g_hash_table_lookup(fresh, request->vgpu), error))
            return NULL;
    }
    g_array_sort(edits, compare_edits);
    return g_steal_pointer(&edits);
}

static GString *
apply_edits(const char *xml, gsize length, const GArray *edits)
{
    GString *text = g_string_sized_new(length + 64);
    gsize done = 0;

    for (guint i = 0; i < edits->len; i++) {
        const Edit *edit = &g_array_index(edits, Edit, i);

        g_string_append_len(text, xml + done, edit->span.start - done);
        g_string_append(text, edit->uuid);
        done = edit->span.end;
    }
    g_string_append_len(text, xml + done, length - done);
    return text;
}

static const char *
expected(GHashTable *fresh, const char *uuid)
{
    const char *replacement = g_hash_table_lookup(fresh, uuid);

    return replacement ? replacement : uuid;
}

/* Does @text say what @domain says, with the new uuids? */
static gboolean
is_as_expected(const GString *text, const VgpuDomain *domain, GHashTable *fresh)
{
    g_autoptr(VgpuDomain) now = vgpu_domain_parse(text->str, text->len, NULL);

    if (!now || now->hostdevs->len != domain->hostdevs->len ||
        now->requests->len != domain->requests->len)
        return FALSE;
    for (guint i = 0; i < now->hostdevs->len; i++) {
        const VgpuHostdev *a = g_ptr_array_index(now->hostdevs, i);
        const VgpuHostdev *b = g_ptr_array_index(domain->hostdevs, i);

        if (!g_str_equal(a->vgpu, expected(fresh, b->vgpu)))
            return FALSE;
    }
    for (guint i = 0; i < now->requests->len; i++) {
        const VgpuRequest *a = g_ptr_array_index(now->requests, i);
        const VgpuRequest *b = g_ptr_array_index(domain->requests, i);

        if (!g_str_equal(a->vgpu, expected(fresh, b->vgpu)))
            return FALSE;
    }
    return TRUE;
}

char *
vgpu_rewrite_uuids(const char *xml, gsize length, const VgpuDomain *domain, GHashTable *fresh,
                   gsize *out_length, GError **error)
{
    g_autoptr(GArray) edits = collect_edits(xml, length, domain, fresh, error);
    GString *text;

    if (!edits)
        return NULL;
    text = apply_edits(xml, length, edits);
    if (!is_as_expected(text, domain, fresh)) {
        g_string_free(text, TRUE);
        g_set_error(error, VGPU_ERROR, VGPU_ERROR_FAILED,
                    "the XML with new uuids is not what it should be; it was thrown away");
        return NULL;
    }
    *out_length = text->len;
    return g_string_free(text, FALSE);
}
