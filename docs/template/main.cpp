// The program gan, with a constraint and a loss of our own beside those that are built in.
#include "engine/engine.h"
#include "gan/gan.h"
#include "infinity_norm.h"

using engine::Tensor;

// Each fake against one real image: Jolicoeur-Martineau (2019), RSGAN.
Tensor first_above_second(const Tensor& first, const Tensor& second) {
  return mean(softplus(second - first));
}
Tensor fake_above_real(const Tensor& real, const Tensor& fake) {
  return first_above_second(fake, real);
}

int main(int argc, char** argv) {
  return gan::program(
      argc, argv,
      {gan::constraint("infinity", InfinityNorm{}, "k W / the largest row sum of |kernel|"),
       gan::loss({"relativistic-pairs", first_above_second, fake_above_real,
                  /*generator_uses_real=*/true})});
}
