// groel example: embeds bundled proteins with a bundled model and prints a summary.
#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/vectors.h"
#include "base/resources.h"
#include "checkpoints/bundled.h"
#include "checkpoints/load.h"
#include "engine/masked_scan.h"
#include "engine/outputs.h"
#include "tasks/embed/records.h"
#include "tasks/reading/distribution.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

struct Neighbour {
  std::size_t index;
  double cosine;
};

Neighbour nearest_to(std::size_t i, const std::vector<Tensor>& vectors) {
  Neighbour best{i, -2.0};
  for (std::size_t j = 0; j < vectors.size(); ++j) {
    if (j == i) continue;
    const double similarity = analysis::cosine(vectors[i].values<float>(), vectors[j].values<float>());
    if (similarity > best.cosine) best = {j, similarity};
  }
  return best;
}

std::vector<Tensor> mean_vectors(const models::Model& model, const EmbedInput& input) {
  const int last = static_cast<int>(model.info().layers);
  std::vector<Tensor> out;
  for (const EmbedRecord& record : input.records) {
    if (record.error) throw Error(*record.error);
    const auto tokens = model.tokenizer().encode(input.sequences[static_cast<std::size_t>(record.distinct)]).ids;
    out.push_back(engine::outputs_of_one(model, tokens, {{last}, {bio::Output::mean}}).of(bio::Output::mean));
  }
  return out;
}

// One residue hidden, and the model's guesses.
struct Filled {
  std::string id;
  std::int64_t position = 30;  // a leucine of insulin's chain B
  std::string residue;
  std::vector<std::pair<std::string, double>> guesses;  // likeliest first
};

Filled fill_one(const models::Model& model, const EmbedInput& input) {
  const bio::Tokenizer& tokenizer = model.tokenizer();
  const EmbedRecord& record = input.records.front();
  const bio::Encoded encoded = tokenizer.encode(input.sequences[static_cast<std::size_t>(record.distinct)]);
  Filled out;
  out.id = record.id;
  out.residue = tokenizer.token(encoded.residue(out.position));
  bool asked = false;
  const auto source = [&](engine::ScanQuery& query) {
    query = {0, &encoded, {out.position}, {out.position}};
    return !std::exchange(asked, true);
  };
  const Choices choices(tokenizer, Choices::Scope::residues);
  engine::MaskedScan(model, {}).run(source, [&](const engine::ScanAnswer& answer) {
    if (answer.failure != nullptr) throw *answer.failure;
    const auto probabilities = choices.probabilities(answer.log_probabilities);
    for (const std::size_t choice : by_probability(probabilities))
      out.guesses.emplace_back(tokenizer.token(choices.ids()[choice]), probabilities[choice]);
  });
  return out;
}

nlohmann::json to_json(const Filled& filled) {
  nlohmann::json predictions = nlohmann::json::array();
  for (const auto& [token, p] : filled.guesses) predictions.push_back({{"token", token}, {"probability", p}});
  return {{"id", filled.id}, {"position", filled.position}, {"residue", filled.residue}, {"predictions", predictions}};
}

void print(const Filled& filled, std::ostream& out) {
  constexpr std::size_t kShown = 5;
  out << fmt::format("\nresidue {} of {} masked ({} in truth); the model's guesses:\n", filled.position, filled.id,
                     filled.residue);
  for (std::size_t i = 0; i < std::min(kShown, filled.guesses.size()); ++i) {
    const auto& [token, p] = filled.guesses[i];
    out << fmt::format("  {}{:>8.4f}  |{}|{}\n", token, p, bar(p, 30), token == filled.residue ? " *" : "");
  }
}

struct ExampleOptions : ThreadOptions {
  bool json = false;

  void declare(OptionBinder& to) {
    to(threads, threads_option());
    to(json, json_option());
  }
};

int run(const ExampleOptions& options, Context& context) {
  const auto fasta = find_resource("examples/proteins.fasta");
  if (!fasta)
    throw Error(
        ErrorKind::not_found,
        {"the example proteins are not installed", {}, "set GROEL_HOME to GroEL's share folder or source tree"});
  const std::string model(checkpoints::bundled_models().front().name);
  const auto loaded = checkpoints::load_model(find_model(model, context.sink));
  const EmbedInput input = read_embed_input({{fasta->string()}, {}, LongPolicy::error}, *loaded.model);
  const std::vector<Tensor> vectors = mean_vectors(*loaded.model, input);
  nlohmann::json rows = nlohmann::json::array();
  for (std::size_t i = 0; i < input.records.size(); ++i) {
    const Neighbour neighbour = nearest_to(i, vectors);
    rows.push_back({{"id", input.records[i].id},
                    {"length", input.records[i].length},
                    {"nearest", input.records[neighbour.index].id},
                    {"cosine", neighbour.cosine}});
  }
  const Filled filled = fill_one(*loaded.model, input);
  if (options.json) {
    const nlohmann::json all{{"model", model}, {"proteins", rows}, {"masked", to_json(filled)}};
    context.out << all.dump(2) << '\n';
    return 0;
  }
  context.out << fmt::format("{} embedded by {} (mean over residues, width {})\n\n{:<26}{:>8}   {:<26}{:>8}\n",
                             counted(rows.size(), "protein"), model, vectors.front().count(), "protein", "length",
                             "nearest neighbour", "cosine");
  for (const auto& row : rows)
    context.out << fmt::format("{:<26}{:>8}   {:<26}{:>8.4f}\n", row["id"].get<std::string>(), row["length"].get<int>(),
                               row["nearest"].get<std::string>(), row["cosine"].get<double>());
  print(filled, context.out);
  context.out << fmt::format(
      "\n{} is small and has seen little. With a larger model (`groel models` lists them) and your own proteins:\n"
      "  groel embed my.fasta -m facebook/esm2_t33_650M_UR50D -o proteins.h5\n"
      "docs/start.md goes on from here by question: compare, annotate, rank mutants, classify, look at contacts.\n",
      model);
  return 0;
}

}  // namespace

Task example_task() {
  return {.name = "example",
          .summary = "Embed famous proteins with the bundled model, show each one's nearest neighbour, and fill a mask",
          .description = "What ./run does without arguments.",
          .examples = {{"groel example", "a table"}},
          .options = option_table<ExampleOptions>(),
          .run = entry<ExampleOptions, run>};
}

}  // namespace groel::tasks
