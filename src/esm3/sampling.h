// Draws tokens of a track from its logits, as ESM3's SDK does.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "esm3/tokens.h"

namespace groel::esm3 {

/// A number in [0, 1) for each row of a track. Rows that nothing is drawn for have theirs, too.
using RowDraws = std::function<double(std::size_t row)>;

/// Of sequence, structure, secondary structure, accessible surface. logits [T, V] f32, host. Errors: bad_input, where
/// nothing can be drawn.
TrackSample sample_track(Track track, const Tensor& logits, std::span<const std::int32_t> tokens,
                         const SamplingTrackConfig& config, const RowDraws& draws);

/// Of function: the likeliest of each of the 8, no function at all where its mean probability is above 0.05. logits [T,
/// 8 * 260]. Entropies are sums over the 8 (upstream's generation sums them twice).
TrackSample sample_function(const Tensor& logits, std::span<const std::int32_t> tokens,
                            const SamplingTrackConfig& config);

/// Of annotations of residues: the 16 likeliest labels of which each holds with at least one half; else 0. logits [T,
/// 1478] -> [T, 16].
std::vector<std::int32_t> sample_residue_annotations(const Tensor& logits);

/// Of accessible surface, as a mean over the bins.
SasaSample sample_sasa(const Tensor& logits, std::span<const std::int32_t> tokens, const SamplingTrackConfig& config);

/// Rows that are masked: neither end. [T]
std::vector<bool> masked_rows(Track track, std::span<const std::int32_t> tokens);

}  // namespace groel::esm3
