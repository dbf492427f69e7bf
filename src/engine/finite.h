// Finds numbers that are not finite (NaN, infinity), and the layer where they began.
#pragma once

#include <cstdint>
#include <span>

#include "models/model.h"
#include "ops/compare.h"

namespace groel::engine {

using ops::all_finite;

/// The error of a sequence (its tokens) whose results are not finite: runs the model once more on it alone,
/// looking at every layer, and names the first with NaN or infinity; or `head` ("the contact head"), which comes after
/// the layers, when all of them are finite. Kind: bad_model.
Error not_finite(const models::Model& model, std::span<const std::int32_t> tokens, std::string_view head);

}  // namespace groel::engine
