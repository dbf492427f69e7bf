// Numbers that got out of hand: finding them, and the layer where they began.
#pragma once

#include <cstdint>
#include <span>

#include "models/model.h"

namespace groel::engine {

/// Whether none of the elements is NaN or infinite. Integers are finite.
bool all_finite(std::span<const std::byte> bytes, DType dtype);
/// The same of a tensor, whose rows may have a stride; of an undefined one, true.
bool all_finite(const Tensor& tensor);

/// The error of a sequence (<cls> residues… <eos>) whose results are not finite: runs the model once more on it alone,
/// looking at every layer, and names the first with NaN or infinity; or `head` ("the contact head"), which comes after
/// the layers, when all of them are finite. Kind: bad_model.
Error not_finite(const models::Model& model, std::span<const std::int32_t> tokens, std::string_view head);

}  // namespace groel::engine
