// The encoder: neighbourhoods of sixteen residues, two blocks, the nearest code.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "autograd/functions.h"
#include "base/error.h"
#include "base/threads.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"
#include "esm3/structure_codec.h"
#include "nn/frames.h"

namespace groel::esm3 {
namespace {

constexpr std::int64_t kNeighbours = 16;
constexpr std::int32_t kFarthestOffset = 32;
constexpr float kUnknownDistance = 1e6F;  // and 100 more for each residue between

float distance(const float* coordinates, std::int64_t i, std::int64_t j) {
  float square = 0;
  for (int c = 0; c < 3; ++c) {
    const float apart = coordinates[9 * i + 3 + c] - coordinates[9 * j + 3 + c];
    square += apart * apart;
  }
  return std::sqrt(square);
}

// By distance between CA atoms; of a pair that lacks one, by that in the sequence.
Tensor neighbours_of(const Tensor& coordinates, const Tensor& known) {
  const std::int64_t residues = coordinates.size(0), wanted = std::min(kNeighbours, residues);
  Tensor out = Tensor::empty({residues, wanted}, DType::i32);
  auto* const to = out.mutable_data<std::int32_t>();
  const float* atoms = coordinates.data<float>();
  const auto* there = known.data<std::int32_t>();
  parallel_for(residues, [&](std::int64_t i) {
    std::vector<std::pair<float, std::int32_t>> by_distance;
    for (std::int64_t j = 0; j < residues; ++j) {
      const bool both = there[i] != 0 && there[j] != 0;
      const float apart = both ? distance(atoms, i, j) : kUnknownDistance + 100 * static_cast<float>(std::abs(i - j));
      by_distance.emplace_back(apart, static_cast<std::int32_t>(j));
    }
    // Itself first, whoever else is at the same place.
    by_distance[static_cast<std::size_t>(i)].first = -1;
    std::partial_sort(by_distance.begin(), by_distance.begin() + wanted, by_distance.end());
    for (std::int64_t k = 0; k < wanted; ++k) to[i * wanted + k] = by_distance[static_cast<std::size_t>(k)].second;
  });
  return out;
}

// Rows of each frame part by index.
Tensor taken(const Tensor& x, std::span<const std::int32_t> rows) {
  const auto width = x.rank() == 1 ? std::int64_t{1} : x.size(1);
  Shape shape = x.shape();
  shape[0] = static_cast<std::int64_t>(rows.size());
  Tensor out = Tensor::empty(shape, x.dtype());
  const std::size_t bytes = static_cast<std::size_t>(width) * size_of(x.dtype());
  std::byte* to = const_cast<std::byte*>(out.raw_data());
  for (const std::int32_t row : rows) to = std::copy_n(x.raw_data() + static_cast<std::size_t>(row) * bytes, bytes, to);
  return out;
}

Tensor even_bounds(std::int64_t count, std::int64_t each) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i <= count; ++i) out.push_back(static_cast<std::int32_t>(i * each));
  return Tensor::of<std::int32_t>({count + 1}, out);
}

}  // namespace

// x + geometric(x), then x + ffn(x), with biases everywhere.
class StructureEncoder::Block final : public nn::Module {
 public:
  explicit Block(const Shape& s)
      : geometric_(s.width, {.heads = s.vector_heads, .bias = nn::Bias::yes, .silence_unknown = false}),
        feed_forward_(s.width, (4 * s.width + 255) / 256 * 256, nn::Bias::yes) {}
  void members(nn::Members to) override {
    to.part("geom_attn", geometric_);
    to.part("", feed_forward_);
  }
  Tensor operator()(const Tensor& x, const nn::GeometricAttention::Places& places) const {
    const Tensor seen = geometric_(x, places);
    return feed_forward_.down()(feed_forward_.inner(seen, DType::f32), {.residual = seen, .into = seen});
  }

 private:
  nn::GeometricAttention geometric_;
  nn::GatedFeedForward feed_forward_;
};

StructureEncoder::~StructureEncoder() = default;

StructureEncoder::StructureEncoder(const Shape& shape)
    : shape_(shape),
      offsets_(2 * kFarthestOffset + 2, shape.width),
      to_code_(shape.width, shape.code_width, {.exactness = nn::Exactness::head}),
      codebook_(shape.codes, shape.code_width) {
  for (std::int64_t i = 0; i < shape.layers; ++i) blocks_.push_back(std::make_unique<Block>(shape));
}

