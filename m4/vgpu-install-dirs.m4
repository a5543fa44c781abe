# SPDX-License-Identifier: LGPL-2.1-or-later
# VGPU_INSTALL_DIRS: the folders where libvirt, mdevctl, systemd and udev look.
#
# They look there whatever our prefix is, so the defaults do not follow it.
AC_DEFUN([VGPU_DIR], [
  AC_ARG_WITH([$1],
    [AS_HELP_STRING([--with-$1=DIR], [$3 @<:@$4@:>@])],
    [$2=$withval], [$2=$4])
  AC_SUBST([$2])
])
AC_DEFUN([VGPU_INSTALL_DIRS], [
  VGPU_DIR([libvirt-hooks-dir], [libvirt_hooksdir], [hooks of libvirt], [/etc/libvirt/hooks])
  # mdevctl before 1.3 looks in /etc only, later ones there too.
  VGPU_DIR([mdevctl-scripts-dir], [mdevctl_scriptsdir], [callouts of mdevctl],
    [/etc/mdevctl.d/scripts.d])
  VGPU_DIR([systemd-unit-dir], [systemdsystemunitdir], [systemd units], [/usr/lib/systemd/system])
  VGPU_DIR([udev-rules-dir], [udevrulesdir], [udev rules], [/usr/lib/udev/rules.d])
])
