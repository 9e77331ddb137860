#include "layers/mode.h"

namespace layers {
namespace {

thread_local bool evaluating_now = false;

}  // namespace

bool evaluating() { return evaluating_now; }

Eval::Eval(bool evaluate) : before_(evaluating_now) { evaluating_now = before_ || evaluate; }
Eval::~Eval() { evaluating_now = before_; }

}  // namespace layers
