// Judges a predictor of pairs.
#include "tasks/pairs/evaluate.h"

#include <algorithm>

#include "engine/precision.h"
#include "predictors/pair_predictor.h"
#include "tasks/pairs/material.h"
#include "tasks/pairs/scores.h"
#include "train/duplicates.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// The bits of the table's labels as the predictor numbers them.
void take_labels_of(const std::vector<std::string>& labels, interactions::PairTable& table) {
  std::vector<std::size_t> place;
  for (const std::string& label : table.labels) {
    const auto found = std::ranges::find(labels, label);
    if (found == labels.end())
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the predictor has no label '{}'", label), "--data", "it has " + listed(labels)});
    place.push_back(static_cast<std::size_t>(found - labels.begin()));
  }
  if (place.empty())
    throw Error(ErrorKind::bad_input, {"nothing is said of the pairs", "--data", "a column of labels is needed"});
  for (interactions::Pair& pair : table.pairs) {
    std::uint32_t bits = 0;
    for (std::size_t bit = 0; bit < place.size(); ++bit)
      if ((pair.labels >> bit & 1) != 0) bits |= 1U << place[bit];
    pair.labels = bits;
  }
  table.labels = labels;
}

std::vector<interactions::SeenEnds> seen_ends(const PairsOfRun& pairs, const std::filesystem::path& folder) {
  const auto learned = train::read_learned(folder);
  if (learned.empty()) return {};
  std::vector<bool> known;
  for (const std::string& sequence : pairs.sequences) known.push_back(learned.contains(train::text_key(sequence)));
  std::vector<interactions::SeenEnds> out;
  for (const interactions::Pair& pair : pairs.table.pairs)
    out.push_back(static_cast<interactions::SeenEnds>((known[pair.first] ? 1 : 0) + (known[pair.second] ? 1 : 0)));
  return out;
}

void print(const ordered_json& scores, std::ostream& out) {
  const auto text = [](const ordered_json& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : std::string("-");
  };
  out << fmt::format("{:<18} {}\n", "pairs", scores["pairs"].dump());
  for (const auto& [name, value] : scores.items())
    if (value.is_object() && value.contains("value"))
      out << fmt::format("{:<18} {} [{}, {}]\n", name, text(value["value"]), text(value["low"]), text(value["high"]));
  if (scores.contains("seen_ends"))
    for (const auto& [name, group] : scores["seen_ends"].items())
      if (group["pairs"] > 0)
        out << fmt::format("{:<18} {} pairs: F1 {}, average precision {}\n", name + " seen", group["pairs"].dump(),
                           text(group["f1_micro"]), text(group["average_precision"]));
  if (scores.contains("per_label"))
    for (const ordered_json& row : scores["per_label"])
      out << fmt::format("{:<18} {} pairs: F1 {}, average precision {}, AUROC {}\n", row["label"].get<std::string>(),
                         row["positives"].dump(), text(row["f1"]), text(row["average_precision"]),
                         text(row["roc_auc"]));
}

}  // namespace

int evaluate_pairs(const EvaluateOptions& options, Context& context) {
  if (options.objective.size() != 1) throw Error(ErrorKind::usage, {"pairs are named by --data", {}, {}});
  const std::filesystem::path folder = options.model.value;
  const predictors::PairPredictor predictor(folder, engine::parse_precision(options.dtype));
  PairsOfRun pairs = read_pairs_of_run({options.data, options.pairs, options.label_column}, context.sink);
  take_labels_of(predictor.labels(), pairs.table);
  const checkpoints::Trunk& trunk = *predictor.card().trunk;
  const auto vectors = protein_vectors(pairs, {predictor.loaded(), trunk.model, bio::Output::mean, trunk.layer},
                                       predictor.card().max_residues, {.what = "proteins"}, context.sink);
  std::vector<std::int64_t> all(pairs.table.pairs.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  const train::PairSet set = pair_set(pairs.table, all);
  const std::vector<double> probabilities = train::pair_probabilities(predictor.network(), *vectors, {}, set);
  const auto seen = seen_ends(pairs, folder);
  const ordered_json scores =
      pair_scores({set, probabilities, predictor.labels(), seen}, static_cast<std::uint64_t>(options.seed));
  if (options.json)
    context.out << scores.dump(2) << '\n';
  else
    print(scores, context.out);
  return 0;
}

}  // namespace groel::tasks
