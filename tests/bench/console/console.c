/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vgpu-bench-console: how long it takes from a guest's redraw of the whole screen until a VNC
 * client has every pixel of it, and how fast the guest writes video memory: on a vGPU and on a
 * display of QEMU's own in the same guest, in turn.
 *
 * Usage: vgpu-bench-console SERIAL ROUNDS NAME=DEVICE=PORT...
 * A DEVICE is a folder in the guest's sysfs, a PORT that of the VNC server that shows it. JSON
 * of all samples goes to standard output.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../../vnc/vnc.h"

#define WIDTH  1920
#define HEIGHT 1080
#define BYTES  (WIDTH * HEIGHT * 4)

/* QEMU looks less often at a screen that does not change: the first redraws of a round wake it. */
#define WARM_UP 2
#define TIMED   5

#define MOST_SUBJECTS 4

/** struct subject: a display; @redraw and @fill have ROUNDS * TIMED samples each */
struct subject {
    const char *name;
    const char *device;
    struct vnc vnc;
    double *redraw; /* ms */
    double *fill;   /* MB/s */
};

static FILE *serial_in, *serial_out;

static double
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
serial_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof address.sun_path)
        errx(2, "%s: too long", path);
    memcpy(address.sun_path, path, strlen(path));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        err(1, "%s", path);
    serial_in = fdopen(fd, "r");
    serial_out = fdopen(dup(fd), "w");
    if (!serial_in || !serial_out)
        err(1, "%s", path);
}

/* Waits for a line that begins so; the rest of it, until the next call. */
static const char *
serial_wait(const char *start)
{
    static char line[512];
    const char *at;

    while (fgets(line, sizeof line, serial_in)) {
        at = strstr(line, start);
        if (at)
            return at + strlen(start);
    }
    errx(1, "the guest does not say \"%s\"", start);
}

/* A command as lab/guest/init takes it, which has to end well. */
static void
guest_run(const char *command)
{
    fprintf(serial_out, "bench %s\n", command);
    fflush(serial_out);
    if (atoi(serial_wait("bench DONE ")) != 0)
        errx(1, "the guest fails to run: %s", command);
}

static void
take_over(const struct subject *subject)
{
    const char *address = strrchr(subject->device, '/');
    char command[512];

    snprintf(command, sizeof command,
             "echo %s >%s/driver/unbind; echo 1 >%s/enable; card mode %s %ux%ux32 %u", address + 1,
             subject->device, subject->device, subject->device, WIDTH, HEIGHT, WIDTH);
    guest_run(command);
}

static bool
shows(const struct vnc *vnc, uint32_t colour)
{
    if (vnc->width != WIDTH || vnc->height != HEIGHT)
        return false;
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++)
        if (vnc->pixels[i] != (0xff000000 | colour))
            return false;
    return true;
}

/* One redraw; its samples go to the two places. */
static void
redraw(struct subject *subject, unsigned number, uint32_t colour, double *ms, double *rate)
{
    double start = now_ms();

    fprintf(serial_out, "%u %" PRIx32 "\n", number, colour);
    fflush(serial_out);
    while (!shows(&subject->vnc, colour)) {
        vnc_request(&subject->vnc, true);
        vnc_take_message(&subject->vnc);
    }
    *ms = now_ms() - start;
    *rate = BYTES * 1e3 / strtod(serial_wait("filled "), NULL);
}

static void
measure(struct subject *subjects, unsigned count, unsigned rounds)
{
    uint32_t colour = 0;
    double ignored;

    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned s = 0; s < count; s++) {
            for (unsigned i = 0; i < WARM_UP + TIMED; i++) {
                unsigned at = round * TIMED + i - WARM_UP;

                colour = (colour + 0x3f1d2b) & 0xffffff;
                redraw(&subjects[s], s, colour, i < WARM_UP ? &ignored : &subjects[s].redraw[at],
                       i < WARM_UP ? &ignored : &subjects[s].fill[at]);
            }
        }
    }
}

static void
print_series(const char *measured, const char *name, const double *values, unsigned count,
             const char *end)
{
    printf("  {\"measure\": \"%s\", \"subject\": \"%s\", \"values\": [", measured, name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%.3f", i ? ", " : "", values[i]);
    printf("]}%s\n", end);
}

static void
print_all(const struct subject *subjects, unsigned count, unsigned samples)
{
    printf("{\"series\": [\n");
    for (unsigned i = 0; i < count; i++) {
        print_series("redraw to VNC, ms", subjects[i].name, subjects[i].redraw, samples, ",");
        print_series("video memory write, MB/s", subjects[i].name, subjects[i].fill, samples,
                     i + 1 < count ? "," : "");
    }
    printf("]}\n");
}

/* "NAME=DEVICE=PORT", which it cuts. */
static void
subject_open(struct subject *subject, char *text, unsigned samples)
{
    char *device = strchr(text, '=');
    char *port = device ? strchr(device + 1, '=') : NULL;

    if (!port)
        errx(2, "\"%s\" is not NAME=DEVICE=PORT", text);
    *device = *port = '\0';
    subject->name = text;
    subject->device = device + 1;
    subject->redraw = calloc(samples, sizeof *subject->redraw);
    subject->fill = calloc(samples, sizeof *subject->fill);
    if (!subject->redraw || !subject->fill)
        err(1, "%u samples", samples);
    take_over(subject);
    vnc_open(&subject->vnc, (uint16_t)atoi(port + 1));
    vnc_request(&subject->vnc, false);
    vnc_take_message(&subject->vnc);
}

int
main(int argc, char **argv)
{
    struct subject subjects[MOST_SUBJECTS] = {0};
    unsigned count = argc > 3 ? (unsigned)argc - 3 : 0;
    unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 0;

    if (!rounds || !count || count > MOST_SUBJECTS)
        errx(2, "usage: vgpu-bench-console SERIAL ROUNDS NAME=DEVICE=PORT...");
    serial_open(argv[1]);
    for (unsigned i = 0; i < count; i++)
        subject_open(&subjects[i], argv[3 + i], rounds * TIMED);
    fprintf(serial_out, "bench card fills");
    for (unsigned i = 0; i < count; i++)
        fprintf(serial_out, " %s", subjects[i].device);
    fprintf(serial_out, " </dev/ttyS0\n");
    measure(subjects, count, rounds);
    print_all(subjects, count, rounds * TIMED);
    return 0;
}
