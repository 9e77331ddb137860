// Fuzz target: the bytes as an image of whatever format they say that they are.
#include "datasets/image_file.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  const datasets::Image image = datasets::decode_image(folder().write("image", std::string(bytes)));
  if (image.pixels.size() != std::size_t{3} * image.height * image.width) __builtin_trap();
}
