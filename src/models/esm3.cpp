// ESM3 (Hayes et al. 2025, Science 387:850): sequence, structure and function as tracks of one masked language model.
#include <algorithm>
#include <cmath>
#include <memory>

#include "autograd/functions.h"
#include "bio/esm_tokenizer.h"
#include "models/classifier.h"
#include "models/config_reader.h"
#include "models/esm3_block.h"
#include "models/tracks.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kTokens = 33;  // of the table's 64 rows, the others are never trained
constexpr std::int64_t kBins = 16;    // of a pLDDT

struct Esm3Config {
  TransformerShape shape;
  std::int64_t vector_heads;
};

Esm3Config read_config(const json& config) {
  const ConfigReader reader(config);
  const auto width = reader.integer("hidden_size", kFunctionDepth, 1 << 16);
  if (width % kFunctionDepth != 0) ConfigReader::fail("hidden_size", "is not a multiple of 8");
  const std::int64_t ffn = esm3_ffn(width);
  const double dropout = reader.probability("classifier_dropout", 0);
  Esm3Config out{.shape = {.family = "esm3",
                           .layers = reader.integer("num_hidden_layers", 1, 1024),
                           .width = width,
                           .heads = reader.integer("num_attention_heads", 1, 1 << 10),
                           .ffn = ffn,
                           .inner = 2 * ffn,
                           .vocabulary = track_vocabulary(Track::sequence),
                           .max_residues = {},
                           .classification = read_classification(config),
                           .dropout = dropout,
                           .classifier_dropout = dropout,
                           .norm_in_heads = true},
                 .vector_heads = reader.integer("num_vector_heads", 1, 1 << 16)};
  reader.require_heads(out.shape.width, out.shape.heads, true);
  return out;
}

// A tensor of ids, one after another.
Tensor ids_of(std::int64_t count, const std::function<std::int32_t(std::int64_t)>& id) {
  Tensor out = Tensor::empty({count}, DType::i32);
  auto* to = out.mutable_data<std::int32_t>();
  for (std::int64_t i = 0; i < count; ++i) to[i] = id(i);
  return out;
}

// 16 bumps over 0..1: [T, 16] of a value each. `values` undefined: `otherwise` everywhere.
Tensor bumps(const Tensor& values, std::int64_t tokens, float otherwise, Device device) {
  return Tensor::computed({tokens, kBins}, device, [&](std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const float v = values.defined() ? values.values<float>()[i / kBins] : otherwise;
      const float z = (v - static_cast<float>(i % kBins) / 15.0F) * 16.0F;
      out[i] = std::exp(-z * z);
    }
  });
}

// What each token of a track has: a table of all of its ids.
class TrackTables final : public nn::Module {
 public:
  explicit TrackTables(std::int64_t width)
      : sequence_(track_vocabulary(Track::sequence), width),
        average_plddt_(kBins, width, {.exactness = nn::Exactness::head}),
        residue_plddt_(kBins, width, {.exactness = nn::Exactness::head}),
        structure_(track_vocabulary(Track::structure), width),
        secondary_structure_(track_vocabulary(Track::secondary_structure), width),
        sasa_(track_vocabulary(Track::sasa), width),
        function_(kFunctionDepth * track_vocabulary(Track::function), width / kFunctionDepth),
        annotations_(track_vocabulary(Track::residue_annotations), width) {}

  void members(nn::Members to) override {
    to.part("sequence_embed", sequence_);
    to.part("plddt_projection", average_plddt_);
    to.part("structure_per_res_plddt_projection", residue_plddt_);
    to.part("structure_tokens_embed", structure_);
    to.part("ss8_embed", secondary_structure_);
    to.part("sasa_embed", sasa_);
    to.part("function_embed", function_);  // eight tables, one after the other
    to.part("residue_embed", annotations_);
  }

  /// -> [T, D]: the sum over all tracks.
  Tensor operator()(const Tensor& tokens, const Tracks& tracks, const bio::Special& special) const {
    const std::int64_t count = tokens.size(0);
    const Device device = sequence_.table().device();
    Tensor x = sequence_({tokens, {}});
    x = autograd::add(x, average_plddt_(bumps(tracks.average_plddt, count, 1, device)));
    x = autograd::add(x, residue_plddt_(bumps(tracks.residue_plddt, count, 0, device)));
    x = autograd::add(x, structure_({structure_ids(tokens, tracks.structure, special), {}}));
    x = autograd::add(x, secondary_structure_({or_zeros(tracks.secondary_structure, count), {}}));
    x = autograd::add(x, sasa_({or_zeros(tracks.sasa, count), {}}));
    x = autograd::add(x, function_({function_ids(tracks.function, count), {}}).reshape({count, -1}));
    return tracks.residue_annotations.defined() ? autograd::add(x, annotations(tracks.residue_annotations)) : x;
  }

 private:
  static Tensor or_zeros(const Tensor& ids, std::int64_t count) {
    return ids.defined() ? ids : Tensor::zeros({count}, DType::i32);
  }

