// Reads pairs and the sequences of their proteins.
#include "tasks/pairs/material.h"

#include "base/words.h"
#include "interactions/sequences.h"

namespace groel::tasks {

PairsOfRun read_pairs_of_run(const PairReadingPlan& plan, Sink& sink) {
  if (plan.files.empty()) throw Error(ErrorKind::usage, {"FILES is missing", "--data", "name a table of pairs"});
  if (plan.input.sequences.empty())
    throw Error(ErrorKind::usage, {"FILES is missing", "--sequences", "name the sequences of the pairs' proteins"});
  const interactions::ProteinSequences sequences(plan.input.sequences);
  for (const std::string& note : sequences.notes()) sink.warning(note);
  interactions::PairReading reading{{plan.input.pair_columns, plan.label_columns}, plan.min_score};
  reading.known = [&](std::string_view id) { return sequences.has(id); };
  interactions::ReadPairs read = interactions::read_pairs(plan.files, reading);
  PairsOfRun out{std::move(read.table), std::move(read.counts), {}};
  for (const std::string& id : out.table.proteins) out.sequences.push_back(sequences.of(id));
  sink.note(fmt::format("{} give {} of {}{}", counted(out.counts.rows, "row"), counted(out.table.pairs.size(), "pair"),
                        counted(out.table.proteins.size(), "protein"),
                        out.table.labels.empty() ? "" : ", labels: " + listed(out.table.labels, 12)));
  for (const std::string& sentence : out.counts.sentences()) sink.note(sentence);
  return out;
}

std::unique_ptr<train::VectorSource> protein_vectors(const PairsOfRun& pairs, const VectorsOfModel& of,
                                                     std::int64_t most_residues, const VectorKeeping& keeping,
                                                     Sink& sink) {
  const bio::Tokenizer& tokenizer = of.model.model->tokenizer();
  const auto encode = [&](std::int64_t protein) {
    const auto at = static_cast<std::size_t>(protein);
    try {
      return tokenizer.encode(pairs.sequences[at].substr(0, static_cast<std::size_t>(most_residues)));
    } catch (const Error& error) {
      throw error.at("protein " + pairs.table.proteins[at]);
    }
  };
  std::int64_t cropped = 0;
  for (const std::string& sequence : pairs.sequences)
    cropped += static_cast<std::int64_t>(sequence.size()) > most_residues ? 1 : 0;
  if (cropped > 0)
    sink.note(fmt::format("{} longer than {} residues: the start counts",
                          counted(cropped, "protein is", "proteins are"), most_residues));
  return vectors_of(of, {static_cast<std::int64_t>(pairs.sequences.size()), encode}, keeping, sink);
}

train::PairSet pair_set(const interactions::PairTable& table, const std::vector<std::int64_t>& which) {
  train::PairSet out;
  const auto labels = static_cast<std::int64_t>(table.labels.size());
  std::vector<float> targets;
  for (const std::int64_t pair : which) {
    const interactions::Pair& one = table.pairs[static_cast<std::size_t>(pair)];
    out.first.push_back(static_cast<std::int32_t>(one.first));
    out.second.push_back(static_cast<std::int32_t>(one.second));
    for (std::int64_t label = 0; label < labels; ++label)
      targets.push_back(table.has(static_cast<std::size_t>(pair), static_cast<std::size_t>(label)) ? 1.0F : 0.0F);
  }
  out.targets = Tensor::of<float>({out.size(), labels}, std::span<const float>(targets));
  return out;
}

ops::Neighbours links_of(const interactions::PairTable& table, const std::vector<std::int64_t>& which) {
  std::vector<std::vector<std::int32_t>> of(table.proteins.size());
  for (const std::int64_t pair : which) {
    const interactions::Pair& one = table.pairs[static_cast<std::size_t>(pair)];
    of[one.first].push_back(static_cast<std::int32_t>(one.second));
    of[one.second].push_back(static_cast<std::int32_t>(one.first));
  }
  std::vector<std::int32_t> bounds{0}, nodes;
  for (const auto& one : of) {
    nodes.insert(nodes.end(), one.begin(), one.end());
    bounds.push_back(static_cast<std::int32_t>(nodes.size()));
  }
  const auto ints = [](const std::vector<std::int32_t>& values) {
    return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span<const std::int32_t>(values));
  };
  return {ints(bounds), ints(nodes)};
}

}  // namespace groel::tasks
