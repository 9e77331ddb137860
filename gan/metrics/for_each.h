// for_each: runs independent tasks in parallel; an error is thrown after all have ended.
//   for_each(n, [&](Index i) { result[i] = work(i); });
// Cost: one task at a time per thread; nothing runs in parallel within a task. Errors: the error of
// the task with the lowest index.
#pragma once

#include <exception>
#include <vector>

#include "engine/real.h"

namespace gan::metrics {

template <class Work>
void for_each(engine::Index count, const Work& work) {
  std::vector<std::exception_ptr> errors(static_cast<std::size_t>(count));
#pragma omp parallel for schedule(dynamic)
  for (engine::Index i = 0; i < count; ++i) {
    try {
      work(i);
    } catch (...) {  // must not leave a parallel loop
      errors[i] = std::current_exception();
    }
  }
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace gan::metrics
