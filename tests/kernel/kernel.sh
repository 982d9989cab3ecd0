# Gets a kernel: sourced by `run`. Makes $kernels/RELEASE/ with vmlinuz, modules (see modules.sh), busybox, and a file
# `release`. All of it comes from Debian's archive, through the machine's own apt but with lists and
# a package database of its own: nothing is installed, and no setting of the machine changes.

apt=$kernels/apt

kernel() { # PATTERN UPDATE: prints the folder of the newest kernel that matches, made if it is not there
  local chosen
  chosen=$(cached "$1")
  if [[ -z $chosen || -n $2 ]]; then
    tools
    chosen=$(choose "$1")
    [[ -n $chosen ]] || needs "a kernel of 6.12 or later that matches $1" "Debian's archive offers none to this machine"
    # shellcheck disable=SC2086 # two words
    if ! [[ -d $kernels/${chosen#* } ]]; then prepare $chosen >&2; fi
  fi
  printf '%s\n' "$kernels/${chosen#* }"
}

cached() { # PATTERN: the newest kernel that is here already
  local folder
  for folder in "$kernels"/*/release; do
    # shellcheck disable=SC2053 # a pattern on purpose
    if [[ -f $folder && $(<"$folder") == $1 ]]; then cat "$folder"; fi
  done | sort -V | tail -n 1
}

private_apt() { # FAMILY COMMAND…: apt, with the sources of one release of Debian and nothing else
  local family=$1
  shift
  "$1" -qq -o Dir::Etc::SourceList="$apt/$family.list" -o Dir::Etc::SourceParts=- -o Dir::State="$apt/state" \
    -o Dir::State::Lists="$apt/$family" -o Dir::State::Status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root -o APT::Install-Recommends=false "${@:2}"
}

archive() { # where this machine gets Debian from
  if [[ -n ${DEBIAN_MIRROR:-} ]]; then
    printf '%s\n' "$DEBIAN_MIRROR"
    return
  fi
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | sed -n 1p
}

tools() { # what getting a kernel needs of this machine
  local tool
  for tool in apt-get:apt dpkg-deb:dpkg xz:xz-utils tar:tar; do
    command -v "${tool%:*}" >/dev/null || needs "${tool%:*}" "the package is ${tool#*:}; kernels come from Debian's archive"
  done
}

source_list() { # NAME SUITE…: the list of sources that private_apt takes by that name
  local name=$1 uri keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed='' suite
  shift
  uri=$(archive)
  [[ -n $uri ]] || needs "the address of Debian's archive" \
    "this machine's apt has no source of Debian; give one in DEBIAN_MIRROR"
  [[ -f $keyring ]] && signed="[signed-by=$keyring] "
  mkdir -p "$apt"/{"$name",state,cache}
  : >"$apt/status"
  for suite; do echo "deb $signed$uri $suite main"; done >"$apt/$name.list"
}

logged() { "$@" >"$apt/log" 2>&1 || { cat "$apt/log" >&2; return 1; }; }

refresh() { # FAMILY: reads what the archive offers in a release and its backports
  local family=$1 codename
  # The release by its code name: a mirror or proxy may hold the two at different ages.
  source_list "$family" "$family"
  logged private_apt "$family" apt-get update \
    -o APT::Get::List-Cleanup=false -o Acquire::IndexTargets::deb::Packages::DefaultEnabled=false
  codename=$(sed -n 's/^Codename: //p' "$apt/$family"/*_dists_"$family"_*Release | sed -n 1p)
  source_list "$family" "$codename" "$codename-backports"
  logged private_apt "$family" apt-get update -o APT::Update::Error-Mode=any
}

offered() { # FAMILY: releases with a kernel for amd64, one a line
  private_apt "$1" apt-cache search --names-only '^linux-image-[0-9.]+[^-]*-amd64(-unsigned)?$' |
    sed -E 's/^linux-image-(.*)-amd64(-unsigned)? .*/\1/'
}

choose() { # PATTERN: prints FAMILY RELEASE of the newest kernel that matches
  local pattern=$1 family release families=(stable)
  [[ $pattern == '*' ]] || families=(stable oldstable)
  for family in "${families[@]}"; do
    refresh "$family" || continue
    for release in $(offered "$family"); do
      # shellcheck disable=SC2053 # a pattern on purpose
      if [[ $release == $pattern ]]; then printf '%s %s\n' "$release" "$family"; fi
    done
  done | sort -V -k 1,1 | awk -v oldest=6.12 '
    function number(v, part) { split(v, part, "."); return part[1] * 1000 + part[2] }
    number($1) >= number(oldest) { last = $2 " " $1 }
    END { print last }'
}

field() { # FAMILY PACKAGE NAME
  private_apt "$1" apt-cache show "$2" | awk -v name="$3:" '$1 == name && !seen++ { sub(/^[^ ]* /, ""); print }'
}

has() { private_apt "$1" apt-cache show "$2" >/dev/null 2>&1; }

unpack() { # FOLDER DEB…: as dpkg would, into a folder where /bin is /usr/bin
  local folder=$1 deb
  shift
  for deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --no-same-owner --keep-directory-symlink -C "$folder"
  done
}

download() { # FAMILY FOLDER PACKAGE…: these packages alone
  local family=$1
  mkdir -p "$2"
  (cd "$2" && logged private_apt "$family" apt-get download "${@:3}")
}

image_packages() { # FAMILY RELEASE: older releases have one package, newer ones several
  if has "$1" "linux-image-$2-amd64-unsigned"; then
    echo "linux-image-$2-amd64-unsigned"
  else
    echo "linux-binary-$2-amd64 linux-modules-$2-amd64 linux-base-$2-amd64"
  fi
}

source_of() { # FAMILY RELEASE: the package with this kernel's sources, and its version
  local version
  version=$(field "$1" "linux-headers-$2-amd64" Version)
  sed -E "s/^([0-9]+\.[0-9]+).*/linux-source-\1=$version/" <<<"$2"
}

build_root() { # FAMILY RELEASE FOLDER: a file system with the compiler that built the kernel
  local family=$1 release=$2 root=$3 compiler d
  compiler=$(field "$family" "linux-headers-$release-amd64" Depends | grep -oE 'gcc-[0-9]+[a-z-]*')
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{boot,dev,proc,tmp,build}
  for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done
  mkdir -p "$work/tools/partial"
  logged private_apt "$family" apt-get install -y --download-only -o Dir::Cache::Archives="$work/tools" \
    "linux-kbuild-$release" "$compiler" binutils make dash coreutils sed grep findutils mawk
  unpack "$root" "$work"/tools/*.deb
  ln -sf dash "$root/usr/bin/sh"
  ln -sf mawk "$root/usr/bin/awk"
  ln -sf "${compiler%-for-host}" "$root/usr/bin/gcc"
}

prepare() { # FAMILY RELEASE: everything that a boot needs, in $kernels/RELEASE
  local family=$1 release=$2
  local work=$kernels/work/$release
  local root=$work/root stage=$work/stage
  rm -rf "$root" "$stage"
  mkdir -p "$stage"
  say "downloading Linux $release and its compiler"
  # shellcheck disable=SC2046 # several packages
  download "$family" "$work/image" $(image_packages "$family" "$release") busybox-static
  download "$family" "$work/headers" "linux-headers-$release-amd64" "linux-headers-${release%%-*}-common"
  download "$family" "$work/source" "$(source_of "$family" "$release")"
  build_root "$family" "$release" "$root"
  unpack "$root" "$work"/image/*.deb "$work"/headers/*.deb

  say "building mtty and iommufd"
  sources "$root/build" "$work"/source/*.deb
  build "$release" "$root"
  cp "$root/usr/bin/busybox" "$stage/busybox"
  find "$root/boot" "$root/usr/lib/modules/$release-amd64" -name 'vmlinuz*' -exec cp {} "$stage/vmlinuz" \;
  stage_modules "$stage" "$root" "$root/usr/lib/modules/$release-amd64"
  echo "$release" >"$stage/release"
  rm -rf "${kernels:?}/$release"
  mv "$stage" "$kernels/$release"
  rm -rf "$kernels/work"
}
