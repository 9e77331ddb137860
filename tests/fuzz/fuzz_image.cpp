// Fuzz target: the bytes as an image of whatever format they say that they are.
#include "datasets/image_file.h"
#include "tests/fuzz/fuzz.h"

void fuzz(std::string_view bytes) {
  (void)datasets::decode_image(folder().write("image", std::string(bytes)));
}
