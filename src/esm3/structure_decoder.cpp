// The decoder: blocks as in ESM3, a frame per residue, and how sure it is of residues and of pairs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/functions.h"
#include "base/error.h"
#include "base/threads.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"
#include "esm3/structure_codec.h"
#include "models/tracks.h"
#include "nn/frames.h"
#include "ops/elementwise.h"

namespace groel::esm3 {
namespace {

constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kPairWidth = 128;
constexpr std::int64_t kDistanceBins = 64, kDirectionBins = 96, kErrorBins = 64, kPlddtBins = 50;
constexpr float kTranslationScale = 10;
constexpr float kIdealBackbone[3][3] = {{0.5256F, 1.3612F, 0}, {0, 0, 0}, {-1.5251F, 0, 0}};
constexpr nn::LinearForm kHead{.exactness = nn::Exactness::head};
constexpr nn::LinearForm kPlainHead{.bias = nn::Bias::no, .exactness = nn::Exactness::head};

bool is_special(std::int32_t token) { return token >= models::kStructureMask; }

// Of one row of numbers in place.
void softmax(std::span<float> row) {
  const float highest = *std::max_element(row.begin(), row.end());
  float sum = 0;
  for (float& x : row) sum += x = std::exp(x - highest);
  for (float& x : row) x /= sum;
}

// x / (|x| + 1e-5)
void shorten(float* x) {
  const float length = std::sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) + 1e-5F;
  for (int i = 0; i < 3; ++i) x[i] /= length;
}

// The middles of the bins of an aligned error, Å.
std::vector<float> error_bins() {
  std::vector<float> out;
  for (std::int64_t k = 0; k < kErrorBins; ++k) out.push_back(0.25F + 0.5F * static_cast<float>(k));
  return out;
}

}  // namespace

StructureDecoder::StructureDecoder(const Shape& shape)
    : shape_(shape),
      tokens_(models::track_vocabulary(Track::structure), shape.width),
      norm_(shape.width, kEpsilon, nn::Bias::no),
      frame_dense_(shape.width, shape.width, kHead),
      frame_(shape.width, 23, kHead),
      frame_norm_(shape.width, kEpsilon),
      pair_down_(shape.width, kPairWidth, kPlainHead),
      pair_dense_(kPairWidth, kPairWidth, kPlainHead),
      pair_(kPairWidth, kDistanceBins + kDirectionBins + kErrorBins, kPlainHead),
      pair_norm_(kPairWidth, kEpsilon),
      plddt_dense_(shape.width, shape.width, kHead),
      plddt_(shape.width, kPlddtBins, kHead),
      plddt_norm_(shape.width, kEpsilon) {
  const auto shared = std::make_shared<nn::RotaryShared>();
  const std::int64_t ffn = models::esm3_ffn(shape.width);
  for (std::int64_t i = 0; i < shape.layers; ++i)
    blocks_.push_back(
        std::make_unique<models::Esm3Block>(models::Esm3BlockShape{shape.width, shape.heads, ffn}, shared));
}

void StructureDecoder::members(nn::Members to) {
  to.part("embed", tokens_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("decoder_stack.blocks.{}", i), *blocks_[i]);
  const nn::Members after = to.after_blocks();
  after.part("decoder_stack.norm", norm_);
  after.part("affine_output_projection.ffn1", frame_dense_);
  after.part("affine_output_projection.norm", frame_norm_);
  after.part("affine_output_projection.proj", frame_);
  after.part("pairwise_classification_head.downproject", pair_down_);
  after.part("pairwise_classification_head.linear1", pair_dense_);
  after.part("pairwise_classification_head.norm", pair_norm_);
  after.part("pairwise_classification_head.linear2", pair_);
  after.part("plddt_head.dense", plddt_dense_);
  after.part("plddt_head.norm", plddt_norm_);
  after.part("plddt_head.output", plddt_);
}

