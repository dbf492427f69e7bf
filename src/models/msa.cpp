// MSA Transformer (Rao et al. 2021): reads alignments, whose rows share their attention between columns.
#include <cmath>
#include <cstring>
#include <memory>

#include "autograd/functions.h"
#include "autograd/sequences.h"
#include "bio/alignment_tokenizer.h"
#include "models/config_reader.h"
#include "models/family.h"
#include "models/msa_layout.h"
#include "models/transformer.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"
#include "nn/positions.h"

namespace groel::models {
namespace {

using nlohmann::json;

struct MsaConfig {
  TransformerShape shape;
  float epsilon;
  std::int64_t positions;  // rows of the table for columns
  std::int64_t rows;       // rows of the table for rows; 0: there is none
  bool lm_head_required, tied;
};

MsaConfig read_config(const json& config) {
  const ConfigReader reader(config);
  reader.require("hidden_act", {"gelu"});
  reader.require_plain_encoder();
  const double dropout = reader.probability("hidden_dropout_prob", 0);
  const auto ffn = reader.integer("intermediate_size", 1, 1 << 18);
  MsaConfig c{.shape = {.family = "msa",
                        .layers = reader.integer("num_hidden_layers", 1, 1024),
                        .width = reader.integer("hidden_size", 1, 1 << 16),
                        .heads = reader.integer("num_attention_heads", 1, 1 << 10),
                        .ffn = ffn,
                        .inner = ffn,
                        .vocabulary = reader.integer("vocab_size", 1, 1 << 16),
                        .max_residues = {},
                        .classification = read_classification(config),
                        .dropout = dropout,
                        .classifier_dropout = reader.probability("classifier_dropout", dropout),
                        .attention_dropout = reader.probability("attention_probs_dropout_prob", 0)},
              .epsilon = static_cast<float>(reader.number("layer_norm_eps", 0.0, 1.0)),
              .positions = reader.integer("max_position_embeddings", 5, 1 << 24),
              .rows = reader.integer("max_alignment_rows", 0, 1 << 20),
              .lm_head_required = reader.has_architecture("EsmMsaForMaskedLM"),
              .tied = reader.boolean("tie_word_embeddings", true)};
  reader.require_heads(c.shape.width, c.shape.heads, false);
  return c;
}

// The alignments of a batch: R rows and C columns each (with that of the token before the residues), tokens [begin,
// begin + R*C).
struct Grid : bio::AlignmentGrid {
  std::int64_t begin;
};

std::vector<Grid> grids_of(const Batch& batch, const bio::Tokenizer& tokenizer) {
  const bio::AlignmentTokenizer* const reader = bio::as_alignments(tokenizer);
  GROEL_REQUIRE(reader != nullptr);
  const auto ids = batch.tokens.values<std::int32_t>();
  const auto cu = batch.cu_seqlens.values<std::int32_t>();
  std::vector<Grid> out;
  for (std::size_t b = 0; b + 1 < cu.size(); ++b) {
    const auto begin = static_cast<std::size_t>(cu[b]);
    out.push_back({reader->grid(ids.subspan(begin, static_cast<std::size_t>(cu[b + 1] - cu[b]))), cu[b]});
  }
  return out;
}

// An i32 tensor on the host whose values `fill` writes one after the other.
template <class Fill>
Tensor indices(std::int64_t count, const Fill& fill) {
  Tensor out = Tensor::empty({count}, DType::i32);
  fill(out.mutable_data<std::int32_t>());
  return out;
}

// Bounds [N+1] of N runs, `lengths` of `count` runs each.
Tensor bounds_of(const std::vector<Grid>& grids, std::int64_t Grid::*count, std::int64_t Grid::*length) {
  std::int64_t runs = 0;
  for (const Grid& grid : grids) runs += grid.*count;
  return indices(runs + 1, [&](std::int32_t* to) {
    std::int32_t end = 0;
    *to++ = end;
    for (const Grid& grid : grids)
      for (std::int64_t i = 0; i < grid.*count; ++i) *to++ = end += static_cast<std::int32_t>(grid.*length);
  });
}

// Of the batch's tokens, row by row, those column by column; and the way back.
Tensor by_columns(const std::vector<Grid>& grids, std::int64_t tokens) {
  return indices(tokens, [&](std::int32_t* to) {
    for (const Grid& grid : grids)
      for (std::int64_t c = 0; c < grid.columns; ++c)
        for (std::int64_t r = 0; r < grid.rows; ++r)
          *to++ = static_cast<std::int32_t>(grid.begin + r * grid.columns + c);
  });
}

Tensor by_rows(const std::vector<Grid>& grids, std::int64_t tokens) {
  return indices(tokens, [&](std::int32_t* to) {
    for (const Grid& grid : grids)
      for (std::int64_t r = 0; r < grid.rows; ++r)
        for (std::int64_t c = 0; c < grid.columns; ++c)
          *to++ = static_cast<std::int32_t>(grid.begin + c * grid.rows + r);
  });
}

// q, k and v of every token and head as rows of K: of [R][C][3][H] those of [3][C][H][R].
Tensor heads_of_columns(const Grid& grid, std::int64_t heads) {
  return indices(grid.rows * grid.columns * 3 * heads, [&](std::int32_t* to) {
    for (std::int64_t part = 0; part < 3; ++part)
      for (std::int64_t c = 0; c < grid.columns; ++c)
        for (std::int64_t h = 0; h < heads; ++h)
          for (std::int64_t r = 0; r < grid.rows; ++r)
            *to++ = static_cast<std::int32_t>(((r * grid.columns + c) * 3 + part) * heads + h);
  });
}

// The way back of what attention gives: of [C][H][R] those of [R][C][H].
Tensor heads_of_rows(const Grid& grid, std::int64_t heads) {
  return indices(grid.rows * grid.columns * heads, [&](std::int32_t* to) {
    for (std::int64_t r = 0; r < grid.rows; ++r)
      for (std::int64_t c = 0; c < grid.columns; ++c)
        for (std::int64_t h = 0; h < heads; ++h) *to++ = static_cast<std::int32_t>((c * heads + h) * grid.rows + r);
  });
}

// One of a block's two attentions: products and norm. D = H*K.
class MsaAttention final : public nn::Module {
 public:
  explicit MsaAttention(const MsaConfig& c)
      : width_(c.shape.width),
        norm_(width_, c.epsilon),
        qkv_(width_, {{"q_proj", width_}, {"k_proj", width_}, {"v_proj", width_}},
             {.exactness = nn::Exactness::attention}),
        out_(width_, width_, {.exactness = nn::Exactness::attention}) {}

