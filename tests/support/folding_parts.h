// Parts of AlphaFold 3's network beside its blocks, on cases of single operations: noise, poses, features, the encoder
// of atoms.
#pragma once

#include "checkpoints/load.h"
#include "structure_models/alphafold3/features.h"
#include "structure_models/alphafold3/rules.h"
#include "structure_models/distance_bins.h"
#include "structure_models/noise_fourier.h"
#include "support/folding_singles.h"

namespace groel::testing::parts {

namespace sm = structure_models;

inline Tensor row_of(const std::vector<float>& values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
}
template <class T>
std::vector<T> values_of(const FoldingOp& op, const std::string& name) {
  const Tensor x = op(name);
  std::vector<T> out;
  for (const float value : x.values<float>()) out.push_back(static_cast<T>(value));
  return out;
}
/// Any difference is too large.
inline double exactly(const Tensor& ours, const Tensor& theirs) { return apart(ours, theirs) == 0 ? 0 : INFINITY; }

inline double fourier(const FoldingOp& op) {
  const Tensor sigma = op("in.sigma"), expected = op("out.embedding");
  double worst =
      std::max(exactly(row_of({sm::noise_frequencies().begin(), sm::noise_frequencies().end()}), op("out.weight")),
               exactly(row_of({sm::noise_phases().begin(), sm::noise_phases().end()}), op("out.bias")));
  for (std::int64_t i = 0; i < sigma.count(); ++i)
    worst = std::max(worst,
                     apart(sm::noise_features(sigma.data<float>()[i] / 16, sm::noise_frequencies(), sm::noise_phases()),
                           expected.rows(i, i + 1)));
  return worst;
}

inline double own_fourier(const FoldingOp& op) {
  const Tensor x = op("in.x"), w = op.weight(".w.w"), b = op.weight(".w.b"), expected = op("out.y");
  double worst = 0;
  for (std::int64_t i = 0; i < x.count(); ++i)
    worst = std::max(worst,
                     apart(sm::noise_features(std::exp(4 * x.data<float>()[i]), w.values<float>(), b.values<float>()),
                           expected.rows(i, i + 1)));
  return worst;
}

inline double noise_schedule(const FoldingOp& op) {
  double worst = 0;
  for (const std::int64_t steps : {200, 20}) {
    sm::SamplerSettings settings;
    settings.steps = steps;
    worst = std::max(worst, apart(row_of(sm::noise_levels(settings)), op(fmt::format("out.s{}", steps))));
  }
  return worst;
}

/// One step of the sampler whose noise is nothing, from given positions.
class GivenPose final : public sm::DiffusionNoise {
 public:
  GivenPose(std::vector<float> start, const FoldingOp& op) : start_(std::move(start)) {
    std::ranges::copy(op("in.rot_normals").values<float>(), pose_.vectors.begin());
    std::ranges::copy(op("in.trans").values<float>(), pose_.translation.begin());
  }
  void start(std::int64_t, std::span<float> to) override { std::ranges::copy(start_, to.begin()); }
  Pose step(std::int64_t, std::int64_t, std::span<float> to) override {
    std::ranges::fill(to, 0.0F);
    return pose_;
  }

 private:
  std::vector<float> start_;
  Pose pose_{};
};

inline double augmentation(const FoldingOp& op) {
  const auto x = values_of<float>(op, "in.x");
  const auto mask = values_of<std::uint8_t>(op, "in.mask");
  sm::SamplerSettings settings;
  settings.samples = settings.steps = 1;
  const float first = sm::noise_levels(settings)[0];
  std::vector<float> there;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (mask[i / 3] != 0) there.push_back(x[i] / first);
  GivenPose noise(there, op);
  Tensor moved;
  sm::sample_positions(settings, static_cast<std::int64_t>(there.size() / 3), noise, [&](const Tensor& noisy, float) {
    moved = noisy.clone();
    return noisy;
  });
  Tensor y = Tensor::zeros(op("in.x").shape());
  for (std::size_t i = 0, at = 0; i < x.size(); ++i)
    if (mask[i / 3] != 0) y.mutable_data<float>()[i] = moved.data<float>()[at++];
  return apart(y, op("out.y"));
}

inline double distances(const FoldingOp& op) {
  const Tensor x = op("in.x"), expected = op("out.y");
  Tensor y = Tensor::zeros(expected.shape());
  const std::int64_t n = x.size(0);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      float square = 0;
      for (std::int64_t c = 0; c < 3; ++c) {
        const float away = x.data<float>()[3 * i + c] - x.data<float>()[3 * j + c];
        square += away * away;
      }
      if (const std::int32_t bin = sm::distance_bin(square); bin >= 0)
        y.mutable_data<float>()[(i * n + j) * sm::kDistanceBinCount + bin] = 1;
    }
  return exactly(y, expected);
}

