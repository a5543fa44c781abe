/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - the program libvirt runs for each event of each domain: sees whether it
 * concerns us, and is done at once if not. Links libc only.
 */
#include "config.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "input.h"
#include "message.h"
#include "module.h"

/* Time for a whole call, what it may be late at most, and time for the look after a reconnect. */
#define CALL_SECONDS  10
#define GRACE_SECONDS 2
#define LOOK_SECONDS  60

/* What the environment says; all of it is for tests, and none of it counts without a root. */
struct settings {
    const char *root;
    const char *module;
    int seconds;
    bool privileged;
};

/* Exit status when the alarm goes off. */
static volatile sig_atomic_t late_status = EXIT_SUCCESS;

static struct settings
read_settings(void)
{
    const char *root = secure_getenv("OPENVGPU_ROOT");
    const char *module = root ? secure_getenv("OPENVGPU_HOOK_MODULE") : NULL;
    const char *seconds = root ? secure_getenv("OPENVGPU_CALL_SECONDS") : NULL;
    struct settings settings = {
        .root = root ? root : "",
        .module = module ? module : VGPU_HOOK_MODULE,
        .seconds = seconds ? atoi(seconds) : CALL_SECONDS,
        .privileged = root ? !secure_getenv("OPENVGPU_SESSION") : geteuid() == 0,
    };

    return settings;
}

static bool
is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

/* In the child: nothing of libvirt's stays open, and it does not stay for ever. */
static void
look_and_log(const char *name)
{
    struct settings settings = read_settings();
    struct vgpu_hook_call call = {
        .version = VGPU_HOOK_CALL_VERSION,
        .size = sizeof(call),
        .name = name,
        .operation = "reconnect",
        .uuid = "",
        .xml = "",
        .privileged = settings.privileged,
        .started = input_now(),
    };
    int status;

    alarm(LOOK_SECONDS);
    message_begin(name, "", settings.root[0]);
    module_run(&call, settings.module, &status);
}

/*
 * A guest is running, and any other exit status than 0 would kill it. So nothing
 * is done here that can fail: no input is read, no library loaded.
 */
static int
reconnect(const char *name)
{
    if (fork() == 0) {
        int null = open("/dev/null", O_RDWR);

        if (null < 0 || setsid() < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
            _exit(0);
        look_and_log(name);
        _exit(0);
    }
    return 0;
}

/* Does this event of this domain need the library? */
static bool
concerns_us(const struct vgpu_hook_call *call, const struct input *input, const char *root)
{
    if (!call->privileged)
        return call->asks && strcmp(call->operation, "prepare") == 0;
    if (call->asks || input->scan.mdev)
        return true;
    /* hot-detached: the hostdev has left the XML, the record has not */
    return strcmp(call->operation, "release") == 0 && scan_records(root, call->uuid);
}

/* Exit status where the library can't help: at release none counts, others must not suffer. */
static int
fail(const struct vgpu_hook_call *call)
{
    return call->asks && strcmp(call->operation, "release") != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Only what signal-safety(7) allows. */
static void
give_up(int number)
{
    static const char line[] =
        "openvgpu: the hook waits for a file or the kernel past its deadline and has given up; "
        "look at the processes in state D and at the records in /run/openvgpu/vgpus\n";

    (void)number;
    (void)!write(STDERR_FILENO, line, sizeof(line) - 1);
    _exit(late_status);
}

static int
run(struct vgpu_hook_call *call, const struct input *input, const struct settings *settings)
{
    int status;

    if (!concerns_us(call, input, settings->root))
        return EXIT_SUCCESS;
    late_status = fail(call);
    if (!input->whole && strcmp(call->operation, "release") != 0) {
        message("%s: its XML is larger than %u MiB or did not end in %d seconds; no vGPU was "
                "made for it; look with 'virsh edit' for what makes it so large, or start it again",
                call->operation, INPUT_MAX >> 20, settings->seconds);
        return fail(call);
    }
    return module_run(call, settings->module, &status) ? status : fail(call);
}

static int
handle(const char *name, const char *operation)
{
    struct settings settings = read_settings();
    int64_t started = input_now();
    struct input input;
    char uuid[37];
    int status;

    /* the XML may hold passwords, and a core dump would leave them on disk (tests want to be
     * debugged) */
    if (!settings.root[0])
        prctl(PR_SET_DUMPABLE, 0);
    signal(SIGPIPE, SIG_IGN);
    /* for what knows no deadline: loading a library, reading sysfs, the system's log */
    signal(SIGALRM, give_up);
    alarm((unsigned int)settings.seconds + GRACE_SECONDS);
    input_read(&input, STDIN_FILENO, started + settings.seconds * INT64_C(1000000));
    scan_uuid(input.text, input.length, uuid);
    message_begin(name, uuid, settings.root[0]);
    struct vgpu_hook_call call = {
        .version = VGPU_HOOK_CALL_VERSION,
        .size = sizeof(call),
        .name = name,
        .operation = operation,
        .uuid = uuid,
        .xml = input.whole && input.text ? input.text : "",
        .length = input.whole ? input.length : 0,
        .asks = input.scan.asks,
        .privileged = settings.privileged,
        .started = started,
    };
    if (input.length == 0 && input.whole && settings.privileged)
        message("%s: libvirt gave no XML, so it is taken for a domain without vGPUs", operation);
    status = run(&call, &input, &settings);
    input_free(&input);
    return status;
}

/* For people and vgpuctl doctor, which see so that the library can be loaded. */
static int
print_releases(void)
{
    const char *release = module_release(read_settings().module);

    printf("openvgpu-hook %s\n", PACKAGE_VERSION);
    if (release)
        printf("hook.so %s\n", release);
    else
        fprintf(stderr, "openvgpu: the hook can't load its library: %s\n", dlerror());
    return release ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
    static const char *const handled[] = {"prepare", "release", "migrate", "restore", NULL};

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return print_releases();
    if (argc < 3)
        return EXIT_SUCCESS;
    if (strcmp(argv[2], "reconnect") == 0)
        return reconnect(argv[1]);
    if (!is_one_of(argv[2], handled))
        return EXIT_SUCCESS;
    return handle(argv[1], argv[2]);
}
