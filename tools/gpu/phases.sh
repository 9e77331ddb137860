# shellcheck shell=bash disable=SC2154,SC2034  # the settings are tools/gpu_check's
# The phases of tools/gpu_check. What a phase prints is its log; the figures that belong into the
# summary go to $work/PHASE.md. A phase that returns anything but 0 has failed.

# Seconds that each may take. The build takes what it takes.
declare -A limit_of=([build]=86400 [probe]=60 [smoke]=60 [parity]=240 [replay]=90 [train]=60
  [bench]=300 [sanitizer]=300)

# note PHASE text...: a line of the summary.
note() {
  local phase=$1
  shift
  printf '%s\n' "$*" >>"$work/$phase.md"
}
# verdicts PHASE: the last figures that the tests in the log gave.
verdicts() {
  grep -E 'MESSAGE:|ERROR:|test cases:|ERROR SUMMARY|RACECHECK SUMMARY' "$work/$1.log" |
    sed 's/^/    /' | head -n 60 >>"$work/$1.md" || true
}

# limited command...: within what is left of the phase's time; status 124 if that is not enough.
limited() {
  local left=$((deadline - SECONDS))
  [ $left -gt 0 ] || { echo "no time is left for: $*"; return 124; }
  timeout -k 5 "$left" "$@"
}
# tests [runner...] -- filters...: the tests on the GPU; fails also where the filters leave none.
tests() {
  local runner=() said=$work/tests.tmp status=0
  while [ "$1" != -- ]; do runner+=("$1"); shift; done
  shift
  limited "${ours[@]}" "${runner[@]}" "$tests" "$@" 2>&1 | tee "$said" || status=$?
  if [ $status -eq 0 ] && ! grep -qE 'test cases: +[1-9]' "$said"; then
    echo "no test matches: $*"
    status=1
  fi
  rm -f "$said"
  return $status
}

phase_build() {
  cmake -S "$root" -B "$build" -G Ninja -DBUILD_TESTING=ON -DKANTOR_CUDA=ON \
    "${bundle_options[@]}" || return 1
  grep -q 'CUDA backend: ON' "$work/build.log" ||
    { note build "nvcc of CUDA 12 or later not found: add it to the PATH"; return 1; }
  limited cmake --build "$build" --parallel "$jobs" --target gan bench kantor_tests_cuda || return 1
  use_cublas >"$work/cublas.txt"
}

built() {
  if [ -x "$tests" ] && [ -x "$gan" ] && [ -x "$bench" ]; then return 0; fi
  note "$1" "not built yet: run the phase build first"
  return 1
}

# Says what is there before anything depends on it. Without a device nothing else can run.
no_device=
phase_probe() {
  local status=0 program missing
  nvidia-smi || echo "nvidia-smi: not found, or it lists no GPU"
  ls -l /dev/nvidia* || true
  built probe || return 1
  note probe "- cuBLAS: $(cat "$work/cublas.txt")"
  for program in "$gan" "$bench" "$tests"; do
    echo "== $program"
    missing=$(libraries "$program" 2>&1 | tee /dev/stderr | grep -E 'not found' || true)
    [ -z "$missing" ] || { note probe "- ${program##*/}: $missing"; status=1; }
  done
  "$python" -c 'import torch; print("PyTorch", torch.__version__, torch.cuda.get_device_name())' ||
    echo "no PyTorch, or it sees no GPU"
  if limited "${ours[@]}" "$gan" train --data shapes --preset sn-small --device cuda --steps 3 \
    --out "$work/probe" 2>"$work/probe.txt"; then
    note probe "- the device opens, and three steps of sn-small run"
  else
    status=1
    cat "$work/probe.txt"
    note probe "- $(tail -n 1 "$work/probe.txt")"
    no_device=$(grep -F 'no CUDA device' "$work/probe.txt" || true)
  fi
  return $status
}

