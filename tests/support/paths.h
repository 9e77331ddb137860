// Paths of the sources and the build on this machine, defined in one generated file (paths.cpp.in),
// so that tests need not be recompiled in another folder.
#pragma once

extern const char* const kSourceDir;  // the checkout: has README.md
extern const char* const kBuildDir;   // has gan/gan, tools/bench/bench
