// Muon: an optimiser that makes momentum orthogonal, for the weight matrices inside the layers.
#pragma once

#include "train/optimizer.h"

namespace groel::train {

/// torch.optim.Muon with adjust_lr_fn="match_rms_adamw" for parameters for which is_hidden_matrix(), AdamW for the
/// rest, both with the same rate and decay: the averaged gradient (Nesterov, options.momentum) is brought near the
/// closest orthogonal matrix by five steps of Newton and Schulz in bf16, and scaled by 0.2 sqrt(max(out, in)).
/// Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); Liu et al., arXiv
/// 2502.16982.
std::unique_ptr<Optimizer> make_muon(const OptimizerOptions& options, std::vector<TrainedParameter> parameters);

/// A matrix inside a block: not an embedding, a head, a bias or a norm.
bool is_hidden_matrix(const TrainedParameter& parameter);

/// The matrix [out, in] f32 with its singular values brought near 1 (0.7 to 1.2 but for tiny ones); 0 stays 0.
Tensor orthogonalised(const Tensor& matrix);

}  // namespace groel::train
