// Where the sources and the build lie on this machine. tests/main.cpp alone knows, so that no other
// test has to be compiled again in another folder.
#pragma once

extern const char* const kSourceDir;  // the checkout: has README.md
extern const char* const kBuildDir;   // has gan/gan, tools/bench/bench
