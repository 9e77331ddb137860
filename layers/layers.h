// The list of all layers: the second include for users, after engine/engine.h. Namespace layers.
// A new layer is one header, one line here and one line in tests/cases.h; a new constraint one
// header and one line in constraints/list.h.
#pragma once

#include "layers/activation.h"
#include "layers/cones.h"
#include "layers/constraints/list.h"
#include "layers/conv2d.h"
#include "layers/conv_transpose2d.h"
#include "layers/ema.h"
#include "layers/init.h"
#include "layers/labels.h"
#include "layers/linear.h"
#include "layers/mode.h"
#include "layers/module.h"
#include "layers/norm/batch_norm.h"
#include "layers/norm/class_batch_norm.h"
#include "layers/norm/group_norm.h"
#include "layers/norm/instance_norm.h"
#include "layers/norm/layer_norm.h"
#include "layers/optim.h"
#include "layers/pool.h"
#include "layers/projection.h"
#include "layers/residual.h"
#include "layers/self_attention.h"
#include "layers/summary.h"
