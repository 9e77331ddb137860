// Range: the integers [begin, end).
#pragma once

#include "engine/real.h"

namespace engine::cpu {

struct Range {
  Index begin, end;
  bool empty() const { return begin >= end; }
};

}  // namespace engine::cpu
