// Included before everything else in device code: the functions of the C library that hardware does
// not round correctly become the emulator's own (library.cpp), whichever way they are called.
#pragma once

// X(name): a function of one float.
// clang-format off
#define EMULATED_FUNCTIONS(X)                                                           \
  X(acos) X(asin) X(atan) X(cos) X(sin) X(tan) X(acosh) X(asinh) X(atanh) X(cosh)       \
  X(sinh) X(tanh) X(cbrt) X(exp) X(exp2) X(expm1) X(log) X(log10) X(log1p) X(log2)      \
  X(erf) X(erfc)
// clang-format on

#ifndef EMULATED_LIBRARY
#define X(name) extern "C" float name##f(float) noexcept(true) __asm__("emulated_" #name "f");
EMULATED_FUNCTIONS(X)
#undef X
extern "C" float powf(float, float) noexcept(true) __asm__("emulated_powf");
#endif
