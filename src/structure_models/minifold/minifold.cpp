// The whole of MiniFold: the language model's states and maps, the trunk, the structure and what is thought of it.
#include "structure_models/minifold/minifold.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "ops/elementwise.h"
#include "ops/planes.h"
#include "structure_models/ideal_residues.h"
#include "structure_models/residue_tokens.h"
#include "tensor/shape_run.h"

namespace groel::structure_models {
namespace {

namespace folding = nn::folding;

constexpr nn::LinearForm kConfidence{.exactness = nn::Exactness::head};
ops::LinearOptions through_relu() { return {.activation = ops::Activation::relu}; }

}  // namespace

PairsFromAttention::PairsFromAttention(std::int64_t layers, std::int64_t heads, std::int64_t width)
    : layers_(layers), heads_(heads), width_(width), out_(width, width) {}

void PairsFromAttention::members(nn::Members to) {
  to.tensor("0.weight", {width_, layers_ * heads_}, nn::Role::matrix, weight_);
  to.tensor("0.bias", {width_}, nn::Role::bias, bias_);
  to.part("2", out_);
}

void PairsFromAttention::ready(const nn::Form& form) {
  packed_.clear();
  for (std::int64_t layer = 0; layer < layers_; ++layer)
    packed_.emplace_back(weight_.columns(layer * heads_, (layer + 1) * heads_), form.precision);
  bias_ = bias_.to(DType::f32);
  weight_ = {};
}

std::size_t PairsFromAttention::packed_bytes() const {
  std::size_t bytes = bias_.bytes();
  for (const ops::PackedWeight& one : packed_) bytes += one.bytes();
  return bytes;
}

void PairsFromAttention::add(std::int64_t layer, const Tensor& maps, Tensor& sum) const {
  const std::int64_t pairs = sum.size(0);
  const Tensor planes = maps.reshape({heads_, pairs});
  folding::share_rows(pairs, {2 * heads_ + width_, sum.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor rows = ops::planes_as_rows(planes.columns(begin, end)), target = sum.rows(begin, end);
    const ops::PackedWeight& weight = packed_[static_cast<std::size_t>(layer)];
    if (layer == 0)
      ops::linear(rows, weight, {.bias = bias_, .into = target});
    else
      ops::linear(rows, weight, {.residual = target, .into = target});
  });
}

void PairsFromAttention::finish(Tensor& sum) const {
  folding::share_rows(sum.size(0), {2 * width_, sum.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor rows = sum.rows(begin, end);
    out_(ops::activate(rows, ops::Activation::relu), {.into = rows});
  });
}

Minifold::~Minifold() = default;

Minifold::Minifold(MinifoldShape shape, std::unique_ptr<models::Model> language_model)
    : shape_(std::move(shape)),
      language_model_(std::move(language_model)),
      tokens_(residue_tokens(language_model_->tokenizer())),
      language_in_(shape_.language_width, shape_.width),
      language_out_(shape_.width, shape_.width),
      attention_(shape_.language_layers, shape_.language_heads, shape_.pair_width),
      trunk_(shape_),
      residues_(shape_.pair_width, shape_.width),
      structure_(shape_),
      confidence_norm_(shape_.width, 1e-5F),
      confidence_1_(shape_.width, shape_.confidence_width, kConfidence),
      confidence_2_(shape_.confidence_width, shape_.confidence_width, kConfidence),
      confidence_3_(shape_.confidence_width, shape_.confidence_bins, kConfidence) {}

void Minifold::members(nn::Members to) {
  to.part("", *language_model_);
  to.part("fc_s.0", language_in_);
  to.part("fc_s.2", language_out_);
  to.part("fc_z", attention_);
  to.part("fold", trunk_);
  to.part("sz_project", residues_);
  to.part("structure_module", structure_);
  const nn::Members heads = to.in_head();
  heads.part("aux_heads.plddt.layer_norm", confidence_norm_);
  heads.part("aux_heads.plddt.linear_1", confidence_1_);
  heads.part("aux_heads.plddt.linear_2", confidence_2_);
  heads.part("aux_heads.plddt.linear_3", confidence_3_);
}

void Minifold::prepare(ops::Precision precision) {
  precision_ = precision;
  language_model_->prepare(precision);
  const auto modules_of = [](nn::Module& part) {
    std::set<const nn::Module*> out;
    for (const auto& node : nn::tree_of(part).modules) out.insert(node.module);
    return out;
  };
  const auto done = modules_of(*language_model_), exact = modules_of(structure_);
  nn::Tree others = nn::tree_of(*this), structure = others;
  std::erase_if(others.modules,
                [&](const auto& node) { return done.contains(node.module) || exact.contains(node.module); });
  std::erase_if(structure.modules, [&](const auto& node) { return !exact.contains(node.module); });
  nn::ready(structure, ops::Precision::f32);
  nn::ready(others, precision);
}

std::size_t Minifold::weight_bytes() const {
  std::size_t bytes = 0;
  for (const auto& node : nn::tree_of(const_cast<Minifold&>(*this)).modules) bytes += node.module->packed_bytes();
  return bytes;
}

std::int64_t Minifold::parameters() const {
  std::int64_t count = 0;
  for (const auto& parameter : nn::tree_of(const_cast<Minifold&>(*this)).parameters)
    if (parameter.role != nn::Role::buffer && !parameter.place.optional) count += element_count(parameter.shape);
  return count;
}

std::int64_t Minifold::passes(const MinifoldOptions& options) const {
  return options.recycles < 0 ? shape_.passes : options.recycles + 1;
}

std::unique_ptr<Minifold> Minifold::without_data() const {
  MinifoldShape shape = shape_;
  shape.blocks = shape.structure_blocks = 1;  // all take the same
  auto out = std::make_unique<Minifold>(shape, language_model_->without_data());
  for (const nn::Parameter& parameter : nn::tree_of(*out).parameters)
    if (!parameter.slot->defined() && !parameter.place.optional)
      *parameter.slot = Tensor::empty(parameter.shape, DType::f32, Device::shape);
  out->prepare(precision_);
  return out;
}

std::size_t Minifold::fold_bytes(std::int64_t residues) const {
  const std::unique_ptr<Minifold> twin = without_data();
  const auto pool = std::make_shared<ShapePool>();
  const ShapeRun run(*pool);
  twin->fold(std::vector<std::int32_t>(static_cast<std::size_t>(residues), 0), {.recycles = 0});
  // And the bins of distances between residues.
  return pool->held() + static_cast<std::size_t>(residues * residues) * sizeof(std::int32_t);
}

std::vector<MinifoldDescription> Minifold::describe(std::span<const std::vector<std::int32_t>* const> proteins) const {
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<MinifoldDescription> out;
  for (const auto* types : proteins) {
    std::vector<std::int32_t>& ids = sequences.emplace_back();
    for (const std::int32_t type : *types) ids.push_back(tokens_[static_cast<std::size_t>(type)]);
  }
  out.resize(proteins.size());
  const models::Batch batch = models::Batch::pack(sequences, language_model_->tokenizer());
  Tensor last;  // (T, D)
  models::Taps taps;
  taps.wants_hidden = [&](int layer) { return layer == shape_.language_layers; };
  taps.hidden = [&](int layer, const Tensor& x) {
    if (layer == shape_.language_layers) last = x.clone();
  };
  taps.wants_attention = [](int) { return true; };
  taps.attention = [&](int layer, std::int64_t sequence, const Tensor& maps) {
    Tensor& z = out[static_cast<std::size_t>(sequence)].z;
    if (layer == 1) z = Tensor::empty({maps.size(1) * maps.size(2), shape_.pair_width}, DType::f32, maps.device());
    attention_.add(layer - 1, maps, z);
  };
  models::require<models::Encoder>(*language_model_).encode(batch, taps);
  const auto bounds = batch.cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b < out.size(); ++b) {
    attention_.finish(out[b].z);
    out[b].s = language_out_(language_in_(last.rows(bounds[b], bounds[b + 1]), through_relu()));
  }
  return out;
}