  void members(nn::Members to) override {
    to.part("layer_norm", norm_);
    to.part("layer", qkv_);
    to.part("layer.out_proj", out_);
  }

  Tensor norm(const Tensor& x, DType output) const { return norm_(x, output); }
  Tensor joint(const Tensor& normed) const { return qkv_(normed); }  // (T, 3*D)
  const nn::Linear& out() const { return out_; }

 private:
  std::int64_t width_;
  nn::LayerNorm norm_;
  nn::Linear qkv_;  // (3*D, D)
  nn::Linear out_;  // (D, D)
};

// Pre-norm block: attention between columns, then between rows, then feed-forward. x (T, D).
class MsaBlock final : public Block {
 public:
  MsaBlock(const MsaConfig& c, const bio::Tokenizer& tokenizer)
      : shape_(c.shape),
        tokenizer_(tokenizer),
        row_(c),
        column_(c),
        ffn_norm_(shape_.width, c.epsilon),
        fc1_(shape_.width, shape_.ffn),
        fc2_(shape_.ffn, shape_.width) {}

  void members(nn::Members to) override {
    to.part("row_self_attention", row_);
    to.part("column_self_attention", column_);
    to.part("feed_forward_layer.layer_norm", ffn_norm_);
    to.part("feed_forward_layer.layer.fc1", fc1_);
    to.part("feed_forward_layer.layer.fc2", fc2_);
  }

  Tensor forward(const Tensor& x, const Pass& pass) const override {
    const std::vector<Grid> grids = grids_of(pass.batch, tokenizer_);
    return feed_forward(attend_columns(attend_rows(x, pass, grids), pass, grids), pass);
  }

 private:
  std::int64_t head() const { return shape_.width / shape_.heads; }  // K

  // x + out(attention(norm(x))), where the rows of an alignment share one map between its columns: the scores are the
  // mean over rows, times sqrt(R)
  Tensor attend_rows(const Tensor& x, const Pass& pass, const std::vector<Grid>& grids) const {
    const Tensor joint = row_.joint(row_.norm(x, pass.product_input()));
    std::vector<Tensor> parts;
    for (std::size_t b = 0; b < grids.size(); ++b)
      parts.push_back(tied(joint, pass, grids[b], static_cast<std::int64_t>(b)));
    return join(row_.out(), autograd::join_rows(parts), x, shape_.dropout, pass.stream());
  }

