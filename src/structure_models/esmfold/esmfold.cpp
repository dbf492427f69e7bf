// The whole of ESMFold: the language model's layers mixed, the trunk, and what the heads say of it.
#include "structure_models/esmfold/esmfold.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/threads.h"
#include "nn/folding/pairs.h"
#include "ops/elementwise.h"
#include "structure_models/ideal_residues.h"
#include "structure_models/residue_tokens.h"
#include "tensor/shape_run.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kHead{.exactness = nn::Exactness::head};
constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kResidueTokens = 23;  // padding, the twenty, X, a mask
constexpr std::int64_t kPairBins = 64, kConfidenceBins = 50;
constexpr float kFarthestError = 31;  // Å: the last bound between bins

// Middles of the bins of errors, Å: bounds from 0 to 31 in equal steps, and one bin beyond.
std::vector<float> error_bins() {
  std::vector<float> out;
  constexpr float step = kFarthestError / static_cast<float>(kPairBins - 2);
  for (std::int64_t k = 0; k < kPairBins; ++k) out.push_back(step * static_cast<float>(k) + step / 2);
  return out;
}

void softmax(std::span<float> row) {
  const float most = *std::ranges::max_element(row);
  float total = 0;
  for (float& x : row) total += x = std::exp(x - most);
  for (float& x : row) x /= total;
}

Tensor zeros(const Shape& shape, Device device) { return Tensor::zeros(shape, DType::f32, device); }

}  // namespace

Esmfold::~Esmfold() = default;

Esmfold::Esmfold(EsmfoldShape shape, std::unique_ptr<models::Model> language_model)
    : shape_(std::move(shape)),
      language_model_(std::move(language_model)),
      tokens_(residue_tokens(language_model_->tokenizer())),
      language_norm_(shape_.language_width, kEpsilon),
      language_in_(shape_.language_width, shape_.trunk.width),
      language_out_(shape_.trunk.width, shape_.trunk.width),
      residues_(kResidueTokens, shape_.trunk.width),
      trunk_(shape_),
      distance_head_(shape_.trunk.pair_width, kPairBins, kHead),
      error_head_(shape_.trunk.pair_width, kPairBins, kHead),
      residue_head_(shape_.trunk.width, kResidueTokens, kHead),
      confidence_norm_(shape_.structure.attention.width, kEpsilon),
      confidence_1_(shape_.structure.attention.width, shape_.confidence_width, kHead),
      confidence_2_(shape_.confidence_width, shape_.confidence_width, kHead),
      confidence_3_(shape_.confidence_width, kAtomKinds * kConfidenceBins, kHead) {}

void Esmfold::members(nn::Members to) {
  to.part("", *language_model_);
  to.tensor("esm_s_combine", {shape_.language_layers + 1}, nn::Role::bias, layer_weights_);
  to.part("esm_s_mlp.0", language_norm_);
  to.part("esm_s_mlp.1", language_in_);
  to.part("esm_s_mlp.3", language_out_);
  if (shape_.residue_embedding) to.part("embedding", residues_);
  to.part("trunk", trunk_);
  const nn::Members heads = to.in_head();
  heads.part("distogram_head", distance_head_);
  heads.part("ptm_head", error_head_);
  heads.part("residue_head", residue_head_);
  heads.part("lddt_head.0", confidence_norm_);
  heads.part("lddt_head.1", confidence_1_);
  heads.part("lddt_head.2", confidence_2_);
  heads.part("lddt_head.3", confidence_3_);
}

void Esmfold::prepare(ops::Precision precision) {
  precision_ = precision;
  language_model_->prepare(precision);
  std::set<const nn::Module*> ready;
  for (const auto& node : nn::tree_of(*language_model_).modules) ready.insert(node.module);
  nn::Tree tree = nn::tree_of(*this);
  std::erase_if(tree.modules, [&](const auto& node) { return ready.contains(node.module); });
  nn::ready(tree, precision);
  const Tensor stored = layer_weights_.to(DType::f32);
  layer_weights_ = Tensor::computed(stored.shape(), stored.device(), [&](std::span<float> to) {
    std::ranges::copy(stored.values<float>(), to.begin());
    softmax(to);
  });
}

