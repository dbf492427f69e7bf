// The table of how each output is computed, and results by name.
#include "engine/output.h"

#include <algorithm>
#include <array>

#include "bio/alignment_tokenizer.h"
#include "ops/embedding_grad.h"

namespace groel::engine {

#define GROEL_OUTPUT(name, per) OutputRecipe name##_output();
#include <groel/outputs.inc>
#undef GROEL_OUTPUT

const OutputRecipe& recipe(Output output) {
  static const std::array all{
#define GROEL_OUTPUT(name, per) name##_output(),
#include <groel/outputs.inc>
#undef GROEL_OUTPUT
  };
  return all[static_cast<std::size_t>(output)];
}

std::vector<int> layers_of(Output output, std::span<const int> layers, std::int64_t model_layers) {
  if (recipe(output).layers == Layers::whole_model) return {static_cast<int>(model_layers)};
  std::vector<int> out(layers.begin(), layers.end());
  if (recipe(output).layers == Layers::each_from_one) std::erase(out, 0);
  return out;
}

const Tensor& OutputValues::at(Output output, int layer) const {
  for (const Value& value : values)
    if (value.output == output && value.layer == layer) return value.tensor;
  throw Error(ErrorKind::internal, fmt::format("{} of layer {} was not computed", bio::name(output), layer));
}

const Tensor& OutputValues::of(Output output) const {
  const Tensor* found = nullptr;
  for (const Value& value : values)
    if (value.output == output) {
      GROEL_REQUIRE(found == nullptr);
      found = &value.tensor;
    }
  if (found == nullptr) throw Error(ErrorKind::internal, fmt::format("{} was not computed", bio::name(output)));
  return *found;
}

bool OutputValues::has(Output output) const {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) { return value.output == output; });
}

Tensor& OutputValues::slot(Output output, int layer) {
  for (Value& value : values)
    if (value.output == output && value.layer == layer) return value.tensor;
  return values.emplace_back(Value{output, layer, {}}).tensor;
}

std::pair<std::int64_t, std::int64_t> OutputPass::residues(std::size_t sequence) const {
  return {batch.residues.begin.data<std::int32_t>()[sequence], batch.residues.end.data<std::int32_t>()[sequence]};
}

Tensor OutputPass::of_residues(std::size_t sequence, const Tensor& x) const {
  if (ends) {
    const auto* const bound = batch.cu_seqlens.data<std::int32_t>() + sequence;
    return x.rows(bound[0], bound[1]).clone();
  }
  const auto [begin, end] = residues(sequence);
  const bio::AlignmentTokenizer* const reader = bio::as_alignments(model.tokenizer());
  if (!all_rows || reader == nullptr) return x.rows(begin, end).clone();
  const bio::AlignmentGrid grid = reader->grid(sequences[sequence]);
  const std::int64_t first = batch.cu_seqlens.data<std::int32_t>()[sequence];
  std::vector<std::int32_t> shown;
  for (std::int64_t row = 0; row < grid.rows; ++row)
    for (std::int64_t at = begin; at < end; ++at) shown.push_back(static_cast<std::int32_t>(at + row * grid.columns));
  GROEL_REQUIRE(begin == first + 1 && end == first + grid.columns);
  return ops::gather_rows(x, Tensor::of<std::int32_t>({static_cast<std::int64_t>(shown.size())}, shown));
}

void OutputPass::keep_rows(Output output, int layer, const Tensor& x) {
  for (std::size_t b = 0; b < results.size(); ++b) {
    const auto row = static_cast<std::int64_t>(b);
    results[b].slot(output, layer) = x.rows(row, row + 1).clone().reshape({-1});
  }
}

}  // namespace groel::engine
