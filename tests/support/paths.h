// Where the sources and the build lie on this machine. One generated file defines them
// (paths.cpp.in), so that no test has to be compiled again in another folder.
#pragma once

extern const char* const kSourceDir;  // the checkout: has README.md
extern const char* const kBuildDir;   // has gan/gan, tools/bench/bench
