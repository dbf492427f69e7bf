// Contacts from attention maps: symmetrise, average-product correction, logistic regression (Rao et al. 2021).
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace groel::ops {

/// The channels that the regression sees of one layer's maps [H, L+2, L+2] f32 (<cls> first, <eos> last): residues
/// alone, symmetrised, less the product of their row and column sums divided by the whole. -> [H, L, L] f32
Tensor contact_channels(const Tensor& maps);

/// logits [L, L] f32 += Σ over heads of weights[h] channel h of `maps`; weights [1, H] f32. Rows and columns of
/// `silent` (tokens of the maps) count as zero.
void add_contacts(Tensor& logits, const Tensor& maps, const Tensor& weights, std::span<const std::int64_t> silent = {});

/// 1 / (1 + e^-(logit + bias)) in place: logits f32, bias [1] f32.
void contact_probabilities(Tensor& logits, const Tensor& bias);

}  // namespace groel::ops