Tensor StructureDecoder::states(std::span<const std::int32_t> tokens) const {
  const auto count = static_cast<std::int64_t>(tokens.size());
  models::Batch batch;
  batch.tokens = Tensor::of<std::int32_t>({count}, tokens);
  batch.cu_seqlens = Tensor::of<std::int32_t>({2}, {0, static_cast<std::int32_t>(count)});
  Tensor x = tokens_({batch.tokens, {}});
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    x = blocks_[i]->forward(x, {batch, {}, static_cast<int>(i), ops::Precision::f32});
  return norm_(x);
}

void StructureDecoder::place_atoms(const Tensor& x, DecodedStructure& out) const {
  const Tensor said = frame_(frame_norm_(frame_dense_(x, {.activation = ops::Activation::gelu_erf})));  // (T, 23)
  const std::int64_t count = x.size(0);
  out.frames = Tensor::empty({count, 12});
  out.backbone = Tensor::empty({count, 3, 3});
  for (std::int64_t t = 0; t < count; ++t) {
    const float* row = said.data<float>() + 23 * t;
    float* rotation = out.frames.mutable_data<float>() + 12 * t;
    float* atoms = out.backbone.mutable_data<float>() + 9 * t;
    float x_axis[3], in_plane[3], at[3];
    for (int i = 0; i < 3; ++i) {
      at[i] = row[i] * kTranslationScale;
      x_axis[i] = row[3 + i];
      in_plane[i] = row[6 + i];
    }
    shorten(x_axis);
    shorten(in_plane);
    // As differences of points, like the reference; its x axis points away from the first of them.
    for (int i = 0; i < 3; ++i) {
      x_axis[i] = at[i] - (x_axis[i] + at[i]);
      in_plane[i] = (in_plane[i] + at[i]) - at[i];
      rotation[9 + i] = at[i];
    }
    nn::axes_of(x_axis, in_plane, 1e-10F, rotation);
    for (int a = 0; a < 3; ++a)
      for (int i = 0; i < 3; ++i) {
        atoms[3 * a + i] = at[i];
        for (int j = 0; j < 3; ++j) atoms[3 * a + i] += rotation[3 * i + j] * kIdealBackbone[a][j];
      }
  }
}

// Row by row of pairs, so that the memory is one row's.
void StructureDecoder::judge_pairs(const Tensor& x, std::span<const std::int32_t> tokens, DecodedStructure& out) const {
  const std::int64_t count = x.size(0), half = kPairWidth / 2;
  const auto residues =
      std::count_if(tokens.begin(), tokens.end(), [](std::int32_t token) { return !is_special(token); });
  const Tensor down = pair_down_(x);  // (T, 128)
  const std::vector<float> bins = error_bins();
  const float d0 = 1.24F * std::cbrt(static_cast<float>(std::max<std::int64_t>(residues, 19) - 15)) - 1.8F;
  out.predicted_aligned_error = Tensor::empty({count, count});
  Tensor pairs = Tensor::empty({count, kPairWidth});
  for (std::int64_t i = 0; i < count; ++i) {
    const float* k = down.data<float>() + i * kPairWidth + half;
    for (std::int64_t j = 0; j < count; ++j) {
      const float* q = down.data<float>() + j * kPairWidth;
      float* to = pairs.mutable_data<float>() + j * kPairWidth;
      for (std::int64_t c = 0; c < half; ++c) {
        to[c] = q[c] * k[c];
        to[half + c] = q[c] - k[c];
      }
    }
    Tensor logits = pair_(pair_norm_(pair_dense_(pairs, {.activation = ops::Activation::gelu_erf})));  // (T, 224)
    float* errors = out.predicted_aligned_error.mutable_data<float>() + i * count;
    float tm = 0;
    for (std::int64_t j = 0; j < count; ++j) {
      const std::span<float> row(logits.mutable_data<float>() + j * (kDistanceBins + kDirectionBins + kErrorBins) +
                                     kDistanceBins + kDirectionBins,
                                 static_cast<std::size_t>(kErrorBins));
      const bool seen =
          !is_special(tokens[static_cast<std::size_t>(i)]) && !is_special(tokens[static_cast<std::size_t>(j)]);
      if (!seen) std::fill(row.begin(), row.end(), 0.0F);
      softmax(row);
      errors[j] = std::inner_product(row.begin(), row.end(), bins.begin(), 0.0F);
      for (std::size_t b = 0; seen && b < bins.size(); ++b) tm += row[b] / (1 + (bins[b] / d0) * (bins[b] / d0));
    }
    if (!is_special(tokens[static_cast<std::size_t>(i)]))
      out.ptm = std::max(out.ptm, tm / static_cast<float>(residues));
  }
}

