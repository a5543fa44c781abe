# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# lab/vm up: a machine from a clean disk, with the project in it.

up_usage()
{
    cat <<'END'
Usage: lab/vm up [--name NAME] [--kernel VERSION] [--cpus N] [--no-install]

Builds what is missing (Debian roots, disk image, the project), then starts a
machine from a clean disk, installs the project in it and loads its modules.
A machine of that name that runs already is stopped and its disk forgotten.

  --name NAME       the machine's name; "main" if not given
  --kernel VERSION  the kernel it runs: Debian's 6.1, 6.12 (if not given) or 7.3, or
                    san, one that finds bugs and takes ten minutes to build
  --cpus N          its processors: 2
  --no-install      Debian alone, without the project
END
}

verb_main()
{
    local name=main kernel=6.12 cpus=2 install=yes dir args=("$@")
    while (($#)); do
        case $1 in
        --name) name=${2-} && shift ;;
        --kernel) kernel=${2-} && shift ;;
        --cpus) cpus=${2-} && shift ;;
        --no-install) install='' ;;
        -h | --help) up_usage && exit ;;
        *) die_usage "does not know \"$1\"" ;;
        esac
        shift || die_usage "an option lacks its value"
    done
    kernel_check "$kernel"
    [[ $cpus =~ ^[1-9][0-9]?$ ]] || die_usage "\"$cpus\" is no number of processors"
    dir=$(machine_dir "$name")
    need_root "$LAB/vm" up "${args[@]}"
    host_packages "$LAB/image/packages.host"
    machine_lock "$dir"
    [[ ! $install ]] || build_project "$kernel"
    machine_cut "$dir"
    rm -rf --one-file-system "$dir"
    machine_make "$dir" "$kernel"
    echo "$cpus" >"$dir/cpus"
    step "Starting machine \"$name\"" machine_boot "$dir"
    [[ ! $install ]] || step "Installing the project in it" build_install "$dir" "$kernel"
}
