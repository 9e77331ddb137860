#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "tests/support/paths.h"

constinit const char* const kSourceDir = KANTOR_SOURCE_DIR;
constinit const char* const kBuildDir = KANTOR_BUILD_DIR;
