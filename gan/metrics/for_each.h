// for_each: independent pieces of work in parallel; an error of one is thrown once all have ended.
//   for_each(n, [&](Index i) { result[i] = work(i); });
// Cost: a piece at a time on each thread; within a piece nothing else runs in parallel.
// Errors: the first that a piece threw, by its number.
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