  // Σ over rows of q·k is a product of heads that are R*K wide. -> (R*C, D)
  Tensor tied(const Tensor& joint, const Pass& pass, const Grid& grid, std::int64_t alignment) const {
    const std::int64_t rows = grid.rows, columns = grid.columns, wide = rows * shape_.width;
    const Tensor own = joint.rows(grid.begin, grid.begin + rows * columns).reshape({-1, head()});
    const Tensor wider =
        autograd::gather_rows(own, heads_of_columns(grid, shape_.heads)).reshape({3 * columns, wide});  // (3*C, H*R*K)
    const ops::AttentionInput input{wider.rows(0, columns),
                                    wider.rows(columns, 2 * columns),
                                    wider.rows(2 * columns, 3 * columns),
                                    Tensor::of<std::int32_t>({2}, {0, static_cast<std::int32_t>(columns)}),
                                    shape_.heads,
                                    pass.precision,
                                    1.0F / std::sqrt(static_cast<float>(head() * rows))};
    const int layer = pass.block + 1;
    if (pass.taps.attention && pass.taps.wants_attention(layer))
      pass.taps.attention(layer, alignment, ops::attention_maps(input, 0));
    const Tensor seen = autograd::attention(input).reshape({columns * shape_.heads * rows, head()});
    return autograd::gather_rows(seen, heads_of_rows(grid, shape_.heads)).reshape({rows * columns, shape_.width});
  }

  // x + out(attention(norm(x))) between the rows of each column
  Tensor attend_columns(const Tensor& x, const Pass& pass, const std::vector<Grid>& grids) const {
    const std::int64_t width = shape_.width, tokens = x.size(0);
    const Tensor turned = autograd::gather_rows(column_.norm(x, DType::f32), by_columns(grids, tokens));
    const Tensor joint = column_.joint(turned);  // (T, 3*D)
    const ops::AttentionInput input{joint.columns(0, width),
                                    joint.columns(width, 2 * width),
                                    joint.columns(2 * width, 3 * width),
                                    bounds_of(grids, &Grid::columns, &Grid::rows),
                                    shape_.heads,
                                    pass.precision,
                                    1.0F / std::sqrt(static_cast<float>(head()))};
    const Tensor seen = autograd::gather_rows(autograd::attention(input), by_rows(grids, tokens));
    return join(column_.out(), seen, x, shape_.dropout, pass.stream() + 1);
  }

  // x + fc2(gelu(fc1(norm(x))))
  Tensor feed_forward(const Tensor& x, const Pass& pass) const {
    constexpr std::uint64_t kOwnStreams = std::uint64_t{1} << 32;  // attentions have the two of the block
    const Tensor inner = fc1_(ffn_norm_(x, pass.product_input()),
                              {.activation = ops::Activation::gelu_erf, .output = pass.product_input()});
    return join(fc2_, inner, x, shape_.dropout, kOwnStreams + pass.stream());
  }

  TransformerShape shape_;
  const bio::Tokenizer& tokenizer_;
  MsaAttention row_, column_;
  nn::LayerNorm ffn_norm_;
  nn::Linear fc1_;  // (F, D)
  nn::Linear fc2_;  // (D, F)
};

class Msa final : public Transformer {
 public:
  Msa(const MsaConfig& config, TokenizerPointer tokens)
      : Transformer(config.shape, std::move(tokens), nn::LayerNorm(config.shape.width, config.epsilon)),
        config_(config),
        words_(config.shape.vocabulary, config.shape.width),
        columns_(config.positions, config.shape.width, nn::Role::position),
        rows_(config.rows, config.shape.width, nn::Role::position),
        embedding_norm_(config.shape.width, config.epsilon),
        lm_head_(words_, config.shape.width, config.shape.vocabulary, config.epsilon, config.tied) {
    for (std::int64_t i = 0; i < config.shape.layers; ++i) add_block(std::make_unique<MsaBlock>(config, tokenizer()));
  }

  void members(nn::Members to) override {
    to.part("embed_tokens", words_);
    to.part("embed_positions", columns_);
    if (config_.rows > 0) to.part("msa_position_embedding", rows_);
    to.part("emb_layer_norm_before", embedding_norm_);
    name_blocks(to, "layers");
    name_norm(to, "emb_layer_norm_after");
    name_contact_head(to, "contact_head.regression");
    name_lm_head(to, "lm_head", lm_head_, config_.lm_head_required);
    name_classes(to);
  }

