#include "layers/labels.h"

#include <utility>

#include "engine/check.h"
#include "engine/functions.h"
#include "engine/ops/move.h"

namespace layers {

using engine::Index;
using engine::Tensor;

namespace {

thread_local Tensor labels_now;

}  // namespace

const Tensor& labels() { return labels_now; }

Labels::Labels(Tensor of_samples) : before_(std::exchange(labels_now, std::move(of_samples))) {}
Labels::~Labels() { labels_now = std::move(before_); }

Labels Labels::all_of(Index label) {
  return Labels(engine::full({1}, static_cast<engine::Real>(label)));
}

Tensor rows_by_label(const char* who, const Tensor& table, Index samples) {
  engine::check(labels_now.defined(), who,
                ": the classes of the samples are unknown; set them with layers::Labels");
  engine::check(labels_now.rank() == 1 && (labels_now.dim(0) == samples || labels_now.dim(0) == 1),
                who, ": labels ", labels_now.shape(), " do not fit ", samples, " samples");
  return gather(table, labels_now);
}

}  // namespace layers