std::size_t Esmfold::weight_bytes() const {
  std::size_t bytes = 0;
  for (const auto& node : nn::tree_of(const_cast<Esmfold&>(*this)).modules) bytes += node.module->packed_bytes();
  return bytes;
}

std::int64_t Esmfold::parameters() const {
  std::int64_t count = 0;
  for (const auto& parameter : nn::tree_of(const_cast<Esmfold&>(*this)).parameters)
    if (parameter.role != nn::Role::buffer && !parameter.place.optional) count += element_count(parameter.shape);
  return count;
}

std::int64_t Esmfold::passes(const EsmfoldOptions& options) const {
  return options.recycles < 0 ? shape_.trunk.passes : options.recycles + 1;
}

std::unique_ptr<Esmfold> Esmfold::without_data() const {
  EsmfoldShape shape = shape_;
  shape.trunk.blocks = 1;  // all take the same
  auto out = std::make_unique<Esmfold>(shape, language_model_->without_data());
  for (const nn::Parameter& parameter : nn::tree_of(*out).parameters)
    if (!parameter.slot->defined() && !parameter.place.optional)
      *parameter.slot = Tensor::empty(parameter.shape, DType::f32, Device::shape);
  out->prepare(precision_);
  return out;
}

std::size_t Esmfold::fold_bytes(std::int64_t residues) const {
  const std::unique_ptr<Esmfold> twin = without_data();
  const auto pool = std::make_shared<ShapePool>();
  const ShapeRun run(*pool);
  EsmfoldInput input{std::vector<std::int32_t>(static_cast<std::size_t>(residues), 0), {}};
  twin->fold(input, {.recycles = 0});
  // And the bins of distances between residues.
  return pool->held() + static_cast<std::size_t>(residues * residues) * sizeof(std::int32_t);
}

// `mixed` [N, D] of the language model's layers.
Tensor Esmfold::described(const Tensor& mixed, std::span<const std::int32_t> types) const {
  const Tensor inner = language_in_(language_norm_(mixed), {.activation = ops::Activation::relu});
  const Tensor out = language_out_(inner);
  if (!shape_.residue_embedding) return out;
  // The published code looks types up as they are, though its table has a row for padding before them: A has that row.
  return ops::add(out, residues_({Tensor::of<std::int32_t>({static_cast<std::int64_t>(types.size())}, types), {}}));
}

std::vector<Tensor> Esmfold::describe(std::span<const std::vector<std::int32_t>* const> proteins) const {
  const bio::Tokenizer& tokenizer = language_model_->tokenizer();
  std::vector<std::vector<std::int32_t>> sequences;
  for (const auto* types : proteins) {
    std::vector<std::int32_t> ids;
    for (const std::int32_t type : *types) ids.push_back(tokens_[static_cast<std::size_t>(type)]);
    sequences.push_back(tokenizer.with_ends(ids));
  }
  const models::Batch batch = models::Batch::pack(sequences, tokenizer);
  Tensor mixed;  // (T, D)
  models::Taps taps;
  taps.hidden = [&](int layer, const Tensor& x) {
    if (!mixed.defined()) mixed = zeros({x.size(0), x.size(1)}, x.device());
    if (x.device() == Device::shape) return;
    const float weight = layer_weights_.data<float>()[layer];
    float* const to = mixed.mutable_data<float>();
    parallel_for(x.size(0), [&](std::int64_t row) {
      const float* from = x.data<float>() + row * x.row_stride();
      for (std::int64_t c = 0; c < x.size(1); ++c) to[row * x.size(1) + c] += weight * from[c];
    });
  };
  models::require<models::Encoder>(*language_model_).encode(batch, taps);
  std::vector<Tensor> out;
  const auto first = batch.residues.begin.values<std::int32_t>(), last = batch.residues.end.values<std::int32_t>();
  for (std::size_t b = 0; b < proteins.size(); ++b)
    out.push_back(described(mixed.rows(first[b], last[b]), *proteins[b]));
  return out;
}