  Tensor logits(const Tensor& last_hidden) const override { return lm_head_(last_hidden); }

 private:
  // -> (T, D)
  Tensor embed(const Batch& batch) const override {
    const std::int32_t pad = tokenizer().special().pad.value();
    const std::vector<Grid> grids = grids_of(batch, tokenizer());
    const nn::LearnedPositions table{config_.positions, pad, config_.shape.max_residues.value()};
    const Tensor places = nn::position_ids(batch.tokens, bounds_of(grids, &Grid::rows, &Grid::columns), table);
    Tensor x = autograd::add(words_({batch.tokens, {}, pad}), columns_({places, {}, pad}));
    if (config_.rows > 0) x = autograd::add(x, rows_({row_numbers(grids, batch.token_count()), {}, -1}));
    return embedding_norm_(x);
  }

  Tensor row_numbers(const std::vector<Grid>& grids, std::int64_t tokens) const {
    return indices(tokens, [&](std::int32_t* to) {
      for (const Grid& grid : grids) {
        if (grid.rows > config_.rows)
          throw Error(ErrorKind::bad_input, {fmt::format("an alignment of {} rows, but this model has positions for {}",
                                                         grid.rows, config_.rows),
                                             {},
                                             "choose fewer rows"});
        for (std::int64_t r = 0; r < grid.rows; ++r) to = std::fill_n(to, grid.columns, static_cast<std::int32_t>(r));
      }
    });
  }

  MsaConfig config_;
  nn::EmbeddingTable words_;    // (V, D)
  nn::EmbeddingTable columns_;  // (max + 2, D)
  nn::EmbeddingTable rows_;     // (max, D)
  nn::LayerNorm embedding_norm_;
  nn::TiedLmHead lm_head_;
};

std::unique_ptr<Model> build(const json& config, TokenizerPointer tokenizer) {
  MsaConfig read = read_config(config);
  read.shape.max_residues = tokenizer->residue_count(nn::max_tokens(read.positions));
  ConfigReader(config).require_vocabulary(*tokenizer, read.shape.vocabulary);
  if (const auto* reader = bio::as_alignments(*tokenizer))
    tokenizer = reader->within(
        {read.shape.max_residues, read.rows > 0 ? std::optional<std::int64_t>(read.rows) : std::nullopt});
  return std::make_unique<Msa>(read, std::move(tokenizer));
}

json configure(const ModelShape& shape) {
  require_shape("MSA Transformer", shape);
  return {{"architectures", {"EsmMsaForMaskedLM"}},
          {"model_type", kMsaType},
          {"vocab_size", 33},
          {"pad_token_id", 1},
          {"mask_token_id", 32},
          {"num_hidden_layers", shape.layers},
          {"hidden_size", shape.width},
          {"num_attention_heads", shape.heads},
          {"intermediate_size", shape.ffn > 0 ? shape.ffn : 4 * shape.width},
          {"hidden_act", "gelu"},
          {"hidden_dropout_prob", 0.0},
          {"attention_probs_dropout_prob", 0.0},
          {"max_position_embeddings", 1026},
          {"max_alignment_rows", 1024},
          {"initializer_range", 0.02},
          {"layer_norm_eps", 1e-5},
          {"tie_word_embeddings", true},
          {"torch_dtype", "float32"}};
}

void complete(json& config, const std::vector<std::string>& vocabulary) {
  if (!config.contains("architectures")) config["architectures"] = {"EsmMsaForMaskedLM"};
  complete_token_ids(config, vocabulary);
}

}  // namespace

Family msa_family() {
  return {
      .name = "msa",
      .summary = "MSA Transformer: masked language models of alignments",
      .citation = "Rao et al. 2021, ICML, PMLR 139:8844",
      .golden = "msa-tiny",
      .accepts = [](const json& config) { return is_model_type(config, kMsaType); },
      .build = build,
      .tokenizer = bio::alignment_tokenizer,
      .configure = configure,
      .shapes = {{"100M", {12, 768, 12}}},
      .complete = complete,
      .architecture = "EsmMsa",
      .token_tables = {"model.encoder.sentence_encoder.embed_tokens.weight", "embed_tokens.weight"},
      .layouts = msa_layouts(),
      .ignorable = {"*._float_tensor", "*.version"},
      .lora_targets = {"q_proj", "v_proj"},
  };
}

}  // namespace groel::models
