// The CPU's table of kernels.
#include "ops/backend_cpu.h"

namespace groel::ops {

const Backend& cpu_backend() {
  static constexpr Backend kTable{
      .name = "cpu",
      .activate = cpu::activate,
      .activate_as = cpu::activate_as,
      .activation_grad = cpu::activation_grad,
      .add = cpu::add,
      .add_contacts = cpu::add_contacts,
      .add_windows = cpu::add_windows,
      .all_finite = cpu::all_finite,
      .argmax = cpu::argmax,
      .attention = cpu::attention,
      .attention_grad = cpu::attention_grad,
      .attention_maps = cpu::attention_maps,
      .attention_pool = cpu::attention_pool,
      .attention_pool_grad = cpu::attention_pool_grad,
      .batch_norm = cpu::batch_norm,
      .batch_norm_grad = cpu::batch_norm_grad,
      .batch_statistics = cpu::batch_statistics,
      .binary_cross_entropy = cpu::binary_cross_entropy,
      .contact_channels = cpu::contact_channels,
      .contact_probabilities = cpu::contact_probabilities,
      .cross_entropy = cpu::cross_entropy,
      .dropout = cpu::dropout,
      .embedding = cpu::embedding,
      .embedding_grad = cpu::embedding_grad,
      .equal = cpu::equal,
      .gather_windows = cpu::gather_windows,
      .layer_norm = cpu::layer_norm,
      .layer_norm_grad = cpu::layer_norm_grad,
      .linear = cpu::linear,
      .linear_grad = cpu::linear_grad,
      .log_softmax = cpu::log_softmax,
      .lstm = cpu::lstm,
      .lstm_grad = cpu::lstm_grad,
      .pack = cpu::pack,
      .pack_transposed = cpu::pack_transposed,
      .rotary_inplace = cpu::rotary_inplace,
      .rotary_table = cpu::rotary_table,
      .scale = cpu::scale,
      .segment_max = cpu::segment_max,
      .segment_max_grad = cpu::segment_max_grad,
      .segment_mean = cpu::segment_mean,
      .segment_mean_grad = cpu::segment_mean_grad,
      .silence = cpu::silence,
      .softmax = cpu::softmax,
      .squared_error = cpu::squared_error,
      .sum = cpu::sum,
      .swiglu = cpu::swiglu,
      .swiglu_grad = cpu::swiglu_grad,
      .tanh = cpu::tanh,
      .tanh_grad = cpu::tanh_grad,
      .transpose = cpu::transpose,
  };
  return kTable;
}

}  // namespace groel::ops