MinifoldOutput Minifold::fold(const std::vector<std::int32_t>& types, const MinifoldOptions& options,
                              const ModuleTaps& taps) const {
  const std::vector<std::int32_t>* const one = &types;
  return fold(types, describe({&one, 1}).front(), options, taps);
}

MinifoldOutput Minifold::fold(std::span<const std::int32_t> types, const MinifoldDescription& described,
                              const MinifoldOptions& options, const ModuleTaps& taps) const {
  taps.show("fc_s", described.s);
  taps.show("fc_z", described.z);
  MinifoldOutput out;
  out.z = trunk_({described.s, described.z, passes(options), options.progress}, taps.inside("fold"));
  out.s = residues_(out.z, described.s);
  out.structure = structure_(out.s, out.z, types, taps.inside("sm"));
  judge(out);
  return out;
}

void Minifold::judge(MinifoldOutput& out) const {
  const Tensor& states = out.structure.states;
  out.plddt_logits =
      confidence_3_(confidence_2_(confidence_1_(confidence_norm_(states), through_relu()), through_relu()));
  const auto bins = static_cast<std::size_t>(shape_.confidence_bins);
  const Tensor likely = ops::softmax(out.plddt_logits);
  out.plddt = Tensor::computed({states.size(0)}, states.device(), [&](std::span<float> to) {
    const auto all = likely.values<float>();
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i] = 0;
      for (std::size_t b = 0; b < bins; ++b)
        to[i] += all[i * bins + b] * (static_cast<float>(b) + 0.5F) / static_cast<float>(bins);
    }
  });
}

}  // namespace groel::structure_models
