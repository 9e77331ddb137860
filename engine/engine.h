// The engine, whole: the one include for its users. Tensors (tensor.h), functions of tensors
// (ops/), gradients of any order (grad.h), random numbers, devices, state, files. Namespace engine.
#pragma once

#include "engine/capture.h"
#include "engine/check.h"
#include "engine/device.h"
#include "engine/functions.h"
#include "engine/grad.h"
#include "engine/graphviz.h"
#include "engine/notice.h"
#include "engine/ops/conv.h"
#include "engine/ops/fused.h"
#include "engine/ops/matmul.h"
#include "engine/ops/move.h"
#include "engine/ops/pointwise.h"
#include "engine/ops/pool.h"
#include "engine/ops/reduce.h"
#include "engine/print.h"
#include "engine/random.h"
#include "engine/serialize.h"
#include "engine/state.h"
#include "engine/tensor.h"
#include "engine/update.h"
