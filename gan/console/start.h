// The start of a program, before anything of its own runs. Whoever calls `restore_environment`
// (run() of program.h does) links this, and with it:
//
//   before main       GOMP_SPINCOUNT (how long idle OpenMP threads spin before they sleep) and
//                     OPENBLAS_NUM_THREADS=1 (OpenBLAS starts no threads of its own) enter the
//                     environment, unless the user chose either, or OMP_WAIT_POLICY. The libraries
//                     read them when they are loaded, before any code of the program, so the
//                     program is executed a second time, before the libraries start.
//   with `restore`    what was entered leaves the environment, so that no child inherits it.
//
// Cost: 3 ms. Errors: none; where the program cannot be executed again, it runs as it is.
#pragma once

namespace gan::console {

void restore_environment();

// Streams that are closed (>&-) become /dev/null, so that no file takes their place: what is
// written to stderr is lost, what is written to stdout fails.
void reserve_streams();

}  // namespace gan::console
