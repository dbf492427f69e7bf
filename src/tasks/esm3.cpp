// groel esm3: proteins of several tracks, with ESM3.
#include <algorithm>

#include "base/words.h"
#include "engine/precision.h"
#include "tasks/esm3/verbs.h"
#include "tasks/reading/model.h"

namespace groel::tasks {
namespace {

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all{
      {"encode", "Turn sequence, secondary structure, accessible surface and coordinates into tokens"},
      {"decode", "Turn tokens into proteins"},
      {"logits", "Write the logits of all tracks, and embeddings before the final norm"},
      {"sample", "Draw tokens of tracks in one pass, with their probabilities and entropies"},
      {"generate", "Fill in the masked residues of a track, step by step"},
      {"fold", "Write the structure of a sequence: generate --track structure, decoded"},
      {"inverse-fold", "Write a sequence for a structure: its own is masked, and generated"},
      {"annotate", "Write keywords and InterPro entries, with where they hold"}};
  return all;
}

int run(const Esm3Options& options, Context& context) {
  using Run = int (*)(const Esm3Call&);
  static constexpr std::pair<const char*, Run> kRuns[] = {
      {"encode", encode_prompts},          {"decode", decode_prompts},      {"logits", logits_of_prompts},
      {"sample", sample_prompts},          {"generate", generate_proteins}, {"fold", generate_proteins},
      {"inverse-fold", generate_proteins}, {"annotate", annotate_prompts}};
  const auto known =
      std::find_if(std::begin(kRuns), std::end(kRuns), [&](const auto& one) { return options.verb() == one.first; });
  if (known == std::end(kRuns)) {
    std::vector<std::string> names;
    for (const Verb& one : verbs()) names.emplace_back(one.name);
    const auto near = nearest(options.verb(), names);
    throw Error(ErrorKind::usage, {fmt::format("'{}' is none of {}{}", options.verb(), listed(names),
                                               near ? fmt::format(" (did you mean '{}'?)", *near) : ""),
                                   {},
                                   "groel help esm3"});
  }
  const esm3::Client model(find_model(options.model.value, context.sink), engine::parse_precision(options.dtype));
  std::vector<ReadPrompt> prompts = read_prompts(options, model.tokenizer(), context.sink);
  return known->second({model, prompts, options, context});
}

}  // namespace

Task esm3_task() {
  return {
      .name = "esm3",
      .summary = "Read and write proteins as sequence, structure and function with ESM3",
      .description =
          "Prompts are JSON (sequence, secondary_structure, sasa, coordinates; or raw tokens), FASTA with `_` for "
          "masked residues, PDB or mmCIF files, or a sequence. What comes of a prompt does not depend on the "
          "others, nor "
          "does one that cannot be used harm them: exit status 1 says that there were some. The structure's "
          "encoder and "
          "decoder and the decoder of function are looked for beside the model, and only where a verb needs them.",
      .examples =
          {{"groel esm3 generate examples/antibody.json -m tests/data/esm3-generate-tiny --steps 7",
            "the masked loop of an antibody filled in (by a tiny model of random weights: -m esm3-open is the "
            "published one)"},
           {"groel esm3 logits examples/antibody.json -m tests/data/esm3-generate-tiny -o logits.npz",
            "logits of all tracks, and embeddings"},
           {"groel esm3 fold MKTAYIAKQRQISFVK -m tests/data/esm3-generate-tiny --steps 4 -o folded.pdb",
            "a structure for a sequence"},
           {"groel esm3 inverse-fold tests/data/structures/1ubq.pdb -m tests/data/esm3-generate-tiny --steps 4 -n 2",
            "two sequences for a structure"}},
      .options = option_table<Esm3Options>(),
      .run = entry<Esm3Options, run>,
      .verbs = verbs()};
}

}  // namespace groel::tasks
