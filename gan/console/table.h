// Tables of named rows: how the losses, models, constraints and presets are found by what the user
// types. Errors: an unknown name, with all that are known.
#pragma once

#include <span>
#include <string>

#include "engine/check.h"
#include "engine/choices.h"

namespace gan::console {

template <class Row>
const Row& find(std::span<const Row> rows, const char* what, const std::string& name) {
  for (const Row& row : rows)
    if (row.name == name) return row;
  engine::fail(what, " '", name, "' is unknown: give ",
               engine::alternatives(engine::names_of(rows)));
}

}  // namespace gan::console
