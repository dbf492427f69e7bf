// The function decoder of ESM3: eight tokens of function to keywords and InterPro entries.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "models/tracks.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/lm_head.h"
#include "nn/rotary.h"

namespace groel::esm3 {

struct FunctionLogits {
  Tensor keywords;       ///< [N, K]: whether a keyword is there
  Tensor keyword_tfidf;  ///< [N, K]: how much it weighs
  Tensor interpro;       ///< [N, I]: whether an entry is there
};

class FunctionDecoder final : public nn::Module {
 public:
  struct Shape {
    std::int64_t width = 1024, heads = 8, layers = 3, keywords = 58641, interpro = 29026;
  };
  explicit FunctionDecoder(const Shape& shape);
  ~FunctionDecoder() override;
  FunctionDecoder(const FunctionDecoder&) = delete;
  FunctionDecoder& operator=(const FunctionDecoder&) = delete;
  void members(nn::Members to) override;

  /// tokens [N, 8] i32: rows with a special token (< 4) count as all bits off.
  FunctionLogits decode(const Tensor& tokens) const;

 private:
  class Block;
  class Head;
  Shape shape_;
  nn::EmbeddingTable bits_;  // (128, D)
  std::vector<std::unique_ptr<Block>> blocks_;
  nn::LayerNorm norm_;
  std::vector<std::unique_ptr<Head>> heads_;  // keywords, their weights, InterPro
};

/// As load_structure_decoder.
std::unique_ptr<FunctionDecoder> load_function_decoder(const std::filesystem::path& path, std::int64_t heads = 0);

}  // namespace groel::esm3
