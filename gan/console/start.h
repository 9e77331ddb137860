// Startup of a program, before any of its own code runs. Calling `restore_environment` (as run() of
// program.h does) links this, and with it:
//
//   before main       GOMP_SPINCOUNT (how long idle OpenMP threads spin before they sleep) and
//                     OPENBLAS_NUM_THREADS=1 (OpenBLAS starts no threads of its own) enter the
//                     environment, unless the user set either, or OMP_WAIT_POLICY. The libraries
//                     read them when loaded, before any code of the program, so the program
//                     executes itself a second time, before the libraries start.
//   with `restore`    the variables are removed, so that no child process inherits them.
//
// Cost: 3 ms. Errors: none; if the program cannot execute itself again, it runs without the
// variables.
#pragma once

namespace gan::console {

void restore_environment();

// Closed standard streams (>&-) are replaced by /dev/null, so that no file takes their descriptor:
// output to stderr is lost, output to stdout fails.
void reserve_streams();

}  // namespace gan::console
