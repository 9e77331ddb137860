# shellcheck shell=bash disable=SC2154  # the settings are tools/gpu_check's
# What tools/gpu_check brings back: summary.md (which machine, a table of the phases, then what each
# has to say) and logs.tar.gz. Both are written after every phase, in case there is no next one.

start_summary() {
  rm -f "$out"/{summary.md,logs.tar.gz,samples.png} "$work/results.txt"
  local phase
  for phase in "${all_phases[@]}"; do rm -f "$work/$phase".{md,log}; done
}

# end_phase PHASE RESULT SECONDS
end_phase() {
  echo "| $1 | $2 | $3 |" >>"$work/results.txt"
  echo "   $2 after $3 s" >&2
  write_summary >"$out/summary.md"
  (cd "$work" && find . -maxdepth 1 \( -name '*.log' -o -name '*.txt' \) -print0 |
    tar --null --files-from=- -czf "$out/logs.tar.gz")
}

write_summary() {
  local gpu
  gpu=$(nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader 2>/dev/null |
    head -n 1) || true
  echo "# GPU check"
  echo
  echo "- date: $(date -u '+%Y-%m-%d %H:%M') UTC"
  echo "- sources: $(cat "$root/commit" 2>/dev/null ||
    git -C "$root" describe --always --dirty 2>/dev/null || echo 'no repository')"
  echo "- GPU: ${gpu:-nvidia-smi lists none}"
  echo "- CUDA: $(nvcc --version 2>/dev/null | tail -n 2 | head -n 1 || true)"
  echo "- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
  echo
  echo "| phase | result | seconds |"
  echo "|---|---|---|"
  cat "$work/results.txt"
  local phase
  for phase in "${phases[@]}"; do
    [ -s "$work/$phase.md" ] || continue
    printf '\n## %s\n\n' "$phase"
    cat "$work/$phase.md"
  done
}
