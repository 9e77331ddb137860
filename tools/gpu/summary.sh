# shellcheck shell=bash
# The summary of tools/gpu_check: which machine, a table of the phases, then what each has to say.

start_summary() {
  rm -f "$out"/{summary.md,results.txt,samples.png}
  local phase
  for phase in "${phases[@]}"; do rm -f "$out/$phase".{md,log}; done
  : >"$out/results.txt"
}

# end_phase PHASE RESULT SECONDS
end_phase() {
  echo "| $1 | $2 | $3 |" >>"$out/results.txt"
  echo "   $2 after $3 s" >&2
}

finish_summary() {
  local phase
  {
    echo "# GPU check"
    echo
    echo "- date: $(date -u '+%Y-%m-%d %H:%M') UTC"
    echo "- sources: $(git -C "$root" describe --always --dirty 2>/dev/null || echo 'no repository')"
    echo "- GPU: $gpu"
    echo "- CUDA: $(nvcc --version 2>/dev/null | tail -n 2 | head -n 1 || true)"
    echo "- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
    echo
    echo "| phase | result | seconds |"
    echo "|---|---|---|"
    cat "$out/results.txt"
    for phase in "${phases[@]}"; do
      [ -s "$out/$phase.md" ] || continue
      printf '\n## %s\n\n' "$phase"
      cat "$out/$phase.md"
    done
  } >"$out/summary.md"
  rm -f "$out/results.txt"
  for phase in "${phases[@]}"; do rm -f "$out/$phase.md"; done
}