  static Tensor structure_ids(const Tensor& tokens, const Tensor& structure, const bio::Special& special) {
    const auto token = tokens.values<std::int32_t>();
    return ids_of(tokens.size(0), [&](std::int64_t t) {
      const std::int32_t id = token[static_cast<std::size_t>(t)];
      if (id == special.begin) return kStructureBegin;
      if (id == special.end) return kStructureEnd;
      if (id == special.pad) return kStructurePad;
      if (id == kChainBreak) return kStructureBreak;
      const std::int32_t code = structure.defined() ? structure.data<std::int32_t>()[t] : -1;
      return code < 0 ? kStructureMask : code;
    });
  }

  static Tensor function_ids(const Tensor& function, std::int64_t count) {
    const auto rows = static_cast<std::int32_t>(track_vocabulary(Track::function));
    return ids_of(count * kFunctionDepth, [&](std::int64_t i) {
      const auto table = static_cast<std::int32_t>(i % kFunctionDepth);
      return table * rows + (function.defined() ? function.data<std::int32_t>()[i] : 0);
    });
  }

  // The sum over what a residue has, empty places left out.
  Tensor annotations(const Tensor& ids) const {
    const std::int64_t count = ids.size(0), places = count * kAnnotationDepth;
    const Tensor flat = ids.reshape({places});
    const auto* id = flat.data<std::int32_t>();
    const Tensor there = Tensor::computed({places}, annotations_.table().device(), [&](std::span<float> out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = id[i] == 0 ? 0 : 1;
    });
    const auto bound = [](std::int64_t t) { return static_cast<std::int32_t>(t * kAnnotationDepth); };
    const ops::Segments residues{ids_of(count, bound), ids_of(count, [&](std::int64_t t) { return bound(t + 1); })};
    return autograd::scale(autograd::segment_mean(annotations_({flat, there}), residues), kAnnotationDepth);
  }

  static constexpr std::int32_t kChainBreak = 31;

  nn::EmbeddingTable sequence_;
  nn::Linear average_plddt_, residue_plddt_;  // (D, 16)
  nn::EmbeddingTable structure_, secondary_structure_, sasa_;
  nn::EmbeddingTable function_;  // (8 * 260, D / 8)
  nn::EmbeddingTable annotations_;
};

class Esm3 final : public Transformer, public TrackModel {
 public:
  Esm3(const Esm3Config& config, TokenizerPointer tokens)
      : Transformer(config.shape, std::move(tokens), nn::LayerNorm(config.shape.width, kEpsilon, nn::Bias::no)),
        tables_(config.shape.width) {
    const auto shared = std::make_shared<nn::RotaryShared>();
    Esm3BlockShape block{config.shape.width, config.shape.heads, config.shape.ffn, esm3_scale(config.shape.layers),
                         config.vector_heads};
    for (std::int64_t i = 0; i < config.shape.layers; ++i) {
      add_block(std::make_unique<Esm3Block>(block, shared));
      block.vector_heads = 0;  // the first alone looks around
    }
    for (const Track track : kTracks) heads_.emplace_back(config.shape.width, models::track_logits(track), kEpsilon);
  }

  void members(nn::Members to) override {
    to.part("esm3.encoder", tables_);
    name_blocks(to, "esm3.layers");
    name_norm(to, "esm3.norm");
    name_contact_head(to, "contact_head.regression");
    for (const Track track : kTracks) name_lm_head(to, head_name(track), head(track), false);
    name_classes(to);
  }

  std::vector<std::string> capabilities() const override {
    std::vector<std::string> out = Transformer::capabilities();
    if (has(kLmHead)) out.emplace_back(TrackModel::kName);
    return out;
  }

  Tensor logits(const Tensor& last_hidden) const override { return logits_of(Track::sequence, last_hidden); }
  Tensor logits_of(Track track, const Tensor& last_hidden) const override {
    return heads_[static_cast<std::size_t>(track)](normed(last_hidden));
  }

 private:
  static std::string head_name(Track track) {
    if (track == Track::secondary_structure) return "output_heads.ss8_head";
    if (track == Track::residue_annotations) return "output_heads.residue_head";
    return fmt::format("output_heads.{}_head", track_name(track));
  }
  nn::LmHead& head(Track track) { return heads_[static_cast<std::size_t>(track)]; }

  Tensor embed(const Batch& batch) const override {
    static const Tracks nothing;
    return tables_(batch.tokens, batch.tracks != nullptr ? *batch.tracks : nothing, tokenizer().special());
  }

  TrackTables tables_;
  std::vector<nn::LmHead> heads_;  // by track
};

std::unique_ptr<Model> build(const json& config, TokenizerPointer tokenizer) {
  const Esm3Config read = read_config(config);
  ConfigReader(config).require_vocabulary(*tokenizer, kTokens);
  return std::make_unique<Esm3>(read, std::move(tokenizer));
}

const std::vector<NamedShape>& shapes() {
  static const std::vector<NamedShape> all{{"esm3-open", {48, 1536, 24}}};
  return all;
}

