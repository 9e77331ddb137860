// CIFAR-10: 50,000 training and 10,000 test images, 32x32 RGB, ten classes.
//
// Reads the official binary batches, data_batch_1.bin ... data_batch_5.bin and test_batch.bin:
// records of 3073 bytes, the label and then the red, green and blue planes. DIR holds them or the
// folder cifar-10-batches-bin. An official file has 10,000 records (30,730,000 bytes); any other
// integral number of records is read too, with a note, so that tests can use small files. `resize`
// scales the images. Cost: 154 MB of memory and about a second for the training split. Errors: a
// missing file, a length that is not a multiple of the record size, a label above 9 (with its
// offset). Source: https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky, 2009).
#pragma once

#include <memory>
#include <string>

#include "datasets/dataset.h"

namespace datasets {

// Opens one split of cifar10:DIR.
std::unique_ptr<Dataset> open_cifar10(const std::string& directory, const OpenOptions& options);

}  // namespace datasets
