# Boots the guest: sourced by `run`.

boot_seconds=${VFIO_KERNEL_SECONDS:-300} # The watchdog. On two idle cores, both boots with their suites take 40 s.
target=x86_64-unknown-linux-gnu
suite=${CARGO_TARGET_DIR:-$top/target}/$target/debug/vfio-conform

build_suite() { # The suite as one static binary: the guest has no libraries
  # Optimised a little: the emulator runs every instruction some twenty times slower.
  CARGO_PROFILE_DEV_OPT_LEVEL=1 RUSTFLAGS='-C target-feature=+crt-static' cargo build --locked --quiet \
    --manifest-path "$top/Cargo.toml" -p spec-conform --bin vfio-conform --target $target
}

make_initramfs() { # STAGE SET
  local folder=$kernels/initramfs-$2 known=("$here/mtty.findings")
  rm -rf "$folder"
  mkdir -p "$folder"/{bin,dev,proc,sys,tmp,out}
  cp "$1/busybox" "$suite" "$folder/bin/"
  cp -r "$1/$2" "$folder/modules"
  echo "$2" >"$folder/set"
  # The first entry that fits a test counts: what the kernel is known for comes before the driver.
  [[ ! -f $here/$2.findings ]] || known=("$here/$2.findings" "${known[@]}")
  cat "${known[@]}" >"$folder/findings"
  printf '%s\n' "${tests[@]}" >"$folder/tests"
  cp "$here/init" "$folder/init"
  chmod +x "$folder/init" "$folder/bin/busybox"
  [[ -z $destructive ]] || touch "$folder/destructive"
  (cd "$folder" && find . | "$1/busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$folder.gz"
}

boot() { # STAGE SET REPORTS: the guest sends its report as a tar archive over its second serial port, then powers off
  local stage=$1 set=$2 reports=$3 log=$kernels/console-$2.log out=$kernels/$2.tar code=0 follow=0 qemu
  rm -f "$out"
  : >"$log"
  # One processor, no KASLR: QEMU 7.2 crashes such a kernel with two.
  qemu=(qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 512 -nodefaults -no-user-config -display none -no-reboot
    -kernel "$stage/vmlinuz" -initrd "$kernels/initramfs-$set.gz"
    -append "console=ttyS0 nokaslr quiet loglevel=5 panic=-1"
    -serial "file:$log" -serial "file:$out")
  if [[ -n $console ]]; then
    tail -f "$log" >&2 &
    follow=$!
  fi
  timeout --kill-after=5 "$boot_seconds" "${qemu[@]}" || code=$?
  ((follow == 0)) || kill $follow
  if ! tar -x -C "$reports" -f "$out" 2>/dev/null; then
    ((code != 124)) || say "stopped after $boot_seconds s"
    say "Linux $(<"$stage/release") did not get to the end; QEMU's exit code is $code; the console's last lines:"
    tail -n 40 "$log" >&2
    return 2
  fi
  # What the kernel itself complained of is part of the report.
  sed -nE 's/^\[[^]]*\] ((BUG|WARNING|Oops|watchdog|INFO: task).*)/kernel: \1/p' "$log" >>"$reports/$set.report"
}