void StructureEncoder::members(nn::Members to) {
  to.part("relative_positional_embedding.embedding", offsets_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("transformer.blocks.{}", i), *blocks_[i]);
  to.after_blocks().part("pre_vq_proj", to_code_);
  to.after_blocks().part("codebook", codebook_);
}

std::span<const float> StructureEncoder::code(std::int32_t token) const {
  const auto width = static_cast<std::size_t>(shape_.code_width);
  return codebook_.table().values<float>().subspan(static_cast<std::size_t>(token) * width, width);
}

std::int32_t StructureEncoder::nearest_code(const float* z) const {
  const auto table = codebook_.table().values<float>();
  const std::int64_t width = shape_.code_width;
  std::int32_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t code = 0; code < shape_.codes; ++code) {
    double square = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      const double apart = static_cast<double>(z[i]) - table[static_cast<std::size_t>(code * width + i)];
      square += apart * apart;
    }
    if (square < least) {
      least = square;
      best = static_cast<std::int32_t>(code);
    }
  }
  return best;
}

EncodedStructure StructureEncoder::encode(const Tensor& coordinates, std::span<const std::int32_t> numbers) const {
  const std::int64_t residues = coordinates.size(0);
  if (residues == 0) throw Error(ErrorKind::bad_input, "a structure without residues");
  GROEL_REQUIRE(numbers.empty() || static_cast<std::int64_t>(numbers.size()) == residues);
  const ops::Frames all = nn::frames_of(coordinates, even_bounds(1, residues));
  EncodedStructure out{{}, {}, neighbours_of(coordinates, all.known)};
  const std::int64_t each = out.neighbours.size(1);
  const auto edges = out.neighbours.values<std::int32_t>();
  std::vector<std::int32_t> offsets;
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const std::int32_t from = static_cast<std::int32_t>(e) / static_cast<std::int32_t>(each), to = edges[e];
    const std::int32_t apart =
        numbers.empty() ? to - from : numbers[static_cast<std::size_t>(to)] - numbers[static_cast<std::size_t>(from)];
    offsets.push_back(std::clamp(apart, -kFarthestOffset, kFarthestOffset) + kFarthestOffset + 1);
  }
  const nn::GeometricAttention::Places places{
      {taken(all.rotation, edges), taken(all.translation, edges), taken(all.known, edges)},
      even_bounds(residues, each)};
  Tensor x = offsets_({Tensor::of<std::int32_t>({static_cast<std::int64_t>(offsets.size())}, offsets), {}});
  for (const auto& block : blocks_) x = (*block)(x, places);
  // Of each neighbourhood its own residue, which is the first; nothing of one that has no place.
  Tensor own = Tensor::zeros({residues, shape_.width});
  const auto* known = all.known.data<std::int32_t>();
  for (std::int64_t i = 0; i < residues; ++i)
    if (known[i] != 0) own.rows(i, i + 1).copy_from(x.rows(i * each, i * each + 1));
  out.z = to_code_(own);
  out.tokens.resize(static_cast<std::size_t>(residues));
  parallel_for(residues, [&](std::int64_t i) {
    out.tokens[static_cast<std::size_t>(i)] = nearest_code(out.z.data<float>() + i * shape_.code_width);
  });
  return out;
}

std::unique_ptr<StructureEncoder> load_structure_encoder(const std::filesystem::path& path) {
  models::RawCheckpoint raw = checkpoints::read_file(path);
  raw.rename(models::esm3_block_names());
  raw.rename({{"codebook.embeddings", "codebook.weight"}});
  models::split_esm3_blocks(raw);
  const auto size = [&](const std::string& name, std::size_t dimension) -> std::int64_t {
    const auto found = raw.arrays.find(name);
    if (found == raw.arrays.end() || found->second.shape.size() <= dimension)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is missing: this is no structure encoder of ESM3", name), path.string(), {}});
    return found->second.shape[dimension];
  };
  StructureEncoder::Shape shape;
  shape.width = size("relative_positional_embedding.embedding.weight", 1);
  shape.vector_heads = size("transformer.blocks.0.geom_attn.distance_scale_per_head", 0);
  shape.codes = size("codebook.weight", 0);
  shape.code_width = size("codebook.weight", 1);
  shape.layers = 0;
  while (raw.arrays.contains(fmt::format("transformer.blocks.{}.geom_attn.proj.weight", shape.layers))) ++shape.layers;
  auto out = std::make_unique<StructureEncoder>(shape);
  checkpoints::fill_slots(*out, raw.arrays, {"codebook.N", "codebook.z_avg"}, path);
  nn::ready(nn::tree_of(*out), ops::Precision::f32);
  return out;
}

}  // namespace groel::esm3