EsmfoldOutput Esmfold::fold(const EsmfoldInput& input, const EsmfoldOptions& options, const ModuleTaps& taps) const {
  const std::vector<std::int32_t>* const one = &input.types;
  return fold(input, describe({&one, 1}).front(), options, taps);
}

EsmfoldOutput Esmfold::fold(const EsmfoldInput& input, const Tensor& described, const EsmfoldOptions& options,
                            const ModuleTaps& taps) const {
  taps.show("described", described);
  std::vector<std::int32_t> index = input.residue_index;
  if (index.empty())
    for (std::size_t i = 0; i < input.types.size(); ++i) index.push_back(static_cast<std::int32_t>(i));
  EsmfoldTrunkOutput trunk =
      trunk_({described, input.types, index, passes(options), options.keep, options.progress}, taps.inside("trunk"));
  EsmfoldOutput out{std::move(trunk.rounds), trunk.s, trunk.z, {}, {}, 0};
  out.plddt = judge_atoms(out.rounds.back().states);
  judge_pairs(out);
  return out;
}

// -> [N, 37]
Tensor Esmfold::judge_atoms(const Tensor& states) const {
  const Tensor logits = confidence_3_(confidence_2_(confidence_1_(confidence_norm_(states))));  // (N, 37*50)
  return Tensor::computed({states.size(0), kAtomKinds}, states.device(), [&](std::span<float> to) {
    std::vector<float> row(kConfidenceBins);
    const float* from = logits.data<float>();
    for (float& sure : to) {
      row.assign(from, from + kConfidenceBins);
      from += kConfidenceBins;
      softmax(row);
      sure = 0;
      for (std::size_t b = 0; b < row.size(); ++b) sure += row[b] * (static_cast<float>(b) + 0.5F) / kConfidenceBins;
    }
  });
}

Tensor Esmfold::distogram_logits(const Tensor& z) const {
  Tensor out = distance_head_(z);
  const std::int64_t residues = nn::folding::Pairs{z}.tokens();
  float* const logits = out.mutable_data<float>();
  parallel_for(residues, [&](std::int64_t i) {
    for (std::int64_t j = 0; j <= i; ++j)
      for (std::int64_t b = 0; b < kPairBins; ++b) {
        float& one = logits[(i * residues + j) * kPairBins + b];
        float& other = logits[(j * residues + i) * kPairBins + b];
        one = other = (one + other) / 2;
      }
  });
  return out;
}

// The expected error of each pair, and pTM (supplement 1.9.7 of AlphaFold 2): of the residue that says the most, the
// mean over all others.
void Esmfold::judge_pairs(EsmfoldOutput& out) const {
  const std::int64_t residues = out.s.size(0);
  const std::vector<float> bins = error_bins();
  const float d0 = 1.24F * std::cbrt(static_cast<float>(std::max<std::int64_t>(residues, 19) - 15)) - 1.8F;
  out.pae = Tensor::empty({residues, residues}, DType::f32, out.z.device());
  std::vector<double> scores(static_cast<std::size_t>(residues), 0);
  nn::folding::for_grid_rows(residues, kPairBins, [&](const nn::folding::GridRows& grid) {
    Tensor logits = error_head_(grid.of(out.z));
    if (logits.device() == Device::shape) return;
    float* const all = logits.mutable_data<float>();
    float* const errors = out.pae.mutable_data<float>();
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      const std::int64_t i = grid.begin + row;
      for (std::int64_t j = 0; j < residues; ++j) {
        const std::span<float> likely(all + (row * residues + j) * kPairBins, static_cast<std::size_t>(kPairBins));
        softmax(likely);
        float error = 0, score = 0;
        for (std::size_t b = 0; b < bins.size(); ++b) {
          error += likely[b] * bins[b];
          score += likely[b] / (1 + bins[b] * bins[b] / (d0 * d0));
        }
        errors[i * residues + j] = error;
        scores[static_cast<std::size_t>(i)] += score / static_cast<double>(residues);
      }
    });
  });
  out.ptm = static_cast<float>(*std::ranges::max_element(scores));
}

}  // namespace groel::structure_models
