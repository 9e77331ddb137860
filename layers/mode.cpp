#include "layers/mode.h"

namespace layers {
namespace {

thread_local bool training_now = true;

}  // namespace

bool training() { return training_now; }

Eval::Eval(bool evaluate) : before_(training_now) { training_now = before_ && !evaluate; }
Eval::~Eval() { training_now = before_; }

}  // namespace layers
