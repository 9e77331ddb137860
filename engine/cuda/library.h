// A shared library that is opened at run time, so that programs need it only where it is used.
#pragma once

#include <dlfcn.h>

#include "engine/check.h"

namespace engine::cuda {

// By its name or else from the path that it had at build time, where the loader may not look.
// Null: it cannot be opened, and dlerror() says why.
inline void* open_library(const char* name, const char* path) {
  void* found = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  return found ? found : dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

// What the function of this name returns; the caller is its namesake and passes all on. Errors: the
// library, called `title` in the message, lacks it.
template <class Result, class... Arguments>
Result call_in(void* library, const char* title, const char* name, Arguments... arguments) {
  void* found = dlsym(library, name);
  if (!found) fail("device: ", title, " has no ", name, "; use cpu");
  return reinterpret_cast<Result (*)(Arguments...)>(found)(arguments...);
}

}  // namespace engine::cuda
