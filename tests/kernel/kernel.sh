# Gets a kernel: sourced by `run`. Makes $kernels/RELEASE/ with vmlinuz, modules/NN-name.ko in the order of loading,
# busybox, and a file `release`. All of it comes from Debian's archive, through the machine's own apt but with lists and
# a package database of its own: nothing is installed, and no setting of the machine changes.

# The modules of the kernel that the guest loads, dependencies aside. A module that this kernel lacks is left out.
modules=(irqbypass vfio vfio_iommu_type1 mdev iommufd)

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

sources() { # NAME SUITE…: the list of sources that private_apt takes by that name
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
  sources "$family" "$family"
  logged private_apt "$family" apt-get update \
    -o APT::Get::List-Cleanup=false -o Acquire::IndexTargets::deb::Packages::DefaultEnabled=false
  codename=$(sed -n 's/^Codename: //p' "$apt/$family"/*_dists_"$family"_*Release | sed -n 1p)
  sources "$family" "$codename" "$codename-backports"
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
  mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{boot,dev,proc,tmp,mtty}
  for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done
  mkdir -p "$work/tools/partial"
  logged private_apt "$family" apt-get install -y --download-only -o Dir::Cache::Archives="$work/tools" \
    "linux-kbuild-$release" "$compiler" binutils make dash coreutils sed grep findutils mawk
  unpack "$root" "$work"/tools/*.deb
  ln -sf dash "$root/usr/bin/sh"
  ln -sf mawk "$root/usr/bin/awk"
  ln -sf "${compiler%-for-host}" "$root/usr/bin/gcc"
}

build_mtty() { # RELEASE ROOT: the kernel's sample driver, outside the kernel's tree
  local release=$1 root=$2
  echo 'obj-m := mtty.o' >"$root/mtty/Kbuild"
  # In namespaces of its own, so that an ordinary user can do it, and nothing stays mounted.
  # shellcheck disable=SC2016 # for the inner shell
  logged unshare --map-root-user --mount sh -ec 'for d in dev proc; do mount --rbind "/$d" "$1/$d"; done
    exec chroot "$1" /usr/bin/make -s -C "$2" M=/mtty modules' sh "$root" "/usr/src/linux-headers-$release-amd64"
}

stage_module() { # TREE NAME: a module and what it needs, numbered in the order of loading; false where there is none
  local tree=$1 name=$2 file needed
  compgen -G "$stage/modules/??-$name.ko" >/dev/null && return
  file=$(find "$tree" -name "${name//_/[-_]}.ko*" -print -quit)
  [[ -n $file ]] || return 1
  plain "$file" >"$work/$name.ko"
  # `depends=` is what depmod would make modules.dep of, which no package ships.
  for needed in $(tr '\0' '\n' <"$work/$name.ko" | sed -n 's/^depends=//p' | tr ',-' ' _'); do
    stage_module "$tree" "$needed" || { echo "$name needs $needed, which is not in $tree" >&2; return 1; }
  done
  cp "$work/$name.ko" "$stage/modules/$(printf %02d "$(find "$stage/modules" -name '*.ko' | wc -l)")-$name.ko"
}

plain() { # FILE: a module, uncompressed
  case $1 in
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
  esac
}

mtty_source() { # DEB FOLDER: one file of the kernel's sources, without unpacking the rest
  # The readers before `tar` are cut short once it has its file; that is no failure.
  (set +o pipefail
    dpkg-deb --fsys-tarfile "$1" 2>/dev/null | tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' 2>/dev/null |
      xz -dc 2>/dev/null | tar -x -C "$2" --strip-components=3 --occurrence=1 --wildcards '*/samples/vfio-mdev/mtty.c')
}

prepare() { # FAMILY RELEASE: everything that a boot needs, in $kernels/RELEASE
  local family=$1 release=$2 name tree
  local work=$kernels/work/$release
  local root=$work/root stage=$work/stage
  rm -rf "$root" "$stage"
  mkdir -p "$stage/modules"
  say "downloading Linux $release and its compiler"
  # shellcheck disable=SC2046 # several packages
  download "$family" "$work/image" $(image_packages "$family" "$release") busybox-static
  download "$family" "$work/headers" "linux-headers-$release-amd64" "linux-headers-${release%%-*}-common"
  download "$family" "$work/source" "$(source_of "$family" "$release")"
  build_root "$family" "$release" "$root"
  unpack "$root" "$work"/image/*.deb "$work"/headers/*.deb

  say "building mtty"
  mtty_source "$(echo "$work"/source/*.deb)" "$root/mtty"
  build_mtty "$release" "$root"

  tree=$root/usr/lib/modules/$release-amd64
  cp "$root/usr/bin/busybox" "$stage/busybox"
  find "$root/boot" "$tree" -name 'vmlinuz*' -exec cp {} "$stage/vmlinuz" \;
  for name in "${modules[@]}"; do stage_module "$tree" "$name" || [[ $name == iommufd ]] || return 1; done
  stage_module "$root/mtty" mtty
  echo "$release" >"$stage/release"
  rm -rf "${kernels:?}/$release"
  mv "$stage" "$kernels/$release"
  rm -rf "$kernels/work"
}
