# A clean Debian of its own in a folder, for the scripts that try the package as somebody who has just installed it. To be sourced.

fail() {
  echo "error: $1" >&2
  echo "hint: $2" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

# bring_tools COMMAND PACKAGE…: installs Debian's PACKAGEs unless there is COMMAND.
bring_tools() {
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  command -v apt-get >/dev/null ||
    fail "$command is missing" "install it (on Debian: $*); the package is tried on machines that have it"
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >&2 ||
    fail "$* cannot be installed" "as root, run: apt-get install -y $*"
}

# Debian 12 in its smallest form, with what reads manuals and units; brought once, and kept as an archive. Prints its path.
archive_of_debian() {
  local folder=$PWD/target/chroots
  local archive=$folder/bookworm.tar
  if [ ! -f "$archive" ]; then
    bring_tools mmdebstrap mmdebstrap
    mkdir -p "$folder"
    as_root mmdebstrap --quiet --mode=root --format=tar --variant=minbase --include=man-db,systemd --skip=cleanup/apt/lists bookworm "$archive.new" >&2 ||
      fail "Debian cannot be brought" "see what mmdebstrap says above"
    as_root chmod a+r "$archive.new"
    as_root mv "$archive.new" "$archive"
  fi
  echo "$archive"
}

# A new system in a folder of its own, with a user called robin. Prints the folder. forget_system removes it.
new_system() {
  local archive root
  archive=$(archive_of_debian)
  root=$(mktemp -d "${TMPDIR:-/tmp}/mailherd-chroot-XXXXXX")
  as_root tar -x -C "$root" --numeric-owner -f "$archive"
  as_root chmod 755 "$root"
  as_root cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  # No service is started by what is installed there.
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$root/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod 755 "$root/usr/sbin/policy-rc.d"
  as_root chroot "$root" useradd --create-home --shell /bin/bash robin
  echo "$root"
}

forget_system() {
  [ -z "$1" ] || as_root rm -rf --one-file-system "$1"
}

# inside ROOT USER COMMAND…: in mounts and processes of its own, which end with it.
inside() {
  local root=$1 user=$2 home=/root
  shift 2
  [ "$user" = root ] || home=/home/$user
  # shellcheck disable=SC2016
  as_root unshare --mount --pid --fork --kill-child sh -c '
    root=$1 user=$2 home=$3
    shift 3
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot --userspec="$user" --groups="$(chroot "$root" id -G "$user" | tr " " ,)" "$root" \
      env -i HOME="$home" USER="$user" LANG=C.UTF-8 TERM="${TERM:-dumb}" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
      sh -c "cd; exec \"\$0\" \"\$@\"" "$@"' sh "$root" "$user" "$home" "$@"
}
