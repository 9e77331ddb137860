// gan: trains GANs with Lipschitz-constrained discriminators, and samples from them.
// Exit status: 0 done, 1 the work failed, 2 bad usage; one line on stderr says what is wrong and
// what to do.
#include "gan/gan.h"

int main(int argc, char** argv) { return gan::program(argc, argv); }
