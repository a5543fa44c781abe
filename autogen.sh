#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes ./configure out of a checkout; a released archive has it already.
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
exec autoreconf --install --force
