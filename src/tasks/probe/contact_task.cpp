// Learns contacts from attention maps, with and without prompts.
#include "tasks/probe/contact_task.h"

#include <algorithm>
#include <cmath>

#include "analysis/logistic.h"
#include "base/words.h"
#include "statistics/ranking.h"
#include "tasks/contacts/fit.h"
#include "tasks/reading/model.h"
#include "train/corpus.h"

namespace groel::tasks {
namespace {

constexpr FitFilter kFilter{20, 1022};

[[noreturn]] void fail(const std::string& name, const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::usage, {fmt::format("task '{}': {}", name, what), "--task", remedy});
}

double average_precision_of(const analysis::LogisticModel& head, const analysis::LogisticData& data) {
  std::vector<std::int64_t> truth(data.labels.begin(), data.labels.end());
  std::vector<double> scores;
  for (std::int64_t i = 0; i < data.samples(); ++i) {
    double score = head.bias;
    for (std::int64_t c = 0; c < data.width; ++c)
      score += head.weights[static_cast<std::size_t>(c)] * data.features[static_cast<std::size_t>(i * data.width + c)];
    scores.push_back(score);
  }
  return statistics::average_precision(truth, scores);
}

}  // namespace

ContactTask contact_task(const std::string& name, const nlohmann::json& fields) {
  ContactTask out;
  out.name = name;
  for (const auto& [field, value] : fields.items()) {
    if (field == "structures" && value.is_array())
      out.structures = value.get<std::vector<std::string>>();
    else if (field == "structures" && value.is_string())
      out.structures = {value.get<std::string>()};
    else if (field == "between" && value == "chains")
      out.between_chains = true;
    else if (field == "learned" && value.is_number())
      out.learned = value.get<double>();
    else if (field == "inverse-strength" && value.is_number())
      out.inverse_strength = value.get<double>();
    else
      fail(name, fmt::format("'{}' is {}", field, value.dump()),
           "its fields are structures (files), between = \"chains\", learned (0 to 1), inverse-strength (above 0)");
  }
  if (out.structures.empty()) fail(name, "there are no structures", "structures = [\"FILES\"]");
  if (!(out.learned > 0 && out.learned < 1)) fail(name, "learned lies between 0 and 1");
  if (!(out.inverse_strength > 0)) fail(name, "inverse-strength is above 0");
  return out;
}

std::vector<double> contact_scores(const ContactTask& task, const ContactRun& run, Context& context) {
  const std::vector<FitChain> chains = task.between_chains ? read_chain_pairs(task.structures, kFilter, context.sink)
                                                           : read_chains(task.structures, kFilter, context.sink);
  const auto count = static_cast<std::int64_t>(chains.size());
  if (count < 2)
    throw Error(ErrorKind::bad_input,
                {fmt::format("task '{}': {} cannot be learned from and held out", task.name, counted(count, "chain")),
                 task.structures.front(), "name more structures"});
  const auto loaded = load_named(run.options.model.value, run.options.dtype, context.sink, "exact", run.prompts);
  require_readable(*loaded.model, chains);
  const auto learned = std::clamp<std::int64_t>(std::llround(task.learned * static_cast<double>(count)), 1, count - 1);
  std::vector<double> out;
  for (std::int64_t seed = 0; seed < run.options.seeds; ++seed) {
    const auto order = train::shuffled(count, static_cast<std::uint64_t>(run.options.seed + seed));
    std::vector<FitChain> of, held_out;
    for (std::int64_t i = 0; i < count; ++i)
      (i < learned ? of : held_out).push_back(chains[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
    const analysis::LogisticData data = contact_samples(*loaded.model, of, {}, context.sink);
    require_both_kinds(data);
    const analysis::LogisticModel head = analysis::fit_logistic(
        data, {.penalty = analysis::LogisticOptions::Penalty::l2, .inverse_strength = task.inverse_strength});
    out.push_back(average_precision_of(head, contact_samples(*loaded.model, held_out, {}, context.sink)));
  }
  return out;
}

}  // namespace groel::tasks
