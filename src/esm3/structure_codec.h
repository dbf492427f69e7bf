// The structure codec of ESM3: coordinates to tokens of structure, one of 4096 codes per residue, and back (Hayes et
// al. 2025).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "models/esm3_block.h"
#include "models/model.h"
#include "nn/embedding.h"
#include "nn/gated_feed_forward.h"
#include "nn/geometric_attention.h"

namespace groel::esm3 {

/// What the encoder makes of a chain.
struct EncodedStructure {
  std::vector<std::int32_t> tokens;  ///< a code per residue, also where there are no coordinates
  Tensor z;                          ///< [L, Z] before it is made a code
  Tensor neighbours;                 ///< [L, min(16, L)] i32: the nearest residues, itself first
};

/// From each residue's surroundings: its nearest residues, in two blocks of geometric attention. Always in f32: a code
/// is a nearest neighbour, and rounding would choose another.
class StructureEncoder final : public nn::Module {
 public:
  struct Shape {
    std::int64_t width = 1024, vector_heads = 128, layers = 2, code_width = 128, codes = 4096;
  };
  explicit StructureEncoder(const Shape& shape);
  ~StructureEncoder() override;
  StructureEncoder(const StructureEncoder&) = delete;
  StructureEncoder& operator=(const StructureEncoder&) = delete;
  void members(nn::Members to) override;

  /// coordinates [L, 3, 3] f32: N, CA, C in Å, not finite where missing; `numbers` of the residues in their chain
  /// (empty: 1, 2, …), by whose differences neighbours are told apart.
  EncodedStructure encode(const Tensor& coordinates, std::span<const std::int32_t> numbers = {}) const;
  /// [Z]: what a token stands for.
  std::span<const float> code(std::int32_t token) const;

 private:
  class Block;
  std::int32_t nearest_code(const float* z) const;

  Shape shape_;
  nn::EmbeddingTable offsets_;  // (66, D)
  std::vector<std::unique_ptr<Block>> blocks_;
  nn::Linear to_code_;           // (Z, D)
  nn::EmbeddingTable codebook_;  // (codes, Z)
};

/// What the decoder makes of tokens, ends left in.
struct DecodedStructure {
  Tensor backbone;                 ///< [T, 3, 3]: N, CA, C in Å
  Tensor frames;                   ///< [T, 12]: rotation, row by row, and translation
  Tensor plddt;                    ///< [T] in 0..1
  Tensor predicted_aligned_error;  ///< [T, T] in Å
  float ptm = 0;
};

/// A transformer over tokens of structure, and heads for a backbone and for how sure it is.
class StructureDecoder final : public nn::Module {
 public:
  struct Shape {
    std::int64_t width = 1280, heads = 20, layers = 30;
  };
  explicit StructureDecoder(const Shape& shape);
  void members(nn::Members to) override;
  /// Errors: bad_input, where the tokens lack those of the ends.
  DecodedStructure decode(std::span<const std::int32_t> tokens) const;

 private:
  Tensor states(std::span<const std::int32_t> tokens) const;
  void place_atoms(const Tensor& x, DecodedStructure& out) const;
  void judge_pairs(const Tensor& x, std::span<const std::int32_t> tokens, DecodedStructure& out) const;
  void judge_residues(const Tensor& x, DecodedStructure& out) const;

  Shape shape_;
  nn::EmbeddingTable tokens_;
  std::vector<std::unique_ptr<models::Esm3Block>> blocks_;
  nn::LayerNorm norm_;
  nn::Linear frame_dense_, frame_;  // (D, D), (23, D)
  nn::LayerNorm frame_norm_;
  nn::Linear pair_down_, pair_dense_, pair_;  // (128, D), (128, 128), (224, 128)
  nn::LayerNorm pair_norm_;
  nn::Linear plddt_dense_, plddt_;  // (D, D), (50, D)
  nn::LayerNorm plddt_norm_;
};

/// Reads a file of ESM3's own code, torch's or safetensors; sizes come from the tensors, heads that they do not tell
/// from `heads`, or where that is 0 from the published shape. Errors: as checkpoints::read_file; bad_model.
std::unique_ptr<StructureEncoder> load_structure_encoder(const std::filesystem::path& path);
std::unique_ptr<StructureDecoder> load_structure_decoder(const std::filesystem::path& path, std::int64_t heads = 0,
                                                         ops::Precision precision = ops::Precision::f32);

}  // namespace groel::esm3
