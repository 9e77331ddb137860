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

phase_build() {
  cmake -S "$root" -B "$build" -G Ninja -DBUILD_TESTING=ON -DKANTOR_CUDA=ON \
    "${bundle_options[@]}" || return 1
  grep -q 'CUDA backend: ON' "$out/build.log" ||
    { note build "nvcc of CUDA 12 or later was not found: put it into the PATH"; return 1; }
  cmake --build "$build" --parallel "$jobs" --target gan kantor_tests_cuda || return 1
}

built() {
  if [ -x "$build/tests/cuda/kantor_tests_cuda" ] && [ -x "$build/gan/gan" ]; then return 0; fi
  note "$1" "nothing is built: run the phase build first"
  return 1
}

phase_parity() {
  built parity || return 1
  local status=0
  timeout "$seconds" "$build/tests/cuda/kantor_tests_cuda" --source-file-exclude='*capture.cpp' ||
    status=1
  verdicts parity
  return $status
}

phase_replay() {
  built replay || return 1
  local status=0
  timeout "$seconds" "$build/tests/cuda/kantor_tests_cuda" --source-file='*capture.cpp' || status=1
  timeout "$seconds" "$build/tests/cuda/kantor_tests_cuda" --test-case='*replay*' || status=1
  verdicts replay
  return $status
}

phase_sanitizer() {
  built sanitizer || return 1
  local sanitizer tool status=0
  sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null) ||
    { note sanitizer "compute-sanitizer is not in the PATH"; return 1; }
  # Blocks of their true size, never used twice: else the pool hides what is beyond and unwritten.
  for tool in memcheck racecheck initcheck; do
    echo "== $tool"
    if KANTOR_CUDA_POOL=off timeout $((seconds / 3)) "$sanitizer" --tool "$tool" --error-exitcode 9 \
      "$build/tests/cuda/kantor_tests_cuda" --source-file='*parity.cpp' --test-case='*highest*'; then
      note sanitizer "- $tool: nothing found"
    else
      status=$?
      if [ $status -eq 124 ]; then
        note sanitizer "- $tool: not done in $((seconds / 3)) seconds"
      else
        note sanitizer "- $tool: failed (status $status), see sanitizer.log"
      fi
    fi
  done
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
    timeout "$seconds" "$build/gan/gan" train --data shapes --preset $preset --device cuda \
      --precision $precision --steps 600 --out "$run" \
      --set log_every=100 gradients_every=100000 sample_every=100000 checkpoint_every=100000 ||
      { status=1; continue; }
    # The median of the rates after the first ones, which build and record.
    rate=$(tail -n +3 "$run/log.csv" | cut -d, -f6 | sort -g | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}')
    note bench "- Kantor, $precision: $(awk -v r="$rate" 'BEGIN {printf "%.2f", 1000 / r}')"
  done
  if "$python" -c 'import torch' 2>/dev/null; then
    timeout "$seconds" "$python" "$root/tools/gpu/pytorch_sngan.py" --device cuda \
      --modes eager,graphs --precisions highest,high >"$out/bench-pytorch.txt" || status=1
    while read -r line; do note bench "- PyTorch, $line"; done <"$out/bench-pytorch.txt"
  else
    note bench "- PyTorch: $python has none (--python names another)"
  fi
  return $status
}

phase_train() {
  built train || return 1
  local run=$out/run
  rm -rf "$run"
  timeout "$seconds" "$build/gan/gan" train --data "$data" --preset $preset --device cuda \
    --precision high --steps "$steps" --out "$run" --set sample_every="$steps" || return 1
  local grid
  grid=$(find "$run/samples" -name '*.png' | sort | tail -n 1)
  [ -n "$grid" ] || { note train "no grid of samples was written"; return 1; }
  cp "$grid" "$out/samples.png"
  note train "$steps iterations on $data in \`high\`; the grid is samples.png. The last lines of log.csv:"
  note train ""
  { head -n 1 "$run/log.csv"; tail -n 3 "$run/log.csv"; } | sed 's/^/    /' >>"$out/train.md"
}
