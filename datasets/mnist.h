// MNIST and its drop-in relatives (Fashion-MNIST, KMNIST): 28x28 gray images of ten classes.
//
// Reads the IDX files train-images-idx3-ubyte, train-labels-idx1-ubyte and the t10k- pair, also
// spelled with a dot (train-images.idx3-ubyte), gzipped (.gz) or not.
// `resize` = 32 pads with two black pixels on each side, as is usual; another side scales.
// Errors: a missing file, a wrong magic number or size, a truncated file, a label above 9; each
// names the file and the offset.
// Source: http://yann.lecun.com/exdb/mnist (LeCun, Cortes, Burges), where IDX is defined.
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"

namespace datasets {

// Opens one split of mnist:DIR.
std::unique_ptr<Dataset> open_mnist(const std::string& directory, const OpenOptions& options);

}  // namespace datasets
