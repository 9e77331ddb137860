// Fuzz target: the bytes as d.constraint gives constraints.
#include "gan/constraints.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) { (void)gan::parse_constraints(std::string(bytes), 3); }
