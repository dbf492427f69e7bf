// The public ProteinGenerator: writes what `groel generate` writes.
#include <groel/generate.h>

#include "api/impl.h"
#include "base/options.h"
#include "tasks/generate/proteins.h"
#include "tasks/generate/settings.h"

namespace groel {
namespace {

std::optional<std::string> length_of(const GeneratorOptions& o) {
  if (!o.min_residues && !o.max_residues) return {};
  const auto text = [](const std::optional<std::int64_t>& of) { return of ? std::to_string(*of) : std::string(); };
  return text(o.min_residues) + ":" + text(o.max_residues);
}

tasks::GenerateOptions task_options(const GeneratorOptions& o) {
  tasks::GenerateOptions to;
  to.prompt = o.prompt;
  to.number = o.number;
  to.greedy = o.greedy;
  to.temperature = o.temperature;
  to.top_p = o.top_p;
  to.min_p = o.min_p;
  to.typical_p = o.typical_p;
  to.top_k = o.top_k;
  to.seed = o.seed;
  to.repetition_penalty = o.repetition_penalty;
  to.max_new_tokens = o.max_new_tokens;
  to.length = length_of(o);
  to.ignore_eos = o.ignore_end;
  to.forbid = o.forbid;
  to.batch = o.batch;
  to.cache = "auto";
  return to;
}

GeneratedProtein public_form(const generation::Written& written, const bio::Tokenizer& tokenizer) {
  tasks::Protein protein = tasks::protein_of(written, tokenizer);
  return {std::move(protein.sequence), std::move(protein.text), written.ids,
          written.log_probabilities,   protein.perplexity,      written.ending == generation::Ending::end_token};
}

}  // namespace

ProteinGenerator::ProteinGenerator(const Model& model) : model_(model) {
  models::require<models::CausalLm>(api::engine_model(model));
}

std::vector<GeneratedProtein> ProteinGenerator::operator()(const GeneratorOptions& options) const {
  std::vector<GeneratedProtein> all;
  (*this)(options, [&](GeneratedProtein one) { all.push_back(std::move(one)); });
  return all;
}

void ProteinGenerator::operator()(const GeneratorOptions& options,
                                  const std::function<void(GeneratedProtein)>& receive) const {
  const api::Scope scope(model_.session());
  if (options.number < 1 || options.batch < 0)
    throw Error(ErrorKind::usage,
                {"it is a number of proteins", options.batch < 0 ? "`batch`" : "`number`", "1 or more"});
  const auto settings = tasks::generate_settings(task_options(options), model_.impl().loaded);
  const models::Model& model = api::engine_model(model_);
  std::int64_t next = 0;
  generation::Generator(model, settings.generation, settings.residues_of_token)
      .run(
          [&]() -> std::optional<generation::Request> {
            if (next == options.number) return {};
            return generation::Request{next++, settings.prompt};
          },
          [&](const generation::Written& written) { receive(public_form(written, model.tokenizer())); });
}

}  // namespace groel
