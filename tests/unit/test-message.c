/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-message.c - libvirt-hook/message.c: a domain's name can't make a terminal or a log do
 * anything.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* What a message about a domain of @name writes to standard error. */
static void
say(const char *name, char *text, size_t size)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    size_t length;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    message_begin(name, "", true);
    message("refused");
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    fclose(file);
}

static void
test_control_characters(void **state)
{
    char text[256];

    say("a\nb\033[2J\177", text, sizeof(text));
    assert_string_equal(text, "openvgpu: domain \"a?b?[2J?\": refused\n");
    /* 0xc2 0x9b is CSI; 0xc3 0xa4 is a letter, and so is 0xc2 0xb5 */
    say("\302\233 \303\244 \302\265 \302", text, sizeof(text));
    assert_string_equal(text, "openvgpu: domain \"?? \303\244 \302\265 \302\": refused\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
