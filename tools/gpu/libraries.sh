# shellcheck shell=bash disable=SC2154,SC2034  # the settings are tools/gpu_check's
# Where the programs and their shared libraries are. Sourced by tools/gpu_check.

# use_programs: sets the paths of gan, bench and tests, in an archive or in a build.
use_programs() {
  if [ "$packed" = yes ]; then
    gan=$root/programs/gan bench=$root/programs/bench tests=$root/programs/kantor_tests_cuda
  else
    gan=$build/gan/gan bench=$build/tools/bench/bench tests=$build/tests/cuda/kantor_tests_cuda
  fi
}

# libraries PROGRAM: its shared libraries as the loader finds them, one a line, as ldd prints them.
libraries() {
  LD_TRACE_LOADED_OBJECTS=1 "$1"
}

# Folders that may hold cuBLAS, the likely first: those of the loader, of CUDA, of Python's packages.
cublas_folders() {
  { ldconfig -p 2>/dev/null || true; } | sed -n 's|.*=> \(/.*\)/libcublas\.so\.[0-9]*$|\1|p'
  local folder
  for folder in ${CUDA_HOME:+"$CUDA_HOME/lib64"} /usr/local/cuda*/lib64 /usr/local/cuda*/lib \
    /usr/local/cuda*/targets/*/lib /usr/lib/x86_64-linux-gnu /opt/*/lib64; do
    echo "$folder"
  done
  "$python" - 2>/dev/null <<'END' || true
import pathlib, sys
for folder in sys.path:
    for found in sorted(pathlib.Path(folder).glob("nvidia/*/lib")):
        print(found)
END
}

# use_cublas: prints where cuBLAS is, and sets `ours`, in front of our programs: the environment in
# which they find it (PyTorch has its own). Another version than the one built with serves too, under
# the name that the programs ask for: what they call has not changed.
use_cublas() {
  ours=(env)
  [ -x "$gan" ] || { echo "not searched: nothing is built"; return 0; }
  local name folder found
  name=$({ grep -aoE 'libcublas\.so\.[0-9]+' "$gan" || true; } | head -n 1)
  [ -n "$name" ] || { echo "the program asks for no cuBLAS: it was built without CUDA"; return 0; }
  while IFS= read -r folder; do
    [ -e "$folder/$name" ] || continue
    ours=(env "LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
    echo "$folder/$name"
    return 0
  done < <(cublas_folders)
  while IFS= read -r folder; do
    for found in "$folder"/libcublas.so.[0-9]*; do
      [ -e "$found" ] || continue
      mkdir -p "$work/cublas"
      ln -sf "$found" "$work/cublas/$name"
      ours=(env "LD_LIBRARY_PATH=$work/cublas:$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
      echo "$found, in place of $name"
      return 0
    done
  done < <(cublas_folders)
  echo "no $name found"
}
