# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Where Debian packages come from: the mirror and the proxy this machine's own
# apt uses. None is named here.

# apt_site: the base address of a Debian archive this machine takes packages from.
apt_site()
{
    local site
    site=$(apt_debian_site)
    if [[ ! $site ]]; then
        apt-get update >&2
        site=$(apt_debian_site)
    fi
    [[ $site ]] || die "this machine's apt has no Debian archive in its sources"
    printf '%s\n' "${site%/}"
}

apt_debian_site()
{
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' \
        'Label: Debian' | head -n 1
}

# apt_options: mmdebstrap options that pass on how this machine's apt fetches.
apt_options()
{
    apt-config dump | sed -nE \
        's/^(Acquire::(https?::|Retries|Check-Valid-Until|Check-Date).*)$/--aptopt=\1/p'
}

# apt_keyring: the keys of the Debian archive.
apt_keyring()
{
    printf '/usr/share/keyrings/debian-archive-keyring.gpg\n'
}
