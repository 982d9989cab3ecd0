# The modules that the guest loads: sourced by `run`. There are two sets, each a folder with NN-name.ko in the order of
# loading, as no released kernel has both ways to a device:
#   group    the kernel's own modules, and mtty built for them
#   iommufd  the same and iommufd, all built from the same sources with the two options that Debian leaves off

# What is taken of the kernel's sources.
source_files=(samples/vfio-mdev/mtty.c drivers/vfio 'drivers/iommu/*.h' drivers/iommu/iommufd lib/interval_tree.c)

sources() { # FOLDER DEB
  local patterns=("${source_files[@]/#/linux-source-*/}")
  # The compressed archive lies in the package's; only `tar` knows when it has enough.
  dpkg-deb --fsys-tarfile "$2" | tar -x -O --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc -T0 |
    tar -x -C "$1" --strip-components=1 --wildcards "${patterns[@]}"
}

build() { # RELEASE ROOT
  local release=$1 root=$2 iommufd=$2/build/iommufd/drivers/iommu/iommufd parts='iova_bitmap.o span.o'
  mkdir "$root/build/group" "$root/build/iommufd"
  cp "$root/build/samples/vfio-mdev/mtty.c" "$root/build/group/"
  echo 'obj-m := mtty.o' >"$root/build/group/Kbuild"
  make_in "$root" "/usr/src/linux-headers-$release-amd64" /build/group

  mv "$root"/build/{samples/vfio-mdev/mtty.c,drivers} "$root/build/iommufd/"
  # Helpers that are part of a kernel with iommufd become part of the module.
  mv "$root/build/lib/interval_tree.c" "$iommufd/span.c"
  cat >"$root/build/iommufd/Kbuild" <<'KBUILD'
obj-m := mtty.o drivers/iommu/iommufd/ drivers/vfio/
subdir-ccflags-y := -DCONFIG_IOMMUFD_MODULE=1 -DCONFIG_IOMMUFD_DRIVER=1 -DCONFIG_IOMMUFD_DRIVER_CORE=1 \
	-DCONFIG_INTERVAL_TREE_SPAN_ITER=1 -DCONFIG_VFIO_DEVICE_CDEV=1
ccflags-y := $(subdir-ccflags-y)
KBUILD
  [[ ! -f $iommufd/driver.c ]] || parts="driver.o $parts"
  sed -i -e '/^obj-/d' -e "s/^iommufd-y := /&$parts /" "$iommufd/Makefile"
  cat >>"$iommufd/Makefile" <<'KBUILD'
obj-m := iommufd.o
CFLAGS_span.o := "-DEXPORT_SYMBOL_GPL(x)=" -D_LINUX_EXPORT_H
KBUILD
  make_in "$root" "/usr/src/linux-headers-$release-amd64" /build/iommufd \
    CONFIG_IOMMUFD=m CONFIG_VFIO_DEVICE_CDEV=y CONFIG_VFIO_PCI_CORE= CONFIG_VFIO_PCI= || {
    say "iommufd of Linux $release cannot be built outside its tree: there will be no run by the device's own file"
    rm -rf "$root/build/iommufd"
  }
}

make_in() { # ROOT HEADERS FOLDER ARGUMENT…
  # In namespaces of its own, so that an ordinary user can do it, and nothing stays mounted.
  # shellcheck disable=SC2016 # for the inner shell
  logged unshare --map-root-user --mount sh -ec 'root=$1 headers=$2 folder=$3
    shift 3
    for d in dev proc; do mount --rbind "/$d" "$root/$d"; done
    exec chroot "$root" /usr/bin/make -s -j2 -C "$headers" M="$folder" "$@" modules' sh "$@"
}

stage_modules() { # STAGE ROOT TREE
  local stage=$1 root=$2 tree=$3 own=(vfio_iommu_type1 mdev)
  stage_set "$stage/group" "${own[*]} mtty" "$tree" "$root/build/group"
  [[ ! -d $root/build/iommufd ]] || stage_set "$stage/iommufd" "${own[*]} mtty iommufd" "$root/build/iommufd" "$tree"
}

stage_set() { # FOLDER NAMES TREE…: these modules, from the first tree that has each
  local folder=$1 names=$2 name
  shift 2
  mkdir "$folder"
  for name in $names; do stage_module "$folder" "$name" "$@"; done
}

stage_module() { # FOLDER NAME TREE…: a module, after what it needs
  local folder=$1 name=$2 file='' tree needed
  shift 2
  if compgen -G "$folder/??-$name.ko" >/dev/null; then return; fi
  for tree; do
    [[ -n $file ]] || file=$(find "$tree" -name "${name//_/[-_]}.ko*" -print -quit)
  done
  [[ -n $file ]] || { say "this kernel has no module $name" && return 1; }
  plain "$file" >"$work/$name.ko"
  # `depends=` is what depmod would make modules.dep of, which no package ships.
  for needed in $(tr '\0' '\n' <"$work/$name.ko" | sed -n 's/^depends=//p' | tr ',-' ' _'); do
    stage_module "$folder" "$needed" "$@"
  done
  cp "$work/$name.ko" "$folder/$(printf %02d "$(find "$folder" -name '*.ko' | wc -l)")-$name.ko"
}

plain() { # FILE: a module, uncompressed
  case $1 in
    *.xz) xz -dc "$1" ;;
    *.gz) gzip -dc "$1" ;;
    *.zst) zstd -dcq "$1" ;;
    *) cat "$1" ;;
  esac
}

