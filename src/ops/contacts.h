// Contacts from attention maps: symmetrise, average-product correction, logistic regression (Rao et al. 2021).
#pragma once

#include <cstdint>
#include <span>

#include "tensor/tensor.h"

namespace groel::ops {

/// One layer's attention maps of a sequence, and which of its tokens are residues: L of them, one after another.
struct ResidueMaps {
  Tensor maps;  ///< [H, n, n] f32, over all n tokens
  std::int64_t begin, end;

  std::int64_t residues() const { return end - begin; }
};

/// The channels that the regression sees of these maps: residues alone, symmetrised, less the product of their row and
/// column sums divided by the whole. -> [H, L, L] f32
Tensor contact_channels(const ResidueMaps& maps);

/// logits [L, L] f32 += Σ over heads of weights[h] channel h of `maps`; weights [1, H] f32. Rows and columns of
/// `silent` (tokens of the maps) count as zero.
void add_contacts(Tensor& logits, const ResidueMaps& maps, const Tensor& weights,
                  std::span<const std::int64_t> silent = {});

/// 1 / (1 + e^-(logit + bias)) in place: logits f32, bias [1] f32.
void contact_probabilities(Tensor& logits, const Tensor& bias);

}  // namespace groel::ops
