# shellcheck shell=bash disable=SC2154  # the settings are tools/gpu_check's
# The phases of tools/gpu_check. What a phase prints is its log; the figures that belong into the
# summary go to $out/PHASE.md. A phase that returns anything but 0 has failed.

# note PHASE text...: a line of the summary.
note() {
  local phase=$1
  shift
  printf '%s\n' "$*" >>"$out/$phase.md"
}
# verdicts PHASE: the last figures that the tests in the log gave.
verdicts() {
  grep -E 'MESSAGE:|test cases:|ERROR SUMMARY|RACECHECK SUMMARY' "$out/$1.log" | sed 's/^/    /' \
    >>"$out/$1.md" || true
}

# limited command...: within what is left of the phase's time; status 124 if that is not enough.
limited() {
  local left=$((deadline - SECONDS))
  [ $left -gt 0 ] || { echo "no time is left for: $*"; return 124; }
  timeout "$left" "$@"
}
# tests [runner...] -- filters...: the tests on the GPU; fails also where the filters leave none.
tests() {
  local runner=() said=$out/tests.tmp status=0
  while [ "$1" != -- ]; do runner+=("$1"); shift; done
  shift
  limited "${runner[@]}" "$build/tests/cuda/kantor_tests_cuda" "$@" 2>&1 | tee "$said" || status=$?
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
  grep -q 'CUDA backend: ON' "$out/build.log" ||
    { note build "nvcc of CUDA 12 or later not found: add it to the PATH"; return 1; }
  limited cmake --build "$build" --parallel "$jobs" --target gan kantor_tests_cuda || return 1
}

built() {
  if [ -x "$build/tests/cuda/kantor_tests_cuda" ] && [ -x "$build/gan/gan" ]; then return 0; fi
  note "$1" "not built yet: run the phase build first"
  return 1
}

phase_parity() {
  built parity || return 1
  local status=0
  tests -- --source-file-exclude='*capture.cpp' || status=1
  verdicts parity
  return $status
}

phase_replay() {
  built replay || return 1
  local status=0
  tests -- --source-file='*capture.cpp' || status=1
  tests -- --source-file='*training.cpp' --test-case='*replay*' || status=1
  verdicts replay
  return $status
}

# sanitized TOOL: the kernels of every file; of the replays the short ones.
sanitized() {
  local run=("$sanitizer" --tool "$1" --error-exitcode 9)
  tests "${run[@]}" -- --source-file='*random.cpp,*updates.cpp,*images.cpp' &&
    tests "${run[@]}" -- --source-file='*capture.cpp' --test-case='*come late*,*between replays*' &&
    tests "${run[@]}" -- --source-file='*parity.cpp' --test-case='*highest*,*to the bit*'
}

phase_sanitizer() {
  built sanitizer || return 1
  local sanitizer tool one status=0 tools=3 end=$deadline deadline
  sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null) ||
    { note sanitizer "compute-sanitizer is not in the PATH"; return 1; }
  # Blocks of their true size, never used twice: else the pool hides what is beyond and unwritten.
  export KANTOR_CUDA_POOL=off
  for tool in memcheck racecheck initcheck; do
    echo "== $tool"
    deadline=$((SECONDS + (end - SECONDS) / tools--))  # an equal part of what is left
    one=0
    sanitized $tool || one=$?
    case $one in
      0) note sanitizer "- $tool: nothing found" ;;
      124) note sanitizer "- $tool: not finished in its share of the time" ;;
      *) note sanitizer "- $tool: failed (status $one), see sanitizer.log" ;;
    esac
    [ $one -eq 0 ] || status=1
  done
  unset KANTOR_CUDA_POOL
  verdicts sanitizer
  return $status
}

# The settings of both sides of the benchmark, and of the training after it.
preset=sn-cnn

phase_bench() {
  built bench || return 1
  local precision status=0 run rate
  note bench "Milliseconds of one iteration of $preset (one discriminator and one generator update," \
    "batch 64, 32x32x3, hinge, spectral norm, Adam, moving average):"
  note bench ""
  for precision in highest high medium; do
    run=$out/bench-$precision
    rm -rf "$run"
    limited "$build/gan/gan" train --data shapes --preset $preset --device cuda \
      --precision $precision --steps 600 --out "$run" \
      --set log_every=100 gradients_every=100000 sample_every=100000 checkpoint_every=100000 ||
      { status=1; continue; }
    # The median of the rates after the first ones, which build and record.
    rate=$(tail -n +3 "$run/log.csv" | cut -d, -f6 | sort -g | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}')
    note bench "- Kantor, $precision: $(awk -v r="$rate" 'BEGIN {printf "%.2f", 1000 / r}')"
  done
  if "$python" -c 'import torch' 2>/dev/null; then
    limited "$python" "$root/tools/gpu/pytorch_sngan.py" --device cuda \
      --modes eager,graphs --precisions highest,high >"$out/bench-pytorch.txt" || status=1
    while read -r line; do note bench "- PyTorch, $line"; done <"$out/bench-pytorch.txt"
  else
    note bench "- PyTorch: not installed for $python (choose another with --python)"
  fi
  return $status
}

phase_train() {
  built train || return 1
  local run=$out/run
  rm -rf "$run"
  limited "$build/gan/gan" train --data "$data" --preset $preset --device cuda \
    --precision high --steps "$steps" --out "$run" --set sample_every="$steps" || return 1
  local grid
  grid=$(find "$run/samples" -name '*.png' | sort | tail -n 1)
  [ -n "$grid" ] || { note train "no sample grid was written"; return 1; }
  cp "$grid" "$out/samples.png"
  note train "$steps iterations on $data in \`high\`; the grid is samples.png. The last lines of log.csv:"
  note train ""
  { head -n 1 "$run/log.csv"; tail -n 3 "$run/log.csv"; } | sed 's/^/    /' >>"$out/train.md"
}
