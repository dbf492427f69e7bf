// Proteins to batches, and what a pass gives to its proteins.
#include "esm3/client.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "base/words.h"
#include "esm3/published_tables.h"
#include "nn/frames.h"
#include "ops/pool.h"

namespace groel {

bool LogitsConfig::wants(Track track) const {
  switch (track) {
    case Track::sequence: return sequence;
    case Track::structure: return structure;
    case Track::secondary_structure: return secondary_structure;
    case Track::sasa: return sasa;
    case Track::function: return function;
    case Track::residue_annotations: break;
  }
  return residue_annotations;
}

namespace esm3 {
namespace {

namespace fs = std::filesystem;

constexpr float kInfinite = std::numeric_limits<float>::infinity();

Tensor ids(const std::vector<std::int32_t>& values) {
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, values);
}

// A track of all proteins, one after another; undefined where none has it. Those that lack it are masked.
Tensor gathered(std::span<const ESMProteinTensor> proteins, Track track) {
  const auto has = [&](const ESMProteinTensor& protein) { return protein.track(track).has_value(); };
  if (std::none_of(proteins.begin(), proteins.end(), has)) return {};
  std::vector<std::int32_t> out;
  for (const ESMProteinTensor& protein : proteins) {
    const auto& given = protein.track(track);
    const std::vector<std::int32_t> values = given ? *given : masked_track(track, protein.residues());
    for (const std::int32_t id : values) {
      const bool known = id >= (track == Track::structure ? -1 : 0) && id < models::track_vocabulary(track);
      if (!known)
        throw Error(ErrorKind::bad_input, {fmt::format("{} is no token of {}", id, models::track_name(track)),
                                           {},
                                           fmt::format("its tokens are 0 to {}", models::track_vocabulary(track) - 1)});
    }
    out.insert(out.end(), values.begin(), values.end());
  }
  const std::int64_t depth = models::track_depth(track);
  const Tensor flat = ids(out);
  return depth == 1 ? flat : flat.reshape({-1, depth});
}

void gather(std::span<const ESMProteinTensor> proteins, models::Tracks& to) {
  to.structure = gathered(proteins, Track::structure);
  to.secondary_structure = gathered(proteins, Track::secondary_structure);
  to.sasa = gathered(proteins, Track::sasa);
  to.function = gathered(proteins, Track::function);
  to.residue_annotations = gathered(proteins, Track::residue_annotations);
}

// Of coordinates [T, 37, 3] the backbone [T, 3, 3], and where any atom is known.
void add_coordinates(std::span<const ESMProteinTensor> proteins, std::int64_t tokens, models::Tracks& to) {
  const auto has = [](const ESMProteinTensor& protein) { return !protein.coordinates.empty(); };
  if (std::none_of(proteins.begin(), proteins.end(), has)) return;
  to.coordinates = Tensor::empty({tokens, 3, 3});
  to.residue_plddt = Tensor::zeros({tokens});
  float* backbone = to.coordinates.mutable_data<float>();
  float* sure = to.residue_plddt.mutable_data<float>();
  std::fill_n(backbone, tokens * 9, kInfinite);
  for (const ESMProteinTensor& protein : proteins) {
    const std::int64_t length = protein.length();
    for (std::int64_t t = 0; t < length && !protein.coordinates.empty(); ++t) {
      const float* at = protein.coordinates.data() + t * kAtoms * 3;
      std::copy_n(at, 9, backbone + 9 * t);
      for (std::int64_t a = 0; a < kAtoms; ++a)
        if (std::isfinite(at[3 * a]) && std::isfinite(at[3 * a + 1]) && std::isfinite(at[3 * a + 2])) sure[t] = 1;
    }
    backbone += 9 * length;
    sure += length;
  }
}

fs::path folder_of(const fs::path& path) {
  if (fs::is_directory(path)) return path;
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// The first of the files that a part may be in.
fs::path find_part(const fs::path& folder, const std::string& name) {
  std::vector<std::string> looked;
  for (const char* extension : {".safetensors", ".pth"})
    for (const std::string& stem : {name, "esm3_" + name + "_v0"})
      for (const char* inside : {"", "data/weights/"}) {
        fs::path file = folder / (inside + stem + extension);
        if (fs::exists(file)) return file;
        looked.push_back(file.string());
      }
  throw Error(ErrorKind::not_found,
              {fmt::format("the model's {} is not there: looked for {}", name, listed(looked)), folder.string(),
               "it is published beside the model; put it into the model's folder"});
}

// Heads of a part, where the model's configuration tells them: {"structure_decoder": {"n_heads": 20}}.
std::int64_t heads_of(const nlohmann::json& config, const char* part) {
  const auto found = config.is_object() ? config.find(part) : config.end();
  return config.is_object() && found != config.end() && found->is_object() ? found->value("n_heads", std::int64_t{0})
                                                                           : 0;
}

Tensor mean_of(const Tensor& x) {
  return ops::segment_mean(x, {ids({0}), ids({static_cast<std::int32_t>(x.size(0))})}).reshape({x.size(1)});
}

}  // namespace

TrackDraws draws_of(std::uint64_t seed) {
  return [seed](Track track, std::size_t row) {
    return unit_double(philox(derive_key(seed, 0x65736d33, static_cast<std::uint64_t>(track)), row)[0]);
  };
}

Client::Client(const fs::path& path, ops::Precision precision)
    : loaded_(checkpoints::load_model(path, precision)),
      model_(loaded_.model.get()),
      encoder_(&models::require<models::Encoder>(*model_)),
      tracks_(&models::require<models::TrackModel>(*model_)),
      folder_(folder_of(path)),
      config_(loaded_.config) {}

Client::Client(const models::Model& model, fs::path folder, nlohmann::json config)
    : model_(&model),
      encoder_(&models::require<models::Encoder>(model)),
      tracks_(&models::require<models::TrackModel>(model)),
      folder_(folder.empty() ? folder : folder_of(folder)),
      config_(std::move(config)) {}

const StructureEncoder& Client::structure_encoder() const {
  if (structure_encoder_ == nullptr)
    structure_encoder_ = load_structure_encoder(find_part(folder_, "structure_encoder"));
  return *structure_encoder_;
}

const StructureDecoder& Client::structure_decoder() const {
  if (structure_decoder_ == nullptr)
    structure_decoder_ =
        load_structure_decoder(find_part(folder_, "structure_decoder"), heads_of(config_, "structure_decoder"));
  return *structure_decoder_;
}

const FunctionDecoder& Client::function_decoder() const {
  if (function_decoder_ == nullptr)
    function_decoder_ =
        load_function_decoder(find_part(folder_, "function_decoder"), heads_of(config_, "function_decoder"));
  return *function_decoder_;
}

const FunctionVocabulary& Client::function_vocabulary() const {
  if (function_vocabulary_ == nullptr) function_vocabulary_ = std::make_unique<FunctionVocabulary>(folder_);
  return *function_vocabulary_;
}

const ResidueVocabulary* Client::residue_vocabulary() const {
  if (residue_vocabulary_ == nullptr)
    if (const auto table = find_table(folder_, "", "residue_annotations_gt_1k_proteins.csv"))
      residue_vocabulary_ = std::make_unique<ResidueVocabulary>(*table);
  return residue_vocabulary_.get();
}

std::vector<TrackLogits> Client::run(models::Batch batch, const LogitsConfig& config) const {
  const auto bounds = batch.cu_seqlens.values<std::int32_t>();
  std::vector<TrackLogits> out(bounds.size() - 1);
  models::Taps taps;
  if (config.return_hidden_states)
    taps.hidden = [&](int, const Tensor& x) {
      for (std::size_t b = 0; b < out.size(); ++b)
        out[b].hidden_states.push_back(x.rows(bounds[b], bounds[b + 1]).clone());
    };
  const Tensor last = encoder_->encode(batch, taps);
  for (std::size_t b = 0; b < out.size(); ++b) {
    const Tensor own = last.rows(bounds[b], bounds[b + 1]);
    if (config.return_embeddings) out[b].embeddings = own.clone();
    if (config.return_mean_embedding) out[b].mean_embedding = mean_of(own);
  }
  for (const Track track : models::kTracks) {
    if (!config.wants(track)) continue;
    const Tensor all = tracks_->logits_of(track, last);
    for (std::size_t b = 0; b < out.size(); ++b) out[b].logits[track] = all.rows(bounds[b], bounds[b + 1]).clone();
  }
  return out;
}

std::vector<TrackLogits> Client::logits(std::span<const ESMProteinTensor> proteins, const LogitsConfig& config) const {
  if (proteins.empty()) return {};
  models::Batch batch;
  std::vector<std::int32_t> tokens, bounds{0};
  for (const ESMProteinTensor& protein : proteins) {
    const std::int64_t length = protein.length();
    if (protein.sequence)
      tokens.insert(tokens.end(), protein.sequence->begin(), protein.sequence->end());
    else
      tokens.insert(tokens.end(), static_cast<std::size_t>(length), tokens_of(Track::sequence).mask);
    bounds.push_back(bounds.back() + static_cast<std::int32_t>(length));
  }
  for (const std::int32_t id : tokens)
    if (id < 0 || id >= models::track_vocabulary(Track::sequence))
      throw Error(ErrorKind::bad_input, fmt::format("{} is no token of a sequence", id));
  batch.tokens = ids(tokens);
  batch.cu_seqlens = ids(bounds);
  auto tracks = std::make_shared<models::Tracks>();
  gather(proteins, *tracks);
  add_coordinates(proteins, bounds.back(), *tracks);
  batch.tracks = std::move(tracks);
  return run(std::move(batch), config);
}

TrackLogits Client::logits(const ESMProteinTensor& protein, const LogitsConfig& config) const {
  return std::move(logits(std::span(&protein, 1), config).front());
}

TrackLogits Client::forward(const ESMProteinTensor& protein, const models::Tracks& beside,
                            const LogitsConfig& config) const {
  const auto length = static_cast<std::int32_t>(protein.length());
  models::Batch batch;
  batch.tokens =
      protein.sequence
          ? ids(*protein.sequence)
          : ids(std::vector<std::int32_t>(static_cast<std::size_t>(length), tokens_of(Track::sequence).mask));
  batch.cu_seqlens = ids({0, length});
  auto tracks = std::make_shared<models::Tracks>(beside);
  gather(std::span(&protein, 1), *tracks);
  batch.tracks = std::move(tracks);
  return std::move(run(std::move(batch), config).front());
}

ESMProteinTensor filled(ESMProteinTensor protein) {
  const std::int64_t residues = protein.residues();
  for (const Track track : models::kTracks)
    if (!protein.track(track)) protein.track(track) = masked_track(track, residues);
  return protein;
}

SampledTracks Client::forward_and_sample(const ESMProteinTensor& protein, const SamplingConfig& config,
                                         const TrackDraws& draws) const {
  for (const auto& [track, each] : config.tracks) each.check();
  const ESMProteinTensor whole = filled(protein);
  LogitsConfig wanted{.return_embeddings = config.return_per_residue_embeddings,
                      .return_mean_embedding = config.return_mean_embedding};
  const auto samples = [&](Track track) { return config.tracks.contains(track); };
  wanted.sequence = samples(Track::sequence);
  wanted.structure = samples(Track::structure);
  wanted.secondary_structure = samples(Track::secondary_structure);
  wanted.sasa = samples(Track::sasa);
  wanted.function = wanted.residue_annotations = samples(Track::function);
  TrackLogits said = logits(whole, wanted);
  SampledTracks out{
      .protein_tensor = whole, .per_residue_embedding = said.embeddings, .mean_embedding = said.mean_embedding};
  for (const auto& [track, each] : config.tracks) {
    const std::vector<std::int32_t>& tokens = *whole.track(track);
    if (track == Track::sasa) {
      out.sasa = sample_sasa(said.logits.at(track), tokens, each);
      continue;
    }
    if (track == Track::residue_annotations) continue;  // they come with function
    TrackSample sample = track == Track::function
                             ? sample_function(said.logits.at(track), tokens, each)
                             : sample_track(track, said.logits.at(track), tokens, each,
                                            [&, name = track](std::size_t row) { return draws(name, row); });
    out.protein_tensor.track(track) = sample.tokens;
    out.samples[track] = std::move(sample);
  }
  if (wanted.function)
    out.protein_tensor.residue_annotations = sample_residue_annotations(said.logits.at(Track::residue_annotations));
  return out;
}

}  // namespace esm3
}  // namespace groel