# of_tests PHASE filters... [+ filters...]: each set of filters in turn.
of_tests() {
  local phase=$1 status=0 filters=()
  shift
  built "$phase" || return 1
  for word in "$@" +; do
    if [ "$word" != + ]; then filters+=("$word"); continue; fi
    tests -- "${filters[@]}" || status=1
    filters=()
  done
  verdicts "$phase"
  return $status
}
# What no other phase tests, and errors last.
elsewhere='*errors.cpp,*parity.cpp,*training.cpp,*capture.cpp,*pool.cpp'
phase_smoke() {
  of_tests smoke --source-file-exclude="$elsewhere" + --source-file='*errors.cpp'
}
phase_parity() {
  of_tests parity --source-file='*parity.cpp' + \
    --source-file='*training.cpp' --test-case-exclude='*replay*'
}
# Once more with a pool that overwrites what is released: what reads it all the same shows.
phase_replay() {
  local status=0
  of_tests replay --source-file='*capture.cpp' + --source-file='*training.cpp' \
    --test-case='*replay*' || status=1
  export KANTOR_CUDA_POOL=poison
  of_tests replay --source-file='*pool.cpp' + --source-file='*capture.cpp' || status=1
  unset KANTOR_CUDA_POOL
  return $status
}

phase_train() {
  built train || return 1
  local run=$work/run
  rm -rf "$run"
  limited "${ours[@]}" "$gan" train --data "$data" --preset sn-cnn --device cuda \
    --precision high --steps "$steps" --out "$run" --set sample_every="$steps" || return 1
  local grid
  grid=$(find "$run/samples" -name '*.png' | sort | tail -n 1)
  [ -n "$grid" ] || { note train "no sample grid was written"; return 1; }
  cp "$grid" "$out/samples.png"
  note train "$steps iterations on $data in \`high\`; the grid is samples.png. The last lines of log.csv:"
  note train ""
  { head -n 1 "$run/log.csv"; tail -n 3 "$run/log.csv"; } | sed 's/^/    /' >>"$work/train.md"
}

# ours_timed NAME preset n_dis precision steps: milliseconds of an iteration and the memory in use.
ours_timed() {
  local run=$work/bench-run used=$work/memory.tmp status=0 rate watcher
  rm -rf "$run"
  nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits -lms 100 >"$used" 2>/dev/null &
  watcher=$!
  limited "${ours[@]}" "$gan" train --data shapes --preset "$2" --device cuda --precision "$4" \
    --steps "$5" --out "$run" --set n_dis="$3" batch=64 g.batch=64 log_every=$(($5 / 6)) \
    gradients_every=100000 sample_every=100000 checkpoint_every=100000 || status=$?
  kill $watcher 2>/dev/null || true
  wait $watcher 2>/dev/null || true
  [ $status -eq 0 ] || { note bench "- Kantor $1: failed, see bench.log"; return $status; }
  # The median of the rates after the first ones, which build and record.
  rate=$(tail -n +4 "$run/log.csv" | cut -d, -f6 | sort -g |
    awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}')
  note bench "- Kantor $1: $(awk -v r="$rate" 'BEGIN {printf "%.2f", 1000 / r}') ms," \
    "$(sort -n "$used" | tail -n 1) MiB of the GPU in use"
}

