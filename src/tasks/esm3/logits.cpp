// logits: those of every track, and embeddings.
#include <algorithm>

#include "base/atomic_file.h"
#include "formats/array_file.h"
#include "formats/extension.h"
#include "tasks/esm3/verbs.h"

namespace groel::tasks {
namespace {

LogitsConfig config_of(const Esm3Options& options) {
  LogitsConfig out{.return_embeddings = true, .return_hidden_states = options.hidden_states};
  const auto wanted = [&](Track track) {
    const auto& names = options.tracks;
    return names.empty() || std::find(names.begin(), names.end(), models::track_name(track)) != names.end();
  };
  for (const std::string& name : options.tracks)
    if (std::none_of(models::kTracks.begin(), models::kTracks.end(),
                     [&](Track track) { return models::track_name(track) == name; }))
      throw Error(ErrorKind::usage, {fmt::format("there is no track '{}'", name), "--tracks",
                                     "sequence, structure, secondary_structure, sasa, function, residue_annotations"});
  out.sequence = wanted(Track::sequence);
  out.structure = wanted(Track::structure);
  out.secondary_structure = wanted(Track::secondary_structure);
  out.sasa = wanted(Track::sasa);
  out.function = wanted(Track::function);
  out.residue_annotations = wanted(Track::residue_annotations);
  return out;
}

esm3::TrackLogits compute(const Esm3Call& call, const esm3::Prompt& prompt, const LogitsConfig& config) {
  const std::string& how = call.options.forward;
  const ESMProtein& protein = prompt.protein;
  const bool places_alone = !prompt.tokens && !protein.coordinates.empty() && !protein.sequence &&
                            !protein.secondary_structure && !protein.sasa;
  if (how == "raw" || (how == "auto" && (prompt.tokens || places_alone))) {
    // Coordinates alone are taken as they are: rows of tokens, and no structure's codes.
    ESMProteinTensor tokens;
    if (places_alone)
      tokens.coordinates = protein.coordinates;
    else
      tokens = tokens_of_prompt(call.model, prompt);
    models::Tracks tracks = prompt.beside;
    if (!tracks.coordinates.defined() && !tokens.coordinates.empty())
      tracks.coordinates = esm3::backbone_of(tokens.coordinates);
    return call.model.forward(tokens, tracks, config);
  }
  refuse_raw_fields(prompt);
  const ESMProteinTensor tokens = tokens_of_prompt(call.model, prompt);
  return call.model.logits(how == "sampling" ? esm3::filled(tokens) : tokens, config);
}

std::string name_of(Track track) {
  return track == Track::residue_annotations ? "residue_logits" : fmt::format("{}_logits", models::track_name(track));
}

void add(formats::NamedArraysFile& to, const std::string& prompt, const esm3::TrackLogits& output) {
  for (const auto& [track, logits] : output.logits)
    to.add(prompt, name_of(track),
           track == Track::function
               ? std::vector<std::int64_t>{logits.size(0), models::kFunctionDepth, models::track_vocabulary(track)}
               : logits.shape(),
           logits.values<float>());
  to.add(prompt, "embeddings", output.embeddings.shape(), output.embeddings.values<float>());
  for (std::size_t layer = 0; layer < output.hidden_states.size(); ++layer) {
    const Tensor& states = output.hidden_states[layer];
    to.add(prompt, fmt::format("hidden_states_{}", layer), states.shape(), states.values<float>());
  }
}

}  // namespace

int logits_of_prompts(const Esm3Call& call) {
  const Esm3Options& options = call.options;
  if (!options.to_file())
    throw Error(ErrorKind::usage, {"logits are written to a file", "--output", "-o logits.npz or logits.h5"});
  static const std::string known[] = {".npz", ".h5", ".hdf5"};
  formats::check_extension(*options.output, known);
  if (!options.overwrite && output_stands(*options.output))
    throw Error(ErrorKind::usage, {"the file exists already", *options.output, "replace it with --overwrite"});
  const LogitsConfig config = config_of(options);
  formats::NamedArraysFile writer(*options.output);
  std::vector<std::string> seen;
  const int status = for_each_prompt(call, [&](const esm3::Prompt& prompt) {
    if (std::find(seen.begin(), seen.end(), prompt.id) != seen.end())
      throw Error(ErrorKind::bad_input, {"two prompts have this id", prompt.id, "give each its own"});
    seen.push_back(prompt.id);
    add(writer, call.prompts.size() > 1 ? prompt.id : std::string(), compute(call, prompt, config));
  });
  if (!seen.empty()) writer.finish();
  return status;
}

}  // namespace groel::tasks
