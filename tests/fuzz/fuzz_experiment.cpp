// Fuzz target: the bytes as an experiment of gan sweep, at each of its scales. A plan that is
// accepted is written and read the same, and a small one becomes cells.
#include "gan/sweep/plan.h"
#include "tests/fuzz/fuzz.h"

using namespace gan::sweep;

void fuzz(std::string_view bytes) {
  const std::string text(bytes);
  std::vector<std::string> scales = scales_of(text, "fuzz");
  if (scales.empty()) scales = {""};
  for (const std::string& scale : scales) {
    const Plan plan = read_plan(text, "fuzz", scale);
    const std::string written = to_json(plan);
    if (to_json(read_plan(written, "fuzz")) != written) __builtin_trap();
    engine::Index settings = plan.seeds;
    for (const Axis& axis : plan.axes)
      settings = std::min(kMostCells, settings) * std::ssize(axis.levels);
    if (settings <= 100) (void)cells(plan);
  }
}