phase_bench() {
  built bench || return 1
  local precision status=0 row tile
  note bench "Milliseconds of one iteration (batch 64, 32x32x3, hinge, spectral norm, Adam, moving" \
    "average), with one or five discriminator updates:"
  note bench ""
  for row in "sn-cnn 1 600" "sn-cnn 5 180" "sn-resnet 1 180" "sn-resnet 5 60"; do
    for precision in highest high medium; do
      # shellcheck disable=SC2086  # three words
      set -- $row
      ours_timed "$1 $2 + 1, $precision" "$1" "$2" "$precision" "$3" || status=1
    done
  done
  for tile in 8 16 32; do
    KANTOR_CUDA_TILE=$tile ours_timed "sn-cnn 1 + 1, highest, patches in tiles of $tile MiB" \
      sn-cnn 1 highest 300 || status=1
  done
  KANTOR_CUDA_CONV=patches ours_timed "sn-cnn 1 + 1, high, convolutions by cuBLAS on patches" \
    sn-cnn 1 high 600 || status=1
  KANTOR_CUDA_NARROW=off ours_timed "sn-cnn 1 + 1, medium, all results in float32" \
    sn-cnn 1 medium 600 || status=1
  if "$python" -c 'import torch' 2>/dev/null; then
    limited "$python" "$root/tools/gpu/pytorch_sngan.py" >"$work/bench-pytorch.txt" || status=1
    while read -r line; do note bench "- PyTorch $line"; done <"$work/bench-pytorch.txt"
  else
    note bench "- PyTorch: not installed for $python (choose another with --python)"
  fi
  limited "${ours[@]}" "$bench" conv --device cuda || status=1
  return $status
}

# Where compute-sanitizer is: it is often beside the toolkit's programs, or in a folder of its own.
find_sanitizer() {
  command -v compute-sanitizer && return 0
  local found
  for found in ${CUDA_HOME:+"$CUDA_HOME"/bin/compute-sanitizer} \
    /usr/local/cuda*/{bin,compute-sanitizer}/compute-sanitizer \
    /opt/nvidia/*/compute-sanitizer /opt/cuda*/{bin,extras/compute-sanitizer}/compute-sanitizer; do
    [ ! -x "$found" ] || { echo "$found"; return 0; }
  done
  timeout 20 find / -xdev -name compute-sanitizer -type f -perm -u+x 2>/dev/null | head -n 1 | grep .
}

# Those kernels alone that use shared memory, where racecheck looks (tests/tools/gpu_check.cpp).
with_shared_memory=(implicit_kernel sum_columns_kernel solve_kernel transposed_kernel product_kernel
  length_kernel dot_kernel scale_to_norm_grad_kernel)

# sanitized TOOL [option...]: the kernels of every file; of the replays the short ones.
sanitized() {
  local run=("$sanitizer" --tool "$1" --error-exitcode 9 "${@:2}")
  tests "${run[@]}" -- --source-file-exclude="$elsewhere" &&
    tests "${run[@]}" -- --source-file='*capture.cpp' --test-case='*come late*,*between replays*' &&
    tests "${run[@]}" -- --source-file='*parity.cpp' --test-case='*every case*high*,*to the bit*'
}
# API errors that a test provokes, or cuBLAS probes with, are no faults of a kernel.
sanitized_memcheck() { sanitized memcheck --report-api-errors no; }
sanitized_racecheck() {
  local kernel
  for kernel in "${with_shared_memory[@]}"; do
    tests "$sanitizer" --tool racecheck --error-exitcode 9 --kernel-name "kns=$kernel" -- \
      --source-file='*parity.cpp' --test-case='*every case*high*' || return $?
  done
}
sanitized_initcheck() { sanitized initcheck; }

phase_sanitizer() {
  built sanitizer || return 1
  local sanitizer tool one status=0 tools=3 end=$deadline deadline
  sanitizer=$(find_sanitizer) || { note sanitizer "compute-sanitizer not found"; return 1; }
  # Blocks of their true size, never used twice: else the pool hides what is beyond and unwritten.
  export KANTOR_CUDA_POOL=off
  for tool in memcheck racecheck initcheck; do
    echo "== $tool"
    deadline=$((SECONDS + (end - SECONDS) / tools--))  # an equal part of what is left
    one=0
    sanitized_$tool || one=$?
    case $one in
      0) note sanitizer "- $tool: nothing found" ;;
      124) note sanitizer "- $tool: not finished in its share of the time" ;;
      *) note sanitizer "- $tool: failed (status $one), see sanitizer.log" ;;
    esac
    # initcheck informs only: cuBLAS reads what it does not use.
    [ $one -eq 0 ] || [ $tool = initcheck ] || status=1
  done
  unset KANTOR_CUDA_POOL
  verdicts sanitizer
  return $status
}
