# SPDX-License-Identifier: LGPL-2.1-or-later
# VGPU_COMPILER_FLAGS: warnings for all user-space code, --enable-asan, --enable-fuzzing,
# --enable-werror.

# VGPU_CHECK_FUZZER: that the compiler has libFuzzer.
AC_DEFUN([VGPU_CHECK_FUZZER], [
  AC_MSG_CHECKING([for libFuzzer])
  saved_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -fsanitize=fuzzer"
  AC_LINK_IFELSE([AC_LANG_SOURCE([[
    int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size)
    { return data && size ? 0 : 0; }]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([--enable-fuzzing needs clang with its libFuzzer.
Install clang and libclang-rt-dev, and say CC=clang])])
  CFLAGS=$saved_CFLAGS
])

AC_DEFUN([VGPU_COMPILER_FLAGS], [
  AC_ARG_ENABLE([asan],
    [AS_HELP_STRING([--enable-asan], [build user space with address and undefined-behaviour sanitizers])],
    [], [enable_asan=no])
  AC_ARG_ENABLE([fuzzing],
    [AS_HELP_STRING([--enable-fuzzing], [make tests/fuzz programs of libFuzzer, with sanitizers; needs CC=clang])],
    [], [enable_fuzzing=no])
  AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [let warnings fail the build])],
    [], [enable_werror=no])

  VGPU_CFLAGS="-std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
  VGPU_CFLAGS="$VGPU_CFLAGS -Wno-unused-parameter -fno-strict-aliasing"
  AS_IF([test "$enable_werror" = yes], [VGPU_CFLAGS="$VGPU_CFLAGS -Werror"])
  AS_IF([test "$enable_fuzzing" = yes], [
    VGPU_CHECK_FUZZER
    enable_asan=yes
    VGPU_CFLAGS="$VGPU_CFLAGS -fsanitize=fuzzer-no-link"
    FUZZER_LDFLAGS="-fsanitize=fuzzer"
  ])
  AS_IF([test "$enable_asan" = yes], [
    VGPU_CFLAGS="$VGPU_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=undefined"
    VGPU_CFLAGS="$VGPU_CFLAGS -fno-omit-frame-pointer"
    VGPU_LDFLAGS="-fsanitize=address,undefined"
  ])
  AM_CONDITIONAL([ENABLE_ASAN], [test "$enable_asan" = yes])
  AM_CONDITIONAL([ENABLE_FUZZING], [test "$enable_fuzzing" = yes])
  AC_SUBST([FUZZER_LDFLAGS])
  AC_SUBST([VGPU_CFLAGS])
  AC_SUBST([VGPU_LDFLAGS])
])