json configure(const ModelShape& shape) {
  require_shape("ESM3", shape);
  if (shape.width % kFunctionDepth != 0)
    throw Error(ErrorKind::usage,
                {fmt::format("an ESM3 of width {}", shape.width), {}, "its width is a multiple of 8"});
  if (shape.ffn > 0 && shape.ffn != esm3_ffn(shape.width))
    throw Error(ErrorKind::usage,
                {fmt::format("an ESM3 of width {} with {} inside of its feed-forward half", shape.width, shape.ffn),
                 {},
                 fmt::format("it has {}", esm3_ffn(shape.width))});
  return {{"architectures", {"ESM3ForMaskedLM"}},
          {"model_type", "esm3"},
          {"vocab_size", track_vocabulary(Track::sequence)},
          {"pad_token_id", 1},
          {"mask_token_id", 32},
          {"num_hidden_layers", shape.layers},
          {"hidden_size", shape.width},
          {"num_attention_heads", shape.heads},
          {"num_vector_heads", std::max<std::int64_t>(1, shape.width / 6)},
          {"initializer_range", 0.02},
          {"torch_dtype", "float32"}};
}

void complete(json& config, const std::vector<std::string>& vocabulary) {
  if (!config.contains("architectures")) config["architectures"] = {"ESM3ForMaskedLM"};
  config["vocab_size"] = track_vocabulary(Track::sequence);
  complete_token_ids(config, vocabulary);
}

// --- Its own code's files ---

bool is_native(const RawCheckpoint& raw) {
  return std::any_of(raw.arrays.begin(), raw.arrays.end(), [](const auto& entry) {
    return entry.first.ends_with("encoder.structure_tokens_embed.weight") && !entry.first.starts_with("esm3.");
  });
}

// What the files say where no configuration does; how many heads there are is known of the published shape alone.
void fill_config(RawCheckpoint& raw) {
  json& config = raw.config;
  if (!config.is_object()) config = json::object();
  config["model_type"] = "esm3";
  for (const auto& [from, to] : {std::pair{"d_model", "hidden_size"}, std::pair{"n_heads", "num_attention_heads"},
                                 std::pair{"v_heads", "num_vector_heads"}, std::pair{"n_layers", "num_hidden_layers"}})
    if (config.contains(from) && !config.contains(to)) config[to] = config[from];
  const auto size = [&](const char* name, std::size_t dimension) -> std::int64_t {
    const auto found = raw.arrays.find(name);
    return found == raw.arrays.end() || found->second.shape.size() <= dimension ? 0 : found->second.shape[dimension];
  };
  std::int64_t layers = 0;
  while (raw.arrays.contains(fmt::format("esm3.layers.{}.input_layernorm.weight", layers))) ++layers;
  const std::int64_t width = size("esm3.encoder.sequence_embed.weight", 1);
  const json told = {{"vocab_size", track_vocabulary(Track::sequence)},
                     {"hidden_size", width},
                     {"num_hidden_layers", layers},
                     {"num_vector_heads", size("esm3.layers.0.geom_attn.distance_scale_per_head", 0)}};
  for (const auto& [name, value] : told.items())
    if (!config.contains(name)) config[name] = value;
  for (const auto& [name, shape] : shapes())
    if (!config.contains("num_attention_heads") && layers == shape.layers && width == shape.width)
      config["num_attention_heads"] = shape.heads;
}

void adapt(RawCheckpoint& raw) {
  raw.rename({{"transformer.blocks.", "esm3.layers."},
              {"transformer.norm.", "esm3.norm."},
              {"encoder.", "esm3.encoder."},
              {"_head.0.", "_head.dense."},
              {"_head.2.", "_head.layer_norm."},
              {"_head.3.", "_head.decoder."}});
  raw.rename(esm3_block_names());
  split_esm3_blocks(raw);
  std::vector<std::string> functions;
  for (std::int64_t i = 0; i < kFunctionDepth; ++i)
    functions.push_back(fmt::format("esm3.encoder.function_embed.{}.weight", i));
  raw.join_rows("esm3.encoder.function_embed.weight", functions);
  fill_config(raw);
}

}  // namespace

Family esm3_family() {
  return {
      .name = "esm3",
      .summary = "ESM3-open: masked language model of sequence, structure and function",
      .citation = "Hayes et al. 2025, Science 387:850",
      .golden = "esm3-tiny",
      .accepts = [](const json& config) { return is_model_type(config, "esm3"); },
      .build = build,
      .tokenizer = bio::esm3_tokenizer,
      .configure = configure,
      .shapes = shapes(),
      .complete = complete,
      .architecture = "ESM3",
      .token_tables = {"esm3.encoder.sequence_embed.weight", "encoder.sequence_embed.weight"},
      .layouts = {{"ESM3's own code", is_native, adapt}},
      .ignorable = {"*.inv_freq"},
      .lora_targets = {"q_proj", "v_proj"},
  };
}

}  // namespace groel::models
