# SPDX-License-Identifier: LGPL-2.1-or-later
# VGPU_COMPILER_FLAGS: warnings for all user-space code, --enable-asan, --enable-werror.
AC_DEFUN([VGPU_COMPILER_FLAGS], [
  AC_ARG_ENABLE([asan],
    [AS_HELP_STRING([--enable-asan], [build user space with address and undefined-behaviour sanitizers])],
    [], [enable_asan=no])
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [let warnings fail the build])],
    [], [enable_werror=no])

  VGPU_CFLAGS="-std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
  VGPU_CFLAGS="$VGPU_CFLAGS -Wno-unused-parameter -fno-strict-aliasing"
  AS_IF([test "$enable_werror" = yes], [VGPU_CFLAGS="$VGPU_CFLAGS -Werror"])
  AS_IF([test "$enable_asan" = yes], [
    VGPU_CFLAGS="$VGPU_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined"
    VGPU_CFLAGS="$VGPU_CFLAGS -fno-omit-frame-pointer"
    VGPU_LDFLAGS="-fsanitize=address,undefined"
  ])
  AM_CONDITIONAL([ENABLE_ASAN], [test "$enable_asan" = yes])
  AC_SUBST([VGPU_CFLAGS])
  AC_SUBST([VGPU_LDFLAGS])
])