inline double relative(const FoldingOp& op) {
  const auto residue = values_of<std::int32_t>(op, "in.residue_index"),
             token = values_of<std::int32_t>(op, "in.token_index"), chain = values_of<std::int32_t>(op, "in.asym_id"),
             entity = values_of<std::int32_t>(op, "in.entity_id"), copy = values_of<std::int32_t>(op, "in.sym_id");
  const sm::TokenPlaces places{residue, token, chain, entity, copy};
  return exactly(sm::relative_encoding(places, 0, places.tokens()), op("out.y"));
}

/// The alignment's features as a module without blocks embeds them, through an identity.
inline double alignment_features(const FoldingOp& op) {
  constexpr std::int64_t kFeatures = 34;
  const auto letters = values_of<std::int8_t>(op, "in.rows");
  const auto deletions = values_of<float>(op, "in.deletion");
  const std::int64_t rows = op("in.rows").size(0), tokens = op("in.rows").size(1);
  sm::AlignmentModule module({.width = kFeatures, .target_width = 1, .features = kFeatures, .blocks = 0});
  Tensor identity = Tensor::zeros({kFeatures, kFeatures});
  for (std::int64_t i = 0; i < kFeatures; ++i) identity.mutable_data<float>()[i * (kFeatures + 1)] = 1;
  fill(module, {{"features.weight", identity}, {"target.weight", Tensor::zeros({kFeatures, 1})}});
  std::vector<std::int32_t> order;
  for (std::int64_t r = 0; r < rows; ++r) order.push_back(static_cast<std::int32_t>(r));
  nn::folding::Pairs pairs{Tensor::zeros({tokens * tokens, 4})};
  double worst = INFINITY;
  module.update({tokens, letters, deletions, order}, Tensor::zeros({tokens, 1}), pairs,
                [&](const std::string&, const Tensor& value) { worst = apart(value, op("out.y")); });
  return worst;
}

/// Weights of one part of AlphaFold 3's network out of those of a case, whose names are the ends of the file's.
inline io::ArrayMap network_part(const FoldingOp& op, const std::string& scope, const sm::Alphafold3Shape& shape,
                                 const std::string& part) {
  io::ArrayMap records, out;
  for (const auto& [name, array] : op.weights()) records[scope + name] = array;
  std::vector<sm::RecordRule> rules;
  for (const sm::RecordRule& rule : sm::alphafold3_rules(shape))
    if (records.contains(rule.record)) rules.push_back(rule);
  for (auto& [name, array] : sm::apply_rules(rules, records))
    if (name.starts_with(part)) out[name.substr(part.size())] = array;
  return out;
}

inline sm::Alphafold3Input tokens_of(std::int64_t tokens) {
  sm::Alphafold3Input out;
  out.tokens = tokens;
  return out;
}

inline double templates(const FoldingOp& op) {
  const Tensor query = op("in.query");
  const std::int64_t n = query.size(0);
  sm::Alphafold3Shape shape;
  shape.pair = query.size(2), shape.templates = op("out.y").size(2), shape.template_blocks = 0;
  sm::Alphafold3Input input = tokens_of(n);
  input.template_aatype = values_of<std::int32_t>(op, "in.aatype");
  input.template_positions = values_of<float>(op, "in.positions");
  input.template_mask = values_of<std::uint8_t>(op, "in.mask");
  sm::TemplateEmbedder embedder(shape.trunk().templates);
  io::ArrayMap arrays = network_part(op, "diffuser/evoformer/template_embedding/", shape, "trunk.templates.");
  const auto nothing = std::make_shared<std::vector<float>>(static_cast<std::size_t>(shape.pair * shape.templates));
  arrays["out.weight"] = {DType::f32, {shape.pair, shape.templates}, std::as_bytes(std::span(*nothing)), nothing};
  checkpoints::fill_slots(embedder, arrays, {}, op.name());
  nn::ready(nn::tree_of(embedder), ops::Precision::f32);
  Tensor z = query.reshape({n * n, query.size(2)}).clone();
  double worst = INFINITY;
  embedder.add({sm::alphafold3_template(input, 0)}, values_of<std::int32_t>(op, "in.asym_id"), z,
               [&](const std::string&, const Tensor& value) { worst = apart(value, op("out.y")); });
  return worst;
}

