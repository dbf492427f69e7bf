// Operators on tensors without data: count the working memory that the CPU's kernels would take.
#include <algorithm>

#include "base/threads.h"
#include "ops/attention_grad_impl.h"
#include "ops/backend_cpu.h"
#include "ops/geometric_attention_impl.h"
#include "ops/linear_grad_impl.h"
#include "ops/linear_impl.h"
#include "tensor/shape_run.h"

namespace groel::ops {
namespace shape {
namespace {

// What each thread keeps for a kernel (scratch.h).
void keep(std::string_view slot, std::size_t bytes) {
  if (ShapePool* const pool = ShapeRun::pool()) pool->keep(slot, bytes, static_cast<std::size_t>(num_threads()));
}

// A kernel that takes nothing, of any signature.
template <class... Arguments>
using Kernel = void (*)(Arguments...);
struct Nothing {
  template <class... Arguments>
  constexpr operator Kernel<Arguments...>() const {  // NOLINT(google-explicit-constructor)
    return [](Arguments...) {};
  }
};
constexpr Nothing kNothing;

struct ShapeWeight final : PackedWeight::Impl {
  std::size_t bytes() const override { return cpu::packed_bytes(in, out, precision, form); }
};

std::shared_ptr<const PackedWeight::Impl> pack(const std::vector<Tensor>& weights, const std::vector<Tensor>&,
                                               Precision precision, WeightForm form) {
  auto weight = std::make_shared<ShapeWeight>();
  weight->in = weights.front().size(1);
  for (const Tensor& part : weights) weight->out += part.size(0);
  weight->precision = precision;
  weight->form = form;
  return weight;
}

std::shared_ptr<const PackedWeight::Impl> pack_transposed(const Tensor& weight) {
  auto out = std::make_shared<ShapeWeight>();
  out->in = weight.size(0);
  out->out = weight.size(1);
  return out;
}

void linear(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions&, Tensor&) {
  const cpu::LinearScratch scratch = cpu::linear_scratch(x.size(0), weight);
  keep("linear: rows", scratch.rows);
  keep("linear: product", scratch.product);
  if (scratch.panel > 0) keep("linear: panel", scratch.panel);
}

void linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients&) {
  const cpu::GradOperands operands = cpu::make_operands(x, dy, precision);
  const cpu::GradPanels& wider =
      operands.x.panels * operands.x.width > operands.dy.panels * operands.dy.width ? operands.x : operands.dy;
  if (wider.word != cpu::GradWord::pair)
    keep("linear_grad", static_cast<std::size_t>(wider.panels * wider.width) * sizeof(float));
}

std::int64_t most_keys(const AttentionLayout& layout) {
  std::int64_t most = 0;
  for (std::int64_t b = 0; b < layout.sequences(); ++b) most = std::max(most, layout.sequence(b).keys());
  return most;
}

void attention(const AttentionInput& input, AttentionResult&) {
  const AttentionLayout layout(input);
  const bool f32 = cpu::attention_kernel(input.precision) == cpu::attend_f32;
  keep(f32 ? "attention in f32" : "attention in bf16",
       attention_thread_bytes(layout.width(), most_keys(layout), input.precision));
}

void attention_grad(const AttentionInput& input, const AttentionResult&, const Tensor&, AttentionGradients&) {
  const AttentionLayout layout(input);
  std::size_t most = 0;
  for (std::int64_t b = 0; b < layout.sequences(); ++b)
    most = std::max(most, cpu::attention_grad_bytes(input, layout.sequence(b)));
  keep("attention_grad", most);
}

void attention_maps(const AttentionInput& input, const AttentionSequence&, Tensor&) {
  keep("attention_maps", cpu::attention_maps_bytes(input));
}

void geometric_attention(const GeometricAttentionInput& input, Tensor&) {
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  std::int64_t longest = 0;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    longest = std::max<std::int64_t>(longest, bounds[b + 1] - bounds[b]);
  keep("geometric_attention", cpu::geometric_attention_bytes(longest));
}

void multiply_planes(const Tensor&, const Tensor&, std::int64_t n, Precision precision, Tensor&) {
  keep("multiply_planes", cpu::multiply_planes_bytes(n, precision));
}

bool all_finite(const Tensor&) { return true; }
bool equal(const Tensor&, const Tensor&) { return true; }
double sum(const Tensor&) { return 0; }

}  // namespace
}  // namespace shape

const Backend& shape_backend() {
  static constexpr Backend kTable{
      .name = "shape",
      .activate = shape::kNothing,
      .activate_as = shape::kNothing,
      .activation_grad = shape::kNothing,
      .add = shape::kNothing,
      .add_column_pairs = shape::kNothing,
      .add_contacts = shape::kNothing,
      .add_windows = shape::kNothing,
      .all_finite = shape::all_finite,
      .argmax = shape::kNothing,
      .attention = shape::attention,
      .attention_grad = shape::attention_grad,
      .attention_maps = shape::attention_maps,
      .attention_pool = shape::kNothing,
      .attention_pool_grad = shape::kNothing,
      .batch_norm = shape::kNothing,
      .batch_norm_grad = shape::kNothing,
      .batch_statistics = shape::kNothing,
      .binary_cross_entropy = shape::kNothing,
      .blocks_as_rows = shape::kNothing,
      .cached_attention = shape::kNothing,
      .contact_channels = shape::kNothing,
      .contact_probabilities = shape::kNothing,
      .cross_entropy = shape::kNothing,
      .dropout = shape::kNothing,
      .embedding = shape::kNothing,
      .embedding_grad = shape::kNothing,
      .equal = shape::equal,
      .gate = shape::kNothing,
      .gate_planes = shape::kNothing,
      .gather_windows = shape::kNothing,
      .geometric_attention = shape::geometric_attention,
      .join_pairs = shape::kNothing,
      .join_pairs_grad = shape::kNothing,
      .keep_key_values = shape::kNothing,
      .layer_norm = shape::kNothing,
      .layer_norm_grad = shape::kNothing,
      .linear = shape::linear,
      .linear_grad = shape::linear_grad,
      .log_softmax = shape::kNothing,
      .lstm = shape::kNothing,
      .lstm_grad = shape::kNothing,
      .multiply_planes = shape::multiply_planes,
      .neighbour_sum = shape::kNothing,
      .pack = shape::pack,
      .pack_transposed = shape::pack_transposed,
      .planes_as_rows = shape::kNothing,
      .prompt_gate = shape::kNothing,
      .prompt_gate_grad = shape::kNothing,
      .rotary_inplace = shape::kNothing,
      .rotary_table = shape::kNothing,
      .scale = shape::kNothing,
      .segment_max = shape::kNothing,
      .segment_max_grad = shape::kNothing,
      .segment_mean = shape::kNothing,
      .segment_mean_grad = shape::kNothing,
      .silence = shape::kNothing,
      .softmax = shape::kNothing,
      .squared_error = shape::kNothing,
      .sum = shape::sum,
      .swiglu = shape::kNothing,
      .swiglu_grad = shape::kNothing,
      .take_column_pairs = shape::kNothing,
      .tanh = shape::kNothing,
      .tanh_grad = shape::kNothing,
      .transpose = shape::kNothing,
  };
  return kTable;
}

}  // namespace groel::ops
