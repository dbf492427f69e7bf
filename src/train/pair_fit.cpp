// The loop over epochs of pairs.
#include "train/pair_fit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>

#include "autograd/functions.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "nn/training.h"
#include "ops/compare.h"
#include "ops/losses.h"
#include "train/corpus.h"
#include "train/optimizer.h"

namespace groel::train {
namespace {

using Places = std::vector<std::int32_t>;

constexpr std::uint64_t kOrder = 0x6f726472;    // "ordr"
constexpr std::uint64_t kDropout = 0x64726f70;  // "drop"
constexpr std::int64_t kProteins = 128;         // encoded at a time, of networks that read residues
constexpr std::ptrdiff_t kPairs = 4096;         // predicted at a time

Tensor ints(const Places& values) {
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span<const std::int32_t>(values));
}

// Vectors of some proteins, one after the other.
nn::ProteinInput input_of(const VectorSource& proteins, std::span<const std::int32_t> which) {
  Places bounds{0};
  for (const std::int32_t protein : which)
    bounds.push_back(bounds.back() + static_cast<std::int32_t>(proteins.rows(protein)));
  Tensor features = Tensor::empty({bounds.back(), proteins.width()});
  for (std::size_t i = 0; i < which.size(); ++i)
    proteins.read(which[i], features.mutable_data<float>() + bounds[i] * proteins.width());
  return {features, ints(bounds)};
}

Places all_proteins(const VectorSource& proteins) {
  Places out(static_cast<std::size_t>(proteins.sequences()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int32_t>(i);
  return out;
}

// The proteins of some pairs, each once, and the pairs by their places among these.
struct Batch {
  Places proteins, first, second;
};
Batch batch_of(const PairSet& pairs, std::span<const std::int64_t> which) {
  Batch out;
  std::unordered_map<std::int32_t, std::int32_t> places;
  const auto place = [&](std::int32_t protein) {
    const auto [found, is_new] = places.try_emplace(protein, static_cast<std::int32_t>(out.proteins.size()));
    if (is_new) out.proteins.push_back(protein);
    return found->second;
  };
  for (const std::int64_t pair : which) {
    out.first.push_back(place(pairs.first[static_cast<std::size_t>(pair)]));
    out.second.push_back(place(pairs.second[static_cast<std::size_t>(pair)]));
  }
  return out;
}

Tensor targets_of(const PairSet& pairs, std::span<const std::int64_t> which) {
  const std::int64_t labels = pairs.targets.size(1);
  Tensor out = Tensor::empty({static_cast<std::int64_t>(which.size()), labels});
  for (std::size_t i = 0; i < which.size(); ++i)
    std::copy_n(pairs.targets.data<float>() + which[i] * labels, labels,
                out.mutable_data<float>() + static_cast<std::int64_t>(i) * labels);
  return out;
}

// All proteins as the network encodes them.
Tensor encoded(const nn::PairNetwork& network, const VectorSource& proteins, const ops::Neighbours& links) {
  const Places all = all_proteins(proteins);
  if (!network.reads_residues()) {
    nn::ProteinInput input = input_of(proteins, all);
    input.links = links;
    return network.proteins(input);
  }
  std::vector<Tensor> parts;
  std::int64_t rows = 0;
  for (std::size_t at = 0; at < all.size(); at += kProteins) {
    check_interrupted();
    const auto some = std::span(all).subspan(at, std::min<std::size_t>(kProteins, all.size() - at));
    parts.push_back(network.proteins(input_of(proteins, some)));
    rows += parts.back().size(0);
  }
  Tensor out = Tensor::empty({rows, parts.front().size(1)});
  std::int64_t to = 0;
  for (const Tensor& part : parts) {
    out.rows(to, to + part.size(0)).copy_from(part);
    to += part.size(0);
  }
  return out;
}

class Fitting {
 public:
  Fitting(const PairMaterial& material, const PairFitOptions& options)
      : material_(material), options_(options), network_(nn::make_pair_network(options.shape)) {
    nn::draw(*network_, options.seed);
    if (!network_->reads_residues()) set_scale();
    tree_ = nn::tree_of(*network_);
    nn::make_gradients(tree_, [](const nn::Parameter&) { return true; });
    for (const nn::Tree::Node& node : tree_.modules)
      node.module->ready({ops::Precision::f32, true, nn::InputGradient::needed});
    std::vector<TrainedParameter> parameters;
    for (const nn::Parameter& p : tree_.parameters)
      parameters.push_back({p.name, *p.slot, p.gradient == nullptr ? Tensor() : *p.gradient, p.role, p.place});
    OptimizerOptions optimizer;
    optimizer.weight_decay = options.weight_decay;
    optimizer_ = make_optimizer(optimizer, std::move(parameters));
    if (!network_->reads_residues()) {
      all_ = input_of(material.proteins, all_proteins(material.proteins));
      all_.links = material.links;
    }
  }

  PairFit run(Sink& sink) {
    const auto begin = std::chrono::steady_clock::now();
    PairFit out;
    std::vector<Tensor> kept;
    for (std::int64_t epoch = 0; epoch < options_.epochs; ++epoch) {
      const double loss = learn(epoch);
      const Tensor proteins = encoded(*network_, material_.proteins, material_.links);
      std::vector<double> valid =
          pair_probabilities(*network_, proteins, material_.valid.first, material_.valid.second);
      std::vector<double> test = pair_probabilities(*network_, proteins, material_.test.first, material_.test.second);
      out.epochs.push_back({loss, f1(material_.valid, valid), f1(material_.test, test)});
      if (out.epochs.back().test_f1 > out.epochs[out.best_on_test].test_f1) out.best_on_test = out.epochs.size() - 1;
      if (epoch == 0 || out.epochs.back().valid_f1 > out.epochs[out.best].valid_f1) {
        out.best = out.epochs.size() - 1;
        out.valid = std::move(valid);
        out.test = std::move(test);
        kept.clear();
        for (const nn::Parameter& p : tree_.parameters) kept.push_back(p.slot->clone());
      }
      out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      tell(out, sink);
      if (options_.patience > 0 && epoch - static_cast<std::int64_t>(out.best) >= options_.patience) break;
    }
    sink.progress_done();
    out.network = with(kept);
    for (std::size_t i = 0; i < kept.size(); ++i) out.tensors.push_back({tree_.parameters[i].name, kept[i]});
    return out;
  }

 private:
  static double f1(const PairSet& pairs, const std::vector<double>& probabilities) {
    return micro_f1(pairs.targets.values<float>(), probabilities);
  }

  // Of the proteins that are learned from.
  void set_scale() {
    Places seen = material_.train.first;
    seen.insert(seen.end(), material_.train.second.begin(), material_.train.second.end());
    std::ranges::sort(seen);
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    nn::set_pair_scale(*network_, input_of(material_.proteins, seen).features);
  }

  double learn(std::int64_t epoch) {
    const std::vector<std::int64_t> order =
        shuffled(material_.train.size(), derive_key(options_.seed, kOrder, static_cast<std::uint64_t>(epoch)));
    const auto size = static_cast<std::size_t>(options_.batch);
    double loss = 0;
    for (std::size_t at = 0; at < order.size(); at += size) {
      check_interrupted();
      loss += step(std::span(order).subspan(at, std::min(size, order.size() - at)));
    }
    return loss / static_cast<double>(material_.train.size() * options_.shape.outputs);
  }

  // The sum of the losses.
  double step(std::span<const std::int64_t> which) {
    Batch batch = batch_of(material_.train, which);
    const Tensor targets = targets_of(material_.train, which);
    nn::ProteinInput input = all_;
    if (network_->reads_residues()) {
      input = input_of(material_.proteins, batch.proteins);
    } else {  // all of them, by their own places
      for (std::int32_t& place : batch.first) place = batch.proteins[static_cast<std::size_t>(place)];
      for (std::int32_t& place : batch.second) place = batch.proteins[static_cast<std::size_t>(place)];
    }
    autograd::Tape tape;
    double sum = 0;
    {
      const autograd::Recording recording(&tape,
                                          derive_key(options_.seed, kDropout, static_cast<std::uint64_t>(steps_)));
      const Tensor logits = network_->pairs(network_->proteins(input), ints(batch.first), ints(batch.second));
      const ops::Loss loss = ops::binary_cross_entropy(logits, targets, 1 / static_cast<double>(targets.count()));
      sum = loss.sum;
      tape.add(logits, loss.gradient);
    }
    if (!std::isfinite(sum))
      throw Error(ErrorKind::usage, {"the loss is no finite number any more", "`learning_rate`", "lower it"});
    tape.backward();
    optimizer_->step({options_.rate, 1, ++steps_});
    nn::repack(tree_);
    return sum;
  }

  void tell(const PairFit& so_far, Sink& sink) const {
    const std::string detail =
        fmt::format("loss {:.3f}, validation F1 {:.3f}", so_far.epochs.back().loss, so_far.epochs.back().valid_f1);
    Progress progress;
    progress.phase = options_.phase;
    progress.done = static_cast<std::int64_t>(so_far.epochs.size());
    progress.total = options_.epochs;
    progress.seconds = so_far.seconds;
    progress.unit = "epochs";
    progress.detail = detail;
    sink.progress(progress);
  }

  // A network of its own with those tensors.
  std::unique_ptr<nn::PairNetwork> with(const std::vector<Tensor>& tensors) const {
    auto out = nn::make_pair_network(options_.shape);
    const nn::Tree tree = nn::tree_of(*out);
    for (std::size_t i = 0; i < tensors.size(); ++i) *tree.parameters[i].slot = tensors[i].clone();
    nn::ready(tree, ops::Precision::f32);
    return out;
  }

  const PairMaterial& material_;
  const PairFitOptions& options_;
  std::unique_ptr<nn::PairNetwork> network_;
  nn::Tree tree_;
  nn::ProteinInput all_;  // of networks that read vectors
  std::unique_ptr<Optimizer> optimizer_;
  std::int64_t steps_ = 0;
};

}  // namespace

double micro_f1(std::span<const float> truth, std::span<const double> probabilities) {
  GROEL_REQUIRE(truth.size() == probabilities.size());
  double hits = 0, predicted = 0, positives = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool yes = probabilities[i] >= 0.5, is = truth[i] > 0.5F;
    hits += yes && is ? 1 : 0;
    predicted += yes ? 1 : 0;
    positives += is ? 1 : 0;
  }
  return predicted + positives > 0 ? 2 * hits / (predicted + positives) : 0;
}

PairFit fit_pairs(const PairMaterial& material, const PairFitOptions& options, Sink& sink) {
  if (options.epochs < 1) throw Error(ErrorKind::usage, {"it is a number of epochs", "`epochs`", "1 or more"});
  if (options.batch < 1) throw Error(ErrorKind::usage, {"it is a number of pairs", "`batch`", "1 or more"});
  return Fitting(material, options).run(sink);
}

std::vector<double> pair_probabilities(const nn::PairNetwork& network, const VectorSource& proteins,
                                       const ops::Neighbours& links, const PairSet& pairs) {
  return pair_probabilities(network, encoded(network, proteins, links), pairs.first, pairs.second);
}

std::vector<double> pair_probabilities(const nn::PairNetwork& network, const Tensor& encoded,
                                       const std::vector<std::int32_t>& first,
                                       const std::vector<std::int32_t>& second) {
  std::vector<double> out;
  const auto count = static_cast<std::ptrdiff_t>(first.size());
  for (std::ptrdiff_t at = 0; at < count; at += kPairs) {
    const std::ptrdiff_t end = std::min(count, at + kPairs);
    const Tensor logits = network.pairs(encoded, ints({first.begin() + at, first.begin() + end}),
                                        ints({second.begin() + at, second.begin() + end}));
    if (!ops::all_finite(logits))
      throw Error(ErrorKind::bad_model, {"the numbers of the network of pairs overflow: they are not finite",
                                         {},
                                         "its weights are damaged or far too large, though each is finite"});
    for (const float logit : logits.values<float>()) out.push_back(1 / (1 + std::exp(-double{logit})));
  }
  return out;
}

}  // namespace groel::train