/// Rows of atoms as windows of 32, zeros after the last.
inline Tensor in_windows(const Tensor& x, const Shape& shape) {
  Tensor out = Tensor::zeros(shape);
  std::ranges::copy(x.values<float>(), out.mutable_data<float>());
  return out;
}

inline double atom_encoder(const FoldingOp& op) {
  const Tensor act = op("in.token_atoms_act"), single = op("in.trunk_single"), pair = op("in.trunk_pair");
  sm::Alphafold3Input input = tokens_of(act.size(0));
  input.ref_pos = values_of<float>(op, "in.ref_pos");
  input.ref_mask = input.atom_mask = values_of<std::uint8_t>(op, "in.ref_mask");
  input.ref_element = values_of<std::int32_t>(op, "in.ref_element");
  input.ref_charge = values_of<float>(op, "in.ref_charge");
  input.ref_name_chars = values_of<std::int32_t>(op, "in.ref_atom_name_chars");
  input.ref_space_uid = values_of<std::int32_t>(op, "in.ref_space_uid");
  const std::string scope = "diffuser/~/diffusion_head/";
  io::ArrayMap records;
  for (const auto& [name, array] : op.weights()) records[scope + name] = array;
  sm::Alphafold3Shape shape = sm::alphafold3_shape(records);
  shape.pair = pair.size(2), shape.single = single.size(1), shape.token = op("out.token_act").size(1);
  sm::AtomEncoder encoder(shape.diffusion().encoder);
  checkpoints::fill_slots(encoder, network_part(op, scope, shape, "diffusion.encoder."), {}, op.name());
  nn::ready(nn::tree_of(encoder), ops::Precision::f32);
  const sm::AtomWindows atoms = sm::atom_windows(input.atom_mask, sm::kInputSlots, sm::WindowEdge::shifted);
  const auto reference = sm::alphafold3_reference(input, atoms, sm::KeySpaces::of_token_by_index);
  Tensor first = op("out.pair_cond_first_query").clone(), last = op("out.pair_cond_last_query").clone();
  const sm::AtomConditions conditions =
      encoder.conditions(reference, atoms, {single, pair.reshape({pair.size(0) * pair.size(1), pair.size(2)})},
                         [&](const Tensor& pairs, std::int64_t begin) {
                           constexpr std::int64_t kOf = sm::kWindowQueries * sm::kWindowKeys;
                           const std::int64_t each = sm::kWindowKeys * pairs.size(1);
                           for (std::int64_t w = begin; w < begin + pairs.size(0) / kOf; ++w) {
                             const float* own = pairs.data<float>() + (w - begin) * kOf * pairs.size(1);
                             std::copy_n(own, each, first.mutable_data<float>() + w * each);
                             std::copy_n(own + (atoms.queries(w) - 1) * each, each, last.mutable_data<float>());
                           }
                         });
  const Tensor positions = sm::taken_rows(act.reshape({act.size(0) * act.size(1), 3}), atoms.slot);
  const sm::EncodedAtoms encoded = encoder.encode(positions.reshape({1, atoms.atoms, 3}), conditions, atoms);
  const Tensor skip = op("out.skip");
  Tensor mask = Tensor::zeros(op("out.queries_mask").shape());
  std::fill_n(mask.mutable_data<float>(), atoms.atoms, 1.0F);
  double worst = std::max(exactly(row_of({atoms.keys.begin(), atoms.keys.end()}), op("out.key_atom")),
                          exactly(mask, op("out.queries_mask")));
  worst = std::max(worst, apart(in_windows(encoded.atoms, skip.shape()), skip));
  worst = std::max({worst, apart(encoded.tokens, op("out.token_act")), apart(first, op("out.pair_cond_first_query"))});
  return std::max(worst, apart(last, op("out.pair_cond_last_query")));
}

}  // namespace groel::testing::parts

namespace groel::testing {

/// How far a case is from what is expected, in units of what is allowed; null: none of this name is known.
using Part = double (*)(const FoldingOp& op);
inline Part part_of(std::string_view name) {
  static const std::vector<std::pair<std::string_view, Part>> kParts{
      {"fourier", parts::fourier},
      {"px_fourier", parts::own_fourier},
      {"noise_schedule", parts::noise_schedule},
      {"augmentation", parts::augmentation},
      {"dgram", parts::distances},
      {"relative_encoding", parts::relative},
      {"msa_feat", parts::alignment_features},
      {"template_features", parts::templates},
      {"atom_encoder", parts::atom_encoder},
  };
  for (const auto& [begin, part] : kParts)
    if (name.starts_with(begin)) return part;
  return nullptr;
}

}  // namespace groel::testing
