# shellcheck shell=bash
# Bundles: the Debian packages that Kantor is built from, unpacked in a folder, for machines on which
# nothing can be installed. Sourced by tools/setup (fill_bundle) and tools/gpu_check (use_bundle).

# What every machine with a compiler has, or must have of its own: libraries of the system and tools.
not_bundled='^(libc6|libc6-dev|libc-dev|libcrypt.*|linux-libc-dev|libgcc-s1|libgcc-.*|libstdc\+\+.*|gcc.*|g\+\+.*|cpp.*|binutils.*|cmake.*|ninja-build|make|perl.*|python3.*|debconf.*|dpkg|pkg-config|pkgconf.*|libpkgconf.*)$'

# The packages with all they need, one a line. Of alternatives the first is taken.
bundle_packages() {
  local -A seen=()
  local waiting=("$@") package line take
  while [ ${#waiting[@]} -gt 0 ]; do
    package=${waiting[0]}
    waiting=("${waiting[@]:1}")
    if [ -n "${seen[$package]:-}" ] || [[ $package =~ $not_bundled ]]; then continue; fi
    seen[$package]=1
    echo "$package"
    take=yes
    while read -r line; do
      case "$line" in
        *Depends:*)
          [ $take = no ] || waiting+=("${line##* }")
          if [[ $line == \|* ]]; then take=no; else take=yes; fi
          ;;
      esac
    done < <(apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks \
      --no-replaces --no-enhances "$package" | grep -v '<')
  done
}

# fill_bundle DIR packages...: downloads and unpacks; needs no root.
fill_bundle() {
  local folder=$1 package deb arch
  shift
  mkdir -p "$folder/packages"
  folder=$(cd "$folder" && pwd)
  local wanted
  mapfile -t wanted < <(bundle_packages "$@")
  for package in "$@"; do
    [[ $package =~ $not_bundled ]] || apt-cache show "$package" >/dev/null 2>&1 ||
      fail "apt does not know the package $package: run apt-get update first"
  done
  echo "tools/setup: ${#wanted[@]} packages into $folder" >&2
  (cd "$folder/packages" && apt-get -qq -o APT::Sandbox::User=root download "${wanted[@]}") ||
    fail "apt-get could not download the packages: see its output above; is the network up?"
  for deb in "$folder"/packages/*.deb; do
    dpkg --extract "$deb" "$folder" || fail "$deb: cannot be unpacked"
  done
  # Links to absolute paths (libz.so to /lib/...) mean what lies there in the bundle.
  local link target
  while IFS= read -r link; do
    target=$(readlink "$link")
    [ ! -e "$folder$target" ] || ln -sfrn "$folder$target" "$link"
  done < <(find "$folder" -lname '/*')
  # What installing would link: the BLAS among several.
  arch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch)
  local library
  for library in "$folder/usr/lib/$arch"/openblas-*/libopenblas.so*; do
    [ ! -e "$library" ] ||
      ln -sf "${library#"$folder/usr/lib/$arch/"}" "$folder/usr/lib/$arch/${library##*/}"
  done
  for library in "$folder/usr/include/$arch"/openblas-*/*.h; do
    [ ! -e "$library" ] ||
      ln -sf "${library#"$folder/usr/include/$arch/"}" "$folder/usr/include/$arch/${library##*/}"
  done
  echo "$arch" >"$folder/architecture"
}

# use_bundle DIR: sets bundle_options for cmake, and the environment in which its programs run.
use_bundle() {
  local folder arch
  [ -f "$1/architecture" ] || fail "$1 is not a bundle: fill it with tools/setup --bundle $1" 2
  folder=$(cd "$1" && pwd)
  arch=$(cat "$folder/architecture")
  bundle_options=(
    "-DCMAKE_PREFIX_PATH=$folder/usr"
    "-DCMAKE_LIBRARY_PATH=$folder/usr/lib/$arch;$folder/lib/$arch"
    "-DCMAKE_INCLUDE_PATH=$folder/usr/include;$folder/usr/include/$arch"
    "-DCMAKE_PROGRAM_PATH=$folder/usr/bin"
    "-DProtobuf_PROTOC_EXECUTABLE=$folder/usr/bin/protoc"
  )
  local libraries=$folder/usr/lib/$arch:$folder/lib/$arch
  export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export CPATH="$folder/usr/include:$folder/usr/include/$arch${CPATH:+:$CPATH}"
  export LIBRARY_PATH="$libraries${LIBRARY_PATH:+:$LIBRARY_PATH}"
}