void StructureDecoder::judge_residues(const Tensor& x, DecodedStructure& out) const {
  Tensor logits = plddt_(plddt_norm_(plddt_dense_(x, {.activation = ops::Activation::gelu_erf})));  // (T, 50)
  out.plddt = Tensor::empty({x.size(0)});
  for (std::int64_t t = 0; t < x.size(0); ++t) {
    const std::span<float> row(logits.mutable_data<float>() + t * kPlddtBins, static_cast<std::size_t>(kPlddtBins));
    softmax(row);
    float mean = 0;
    for (std::size_t b = 0; b < row.size(); ++b) mean += row[b] * (static_cast<float>(b) + 0.5F) / kPlddtBins;
    out.plddt.mutable_data<float>()[t] = mean;
  }
}

DecodedStructure StructureDecoder::decode(std::span<const std::int32_t> tokens) const {
  if (tokens.size() < 2 || tokens.front() != models::kStructureBegin || tokens.back() != models::kStructureEnd)
    throw Error(ErrorKind::bad_input, "tokens of structure begin with 4098 and end with 4097");
  for (const std::int32_t token : tokens)
    if (token < 0 || token >= models::track_vocabulary(Track::structure))
      throw Error(ErrorKind::bad_input, fmt::format("{} is no token of structure", token));
  const Tensor x = states(tokens);
  DecodedStructure out;
  place_atoms(x, out);
  judge_pairs(x, tokens, out);
  judge_residues(x, out);
  return out;
}

std::unique_ptr<StructureDecoder> load_structure_decoder(const std::filesystem::path& path, std::int64_t heads,
                                                         ops::Precision precision) {
  models::RawCheckpoint raw = checkpoints::read_file(path);
  raw.rename(models::esm3_block_names());
  models::split_esm3_blocks(raw);
  const auto table = raw.arrays.find("embed.weight");
  if (table == raw.arrays.end() || table->second.shape.size() != 2)
    throw Error(ErrorKind::bad_model,
                {"embed.weight is missing: this is no structure decoder of ESM3", path.string(), {}});
  StructureDecoder::Shape shape;
  const std::int64_t width = table->second.shape[1];
  if (heads == 0 && width != shape.width)
    throw Error(ErrorKind::bad_model,
                {fmt::format("a structure decoder of width {}: how many heads it has the file does "
                             "not say",
                             width),
                 path.string(), "say it in config.json: \"structure_decoder\": {\"n_heads\": …}"});
  if (heads > 0) shape.heads = heads;
  shape.width = width;
  if (width % shape.heads != 0 || width / shape.heads % 2 != 0)
    throw Error(ErrorKind::bad_model,
                {fmt::format("{} heads do not fit width {}", shape.heads, width), path.string(), {}});
  shape.layers = 0;
  while (raw.arrays.contains(fmt::format("decoder_stack.blocks.{}.input_layernorm.weight", shape.layers)))
    ++shape.layers;
  auto out = std::make_unique<StructureDecoder>(shape);
  checkpoints::fill_slots(*out, raw.arrays, {}, path);
  nn::ready(nn::tree_of(*out), precision);
  return out;
}

}  // namespace groel::esm3
