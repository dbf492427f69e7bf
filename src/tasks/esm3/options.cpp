// The table of options of groel esm3.
#include "tasks/esm3/options.h"

#include <charconv>

namespace groel::tasks {
namespace {

constexpr const char* kPrompt = "Prompt";
constexpr const char* kSampling = "Sampling";

// Letters of a sequence, or ids: of other tracks ids alone.
std::vector<std::int32_t> ids_of(const std::vector<std::string>& words, Track track, const bio::Tokenizer& tokenizer) {
  std::vector<std::int32_t> out;
  for (const std::string& word : words) {
    std::int32_t id = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    const bool is_number = error == std::errc() && end == word.data() + word.size();
    if (!is_number && track == Track::sequence) id = tokenizer.id(word);
    if (id < 0 || id >= models::track_vocabulary(track))
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no token of {}", word, models::track_name(track)),
                                     "--invalid", "letters of a sequence, or ids"});
    out.push_back(id);
  }
  return out;
}

FilterOrder order_of(const std::string& name) {
  return name == "evolutionaryscale" ? FilterOrder::evolutionary_scale : FilterOrder::biohub;
}

}  // namespace

void Esm3Options::declare(OptionBinder& to) {
  OptionSpec of_model = model_option();
  of_model.help = "ESM3's folder, or a file of its own code, with the parts beside it that a verb needs";
  of_model.otherwise = nullptr;
  of_model.setting.clear();
  of_model.required = true;
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "What to do, then prompts: JSON, FASTA (`_` is masked), PDB or mmCIF files, or a sequence itself",
             .value_name = "WHAT PROMPT",
             .required = true});
  to(model, of_model);
  to(output,
     {.name = "output",
      .letter = 'o',
      .help = "File to write: .json, .fasta, .pdb, .cif by its extension, of logits .npz or .h5 (default: to stdout)",
      .value_name = "FILE",
      .writes = Writes::file,
      .aliases = {"out"}});
  to(overwrite, overwrite_option());
  to.group(kPrompt);
  to(chain,
     {.name = "chain", .help = "Of structures: that chain alone (default: all, joined by |)", .value_name = "NAME"});
  to(mask, {.name = "mask", .help = "Residues to mask in the sequence: 5-20,31", .value_name = "RANGES"});
  to(mask_sequence, {.name = "mask-sequence", .help = "Mask all of the sequence"});
  to(mask_structure, {.name = "mask-structure", .help = "Leave the structure away"});
  to(dssp, {.name = "dssp",
            .help = "Of structures: secondary structure and accessible surface, too, by DSSP (mkdssp), where that is "
                    "installed"});
  to.group("Logits");
  to.verbs({"logits"});
  to(forward,
     {.name = "forward",
      .help = "raw: tracks that are not there are left to the model, so that without a sequence all is masked, "
              "ends too, and no residue's structure counts as sure. sdk: as logits() of its SDK, which marks "
              "residues with coordinates as sure. sampling: as forward_and_sample(), ends marked in every track",
      .otherwise = "auto",
      .choices = {"auto", "raw", "sdk", "sampling"}});
  to(hidden_states, {.name = "hidden-states", .help = "Those of all layers, too"});
  to.verbs({"logits", "sample"});
  to(tracks, {.name = "tracks",
              .help = "sequence, structure, secondary_structure, sasa, function, residue_annotations (default: all of "
                      "logits; of sample the sequence)",
              .value_name = "LIST"});
  to.group(kSampling);
  to.verbs({"generate"});
  to(track, {.name = "track",
             .help = "What to fill in",
             .otherwise = "sequence",
             .choices = {"sequence", "structure", "secondary_structure", "sasa", "function"}});
  to.verbs({"generate", "fold", "inverse-fold", "annotate"});
  to(steps,
     {.name = "steps", .help = "Passes, at most one for each masked residue", .otherwise = 20, .value_name = "N"});
  to(schedule, {.name = "schedule",
                .help = "How many residues a step fills: few at first (cosine), or as many in each",
                .otherwise = "cosine",
                .choices = {"cosine", "linear"}});
  to(strategy, {.name = "strategy",
                .help = "Which: any, or those drawn from the least uncertain",
                .otherwise = "random",
                .choices = {"random", "entropy"}});
  to(no_annealing, {.name = "no-annealing", .help = "Keep the temperature; it falls to 0 over the steps otherwise"});
  to(condition_on_tokens, {.name = "condition-on-tokens",
                           .help = "Read tokens of structure beside coordinates (default: the coordinates alone)"});
  to.verbs({"generate", "fold", "inverse-fold"});
  to(batch_tokens, {.name = "max-tokens",
                    .help = "Tokens of prompts in one pass; results do not depend on it",
                    .otherwise = 4096,
                    .value_name = "N",
                    .group = kPerformance});
  to(number, {.name = "number", .letter = 'n', .help = "Proteins for each prompt", .otherwise = 1, .value_name = "N"});
  to.verbs({"generate", "fold", "inverse-fold", "annotate", "sample"});
  to(temperature, {.name = "temperature",
                   .help = "Below 1 likely tokens become likelier; 0: the likeliest always (default: 1; of fold and "
                           "inverse-fold 0.7)",
                   .otherwise = 1.0,
                   .value_name = "T"});
  to(top_p, {.name = "top-p",
             .help = "Draw among the likeliest that have no more than this probability together",
             .otherwise = 1.0,
             .value_name = "P"});
  to(invalid, {.name = "invalid", .help = "Tokens that are not drawn: letters, or ids", .value_name = "LIST"});
  to(order, {.name = "filter-order",
             .help = "In which order tokens are ruled out: invalid ones before top-p (biohub), or after it",
             .otherwise = "biohub",
             .choices = {"biohub", "evolutionaryscale"}});
  to(seed, {.name = "seed",
            .help = "The same seed gives the same proteins, in any batch and on any number of threads",
            .otherwise = 0,
            .value_name = "N"});
  to.verbs({"sample"});
  to(all_positions, {.name = "all-positions", .help = "Draw for every residue, not the masked ones alone"});
  to(topk, {.name = "topk-logprobs",
            .help = "Also the K likeliest tokens of each residue, at most 32",
            .otherwise = 0,
            .value_name = "K"});
  to.verbs({"annotate"});
  to(keywords, {.name = "keywords",
                .help = "Text file of the keywords of the function decoder, one per line",
                .value_name = "FILE"});
  to(interpro, {.name = "interpro",
                .help = "Table of InterPro entries (entry.list, column ENTRY_AC), for their names",
                .value_name = "FILE"});
  to.verbs({});
  to.group("");
  to(dtype, dtype_option());
  to(threads, threads_option());
  to(json, json_option());
}

