# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm build: the project built for a machine, without one.

build_usage()
{
    cat <<'END'
Usage: lab/vm build [--kernel VERSION]

Builds the project as "up" does and prints the folder it is installed below. What
has not changed is not built again.

  --kernel VERSION  the kernel its modules are for: 6.1, 6.12 (if not given),
                    7.3, or san
END
}

verb_main()
{
    local kernel=6.12 args=("$@")
    while (($#)); do
        case $1 in
        --kernel) kernel=${2-} && shift ;;
        -h | --help) build_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    kernel_check "$kernel"
    need_root "$LAB/vm" build "${args[@]}"
    host_packages "$LAB/image/packages.host"
    build_project "$kernel"
    build_stage "$kernel"
}
