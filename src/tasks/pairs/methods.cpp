// Learns pairs in several ways.
#include "tasks/pairs/methods.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <set>

#include "analysis/linear_model.h"
#include "bio/descriptors.h"
#include "bio/residues.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kNumbers = bio::kDescriptors + static_cast<std::size_t>(bio::kOneHotWidth);
using Described = std::array<double, kNumbers>;

std::string words_of(const std::string& name) {
  if (name == kPairHead) return "hidden layer on the model's vectors";
  if (name == kFrozenHead) return "the same on the vectors of the model before it was fine-tuned";
  if (name == "descriptors") return "descriptors and logistic regression";
  if (name == "dnn-ppi") return "convolutions and an LSTM on residues (after DNN-PPI)";
  if (name == "pipr") return "residual recurrent convolutions on residues (after PIPR)";
  if (name == "gin") return "graph network on the model's vectors and the training pairs (after GNN-PPI)";
  return "the same with the places of all pairs known, as GNN-PPI has it";
}

// Ten descriptors, and the shares of the residues.
Described described(const std::string& sequence) {
  Described out{};
  std::ranges::copy(bio::descriptors(sequence), out.begin());
  for (const char letter : sequence)
    out[bio::kDescriptors + static_cast<std::size_t>(bio::one_hot_column(letter))] +=
        1 / static_cast<double>(sequence.size());
  return out;
}

// To mean 0 and deviation 1 over the proteins that are learned from.
void standardise(std::vector<Described>& all, const std::set<std::int32_t>& learned) {
  const auto count = static_cast<double>(learned.size());
  for (std::size_t i = 0; i < kNumbers; ++i) {
    double mean = 0, squares = 0;
    for (const std::int32_t protein : learned) mean += all[static_cast<std::size_t>(protein)][i] / count;
    for (const std::int32_t protein : learned)
      squares += std::pow(all[static_cast<std::size_t>(protein)][i] - mean, 2) / count;
    const double deviation = squares > 0 ? std::sqrt(squares) : 1;
    for (Described& one : all) one[i] = (one[i] - mean) / deviation;
  }
}

// p + q, |p - q|, p·q of each pair.
analysis::SparseRows pair_rows(const std::vector<Described>& all, const train::PairSet& pairs) {
  std::vector<double> out;
  for (std::size_t pair = 0; pair < pairs.first.size(); ++pair) {
    const Described &p = all[static_cast<std::size_t>(pairs.first[pair])],
                    &q = all[static_cast<std::size_t>(pairs.second[pair])];
    for (std::size_t i = 0; i < kNumbers; ++i) out.push_back(p[i] + q[i]);
    for (std::size_t i = 0; i < kNumbers; ++i) out.push_back(std::abs(p[i] - q[i]));
    for (std::size_t i = 0; i < kNumbers; ++i) out.push_back(p[i] * q[i]);
  }
  return analysis::dense_rows(out, 3 * kNumbers);
}

MethodResult regression(const MethodInput& input) {
  std::vector<Described> all;
  for (const std::string& sequence : input.pairs.sequences) all.push_back(described(sequence));
  std::set<std::int32_t> learned(input.train.first.begin(), input.train.first.end());
  learned.insert(input.train.second.begin(), input.train.second.end());
  standardise(all, learned);
  const auto truth = input.train.targets.values<float>();
  const std::vector<double> values(truth.begin(), truth.end());
  const analysis::LinearModel model = analysis::fit_linear(
      pair_rows(all, input.train), {analysis::LinearKind::labels, input.train.targets.size(1), {}, values}, {});
  MethodResult out;
  out.test = analysis::predict_linear(model, pair_rows(all, input.test));
  out.test_f1 = out.test_f1_of_best = train::micro_f1(input.test.targets.values<float>(), out.test);
  out.valid_f1 = train::micro_f1(input.valid.targets.values<float>(),
                                 analysis::predict_linear(model, pair_rows(all, input.valid)));
  return out;
}

train::PairFitOptions fit_options(const std::string& name, const MethodInput& input, const MethodSettings& settings) {
  constexpr std::int64_t kGraphEpochs = 10;  // for one of the networks on residues
  train::PairFitOptions out;
  out.seed = settings.seed;
  out.phase = name;
  out.shape.outputs = input.train.targets.size(1);
  out.shape.inputs = input.vectors.width();
  if (name == kPairHead || name == kFrozenHead) {
    out.shape = {"mlp", out.shape.inputs, out.shape.outputs, settings.hidden, settings.dropout};
    out.epochs = settings.epochs;
    out.patience = settings.patience;
    out.batch = settings.batch;
    out.rate = settings.rate;
    out.weight_decay = settings.weight_decay;
    return out;
  }
  out.epochs = settings.baseline_epochs;
  if (name.starts_with("gin")) {
    out.shape = {"gin", out.shape.inputs, out.shape.outputs, 256, 0.5};
    out.epochs *= kGraphEpochs;
    out.batch = 1024;
    return out;
  }
  out.shape = {name, input.residues.width(), out.shape.outputs, 64, 0.2};
  out.batch = 256;
  out.rate = 2e-3;
  return out;
}

MethodResult network(const std::string& name, const MethodInput& input, const MethodSettings& settings, Sink& sink) {
  const train::PairFitOptions options = fit_options(name, input, settings);
  ops::Neighbours links;
  if (options.shape.kind == "gin") {
    std::vector<std::int64_t> linked = input.split.train;
    if (name == "gin-all")
      for (const auto* part : {&input.split.valid, &input.split.test})
        linked.insert(linked.end(), part->begin(), part->end());
    links = links_of(input.pairs.table, linked);
  }
  const bool residues = options.shape.kind != "mlp" && options.shape.kind != "gin";
  train::PairFit fit = train::fit_pairs({residues            ? input.residues
                                         : name == kPairHead ? input.tuned
                                                             : input.vectors,
                                         links, input.train, input.valid, input.test},
                                        options, sink);
  MethodResult out;
  out.test = std::move(fit.test);
  out.valid_f1 = fit.epochs[fit.best].valid_f1;
  out.test_f1 = fit.epochs[fit.best].test_f1;
  out.test_f1_of_best = fit.epochs[fit.best_on_test].test_f1;
  out.epochs = std::move(fit.epochs);
  out.epoch = fit.best;
  out.network = std::move(fit.network);
  out.tensors = std::move(fit.tensors);
  return out;
}

}  // namespace

MethodResult run_method(const std::string& name, const MethodInput& input, const MethodSettings& settings, Sink& sink) {
  const auto begin = std::chrono::steady_clock::now();
  MethodResult out = name == "descriptors" ? regression(input) : network(name, input, settings, sink);
  out.name = name;
  out.words = words_of(name);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return out;
}

}  // namespace groel::tasks
