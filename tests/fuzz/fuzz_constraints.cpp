// Fuzz target: the bytes as d.constraint gives constraints.
#include "gan/training/constraints.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) { (void)gan::training::ConstraintChain(std::string(bytes))(3); }
