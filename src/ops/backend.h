// What a device has to provide: a kernel for every operator, in one table.
//
// The public operators check their input, make outputs on its device, and call its kernel. A kernel finds everything
// checked. Bounds, positions, ids and targets (i32) are on the host, whatever the device: whoever launches has to know
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ops/attention_grad.h"
#include "ops/attention_layout.h"
#include "ops/attention_pool.h"
#include "ops/batch_norm.h"
#include "ops/cached_attention.h"
#include "ops/contacts.h"
#include "ops/dropout.h"
#include "ops/embedding_grad.h"
#include "ops/gate.h"
#include "ops/geometric_attention.h"
#include "ops/graph.h"
#include "ops/linear_grad.h"
#include "ops/losses.h"
#include "ops/lstm.h"
#include "ops/norm_grad.h"
#include "ops/pair_grid.h"
#include "ops/planes.h"
#include "ops/pool_grad.h"
#include "ops/prompt_gate.h"
#include "ops/windows.h"

namespace groel::ops {

struct Backend {
  std::string_view name;
  void (*activate)(const Tensor& x, Activation activation, Tensor& y);
  void (*activate_as)(const Tensor& x, Activation activation, Tensor& y);
  void (*activation_grad)(const Tensor& x, const Tensor& dy, Activation activation, Tensor& dx);
  void (*add)(const Tensor& a, const Tensor& b, Tensor& y);
  void (*add_column_pairs)(const Tensor& x, const ColumnPairs& pairs, Tensor& z);
  void (*add_contacts)(Tensor& logits, const ResidueMaps& maps, const Tensor& weights);
  void (*add_windows)(const Tensor& dy, const Windows& windows, Tensor& dx);
  bool (*all_finite)(const Tensor& x);
  void (*argmax)(const Tensor& x, Tensor& best);
  void (*attention)(const AttentionInput& input, AttentionResult& out);
  void (*attention_grad)(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                         AttentionGradients& to);
  void (*attention_maps)(const AttentionInput& input, const AttentionSequence& sequence, Tensor& maps);
  void (*attention_pool)(const PoolInput& input, Tensor& y);
  void (*attention_pool_grad)(const PoolInput& input, const Tensor& y, const Tensor& dy, PoolGradients& to);
  void (*batch_norm)(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options, Tensor& y);
  void (*batch_norm_grad)(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                          BatchNormGradients& to);
  void (*batch_statistics)(const Tensor& x, BatchStatistics& to);
  void (*binary_cross_entropy)(const Tensor& logits, const Tensor& targets, const LossWeights& weights, Loss& to);
  void (*blocks_as_rows)(const Tensor& x, const Blocks& blocks, Tensor& y);
  void (*cached_attention)(const CachedAttentionInput& input, Tensor& y);
  void (*contact_channels)(const ResidueMaps& maps, Tensor& channels);
  void (*contact_probabilities)(Tensor& logits, const Tensor& bias);
  /// `best`: argmax(logits).
  void (*cross_entropy)(const Tensor& logits, const Tensor& targets, const Tensor& best, const LossWeights& weights,
                        Loss& to);
  void (*dropout)(const Tensor& x, const DropoutOptions& options, Tensor& y);
  void (*embedding)(const Tensor& table, const Tensor& ids, const Tensor& scale, Tensor& y);
  void (*embedding_grad)(const Tensor& dy, const EmbeddingGrad& input, Tensor& table);
  bool (*equal)(const Tensor& a, const Tensor& b);
  void (*gate)(const Tensor& x, const Tensor& g, const GateOptions& options, Tensor& y);
  void (*gate_planes)(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes);
  void (*gather_windows)(const Tensor& x, const Windows& windows, Tensor& y);
  void (*geometric_attention)(const GeometricAttentionInput& input, Tensor& y);
  void (*join_pairs)(const Tensor& x, const PairRows& pairs, Tensor& y);
  void (*join_pairs_grad)(const Tensor& x, const PairRows& pairs, const Tensor& dy, Tensor& dx);
  void (*keep_key_values)(const CachedAttentionInput& input);
  void (*layer_norm)(const Tensor& x, const LayerNormOptions& options, Tensor& y);
  void (*layer_norm_grad)(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to);
  void (*linear)(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions& options, Tensor& y);
  void (*linear_grad)(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to);
  void (*log_softmax)(const Tensor& x, Tensor& y);
  void (*lstm)(const LstmInput& input, LstmResult& to);
  void (*lstm_grad)(const LstmInput& input, const LstmResult& forward, const PackedWeight& transposed, const Tensor& dh,
                    Tensor& dgates);
  void (*multiply_planes)(const Tensor& a, const Tensor& b, std::int64_t n, Precision precision, Tensor& product);
  void (*neighbour_sum)(const Tensor& x, const Neighbours& links, Tensor& y);
  std::shared_ptr<const PackedWeight::Impl> (*pack)(const std::vector<Tensor>& weights,
                                                    const std::vector<Tensor>& scales, Precision precision,
                                                    WeightForm form);
  std::shared_ptr<const PackedWeight::Impl> (*pack_transposed)(const Tensor& weight);
  void (*planes_as_rows)(const Tensor& planes, Tensor& rows);
  void (*prompt_gate)(const Tensor& x, const PromptGate& gate, PromptGateResult& to);
  void (*prompt_gate_grad)(const Tensor& x, const PromptGate& gate, const Tensor& dy, Tensor& dx, Tensor& weight);
  void (*rotary_inplace)(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options);
  void (*rotary_table)(const Tensor& inv_freq, RotaryTable& table);
  void (*scale)(const Tensor& x, float factor, Tensor& y);
  void (*segment_max)(const Tensor& x, const Segments& segments, Tensor& y);
  void (*segment_max_grad)(const SegmentMax& forward, const Tensor& dy, Tensor& dx);
  void (*segment_mean)(const Tensor& x, const Segments& segments, Tensor& y);
  void (*segment_mean_grad)(const Tensor& dy, const Segments& segments, Tensor& dx);
  void (*silence)(Tensor& maps, std::span<const std::int64_t> tokens);
  void (*softmax)(const Tensor& x, Tensor& y);
  void (*squared_error)(const Tensor& x, const Tensor& targets, const LossWeights& weights, Loss& to);
  double (*sum)(const Tensor& x);
  void (*swiglu)(const Tensor& x, Tensor& y);
  void (*swiglu_grad)(const Tensor& x, const Tensor& dy, Tensor& dx);
  void (*take_column_pairs)(const Tensor& z, const ColumnPairs& pairs, Tensor& x);
  void (*tanh)(const Tensor& x, Tensor& y);
  void (*tanh_grad)(const Tensor& y, const Tensor& dy, Tensor& dx);
  void (*transpose)(const Tensor& x, Tensor& y);
};

/// The one of a device. Errors: unsupported, where this build has none.
const Backend& backend(Device device);
/// The one that x is on.
inline const Backend& backend(const Tensor& x) { return backend(x.device()); }

/// Reference, AVX2, AVX-512 and AMX are inside.
const Backend& cpu_backend();
/// Computes nothing and touches no data: counts what the CPU's kernels take beside outputs (tensor/shape_run.h).
const Backend& shape_backend();

}  // namespace groel::ops
