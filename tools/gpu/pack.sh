# shellcheck shell=bash disable=SC2154,SC2016  # the settings are tools/gpu_check's
# One archive that checks the CUDA backend on a machine with nothing but a driver and cuBLAS: the
# programs, their shared libraries, the scripts. Sourced by tools/gpu_check.

# The C library and its loader are the machine's own: the driver's libraries need them.
not_packed='^(linux-vdso|ld-linux|libc|libm|libdl|librt|libpthread|libresolv|libutil)[-.]'

write_pack() {
  local file=$1 program library
  mkdir -p "$(dirname "$file")"
  file=$(cd "$(dirname "$file")" && pwd)/$(basename "$file")
  # DT_RPATH, not DT_RUNPATH: it also holds for the libraries of libraries.
  CUDAARCHS=${CUDAARCHS:-90} cmake -S "$root" -B "$build" -G Ninja -DKANTOR_CUDA=ON \
    -DKANTOR_MPI=OFF -DBUILD_TESTING=ON -DCMAKE_UNITY_BUILD=ON "${bundle_options[@]}" \
    -DCMAKE_EXE_LINKER_FLAGS=-Wl,--disable-new-dtags -DCMAKE_BUILD_RPATH='$ORIGIN/../libraries' >&2 ||
    fail "the build cannot be configured: see cmake's output above"
  grep -q '^CMAKE_CUDA_COMPILER:[A-Z]*=.*nvcc' "$build/CMakeCache.txt" ||
    fail "nvcc of CUDA 12 or later not found: add it to the PATH"
  cmake --build "$build" --parallel "$jobs" --target gan bench kantor_tests_cuda >&2 ||
    fail "the build failed: see its output above"

  folder=$(mktemp -d)  # not local: the trap runs after this function
  trap 'rm -rf "$folder"' EXIT
  local to=$folder/kantor-gpu
  mkdir -p "$to"/{programs,libraries,tools/gpu,tools/bench}
  for program in gan/gan tools/bench/bench tests/cuda/kantor_tests_cuda; do
    strip -o "$to/programs/${program##*/}" "$build/$program"
    libraries "$build/$program"
  done | sed -n 's|^[[:space:]]*\([^ ]*\) => \(/[^ ]*\) .*|\1 \2|p' | sort -u |
    while read -r library program; do
      [[ $library =~ $not_packed ]] || cp -L "$program" "$to/libraries/$library"
    done
  cp "$root/tools/gpu_check" "$to/tools/"
  cp "$root"/tools/gpu/* "$to/tools/gpu/"
  cp "$root/tools/bench/peer_pytorch.py" "$to/tools/bench/"
  git -C "$root" describe --always --dirty >"$to/commit" 2>/dev/null || echo unknown >"$to/commit"
  if ! tar -C "$folder" -czf "$file.tmp" kantor-gpu || ! mv "$file.tmp" "$file"; then
    fail "$file: cannot be written"
  fi
  echo "$file: $(du -h --apparent-size "$file" | cut -f 1)"
}