GenerationConfig Esm3Options::generation(const bio::Tokenizer& tokenizer) const {
  GenerationConfig out;
  out.track = verb() == "fold"           ? "structure"
              : verb() == "inverse-fold" ? "sequence"
              : verb() == "annotate"     ? "function"
                                         : track;
  const bool folds = verb() == "fold" || verb() == "inverse-fold";
  out.num_steps = steps;
  out.schedule = schedule == "linear" ? UnmaskingSchedule::linear : UnmaskingSchedule::cosine;
  out.strategy = strategy == "entropy" ? UnmaskingStrategy::entropy : UnmaskingStrategy::random;
  out.temperature = folds && !temperature.given ? 0.7 : temperature.value;
  out.temperature_annealing = !no_annealing;
  out.top_p = top_p;
  out.condition_on_coordinates_only = !condition_on_tokens;
  out.order = order_of(order);
  out.seed = static_cast<std::uint64_t>(seed);
  for (const Track each : models::kTracks)
    if (models::track_name(each) == out.track) out.invalid_ids = ids_of(invalid, each, tokenizer);
  if (out.track == "function" && !invalid.empty())
    throw Error(ErrorKind::usage, {"tokens of function are the likeliest ones, none of which is ruled out", "--invalid",
                                   "leave it away"});
  return out;
}

SamplingTrackConfig Esm3Options::sampling(Track of, const bio::Tokenizer& tokenizer) const {
  return {.temperature = temperature.value,
          .top_p = top_p,
          .only_sample_masked_tokens = !all_positions,
          .invalid_ids = ids_of(invalid, of, tokenizer),
          .topk_logprobs = of == Track::sasa ? 0 : topk,
          .order = order_of(order)};
}

}  // namespace groel::tasks
