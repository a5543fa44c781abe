# SPDX-License-Identifier: LGPL-2.1-or-later
# VGPU_LINUX: where the kernel's headers are, and whether modules are built.
#
# LINUX_DIR is a prepared kernel build directory, as /lib/modules/VERSION/build.
# Without one, and without --enable-kmod said aloud, user space is built alone.
AC_DEFUN([VGPU_LINUX], [
  AC_ARG_WITH([linux],
    [AS_HELP_STRING([--with-linux=DIR], [kernel build directory @<:@/lib/modules/`uname -r`/build@:>@])],
    [LINUX_DIR=$withval], [LINUX_DIR=/lib/modules/`uname -r`/build])
  AC_ARG_ENABLE([kmod],
    [AS_HELP_STRING([--disable-kmod], [build no kernel modules])],
    [], [enable_kmod=auto])

  AC_MSG_CHECKING([for kernel headers])
  AS_IF([test "$enable_kmod" != no && test ! -f "$LINUX_DIR/include/generated/autoconf.h" \
         && test ! -f "$LINUX_DIR/include/config/auto.conf"], [
    AS_IF([test "$enable_kmod" = yes || test -n "$with_linux"],
      [AC_MSG_ERROR([$LINUX_DIR is no kernel build directory.
Install linux-headers-`uname -r`, name another by --with-linux=DIR, or say --disable-kmod])])
    enable_kmod=no
  ])
  AS_IF([test "$enable_kmod" = no], [LINUX_DIR=], [enable_kmod=yes])
  AC_MSG_RESULT([${LINUX_DIR:-none, no kernel modules}])
  AM_CONDITIONAL([ENABLE_KMOD], [test "$enable_kmod" = yes])
  AC_SUBST([LINUX_DIR])
])
