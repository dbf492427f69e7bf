// Gathers vectors and targets for heads.
#include "tasks/train/head_material.h"

#include <algorithm>

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

std::vector<std::string> texts_of(const train::Corpus& corpus, const bio::Tokenizer& tokenizer,
                                  std::int64_t most_residues) {
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < corpus.size(); ++i) {
    std::string& text = out.emplace_back();
    for (const std::uint16_t id : corpus[i]) {
      if (static_cast<std::int64_t>(text.size()) == most_residues) break;
      const std::string& token = tokenizer.token(id);
      text += token.size() == 1 ? token[0] : 'X';
    }
  }
  return out;
}

train::VectorTargets residue_targets(const train::LabelledSet& set, std::int64_t most_residues) {
  std::vector<std::int32_t> kept;
  auto from = set.classes.begin();
  for (std::int64_t i = 0; i < set.corpus.size(); ++i) {
    const std::int64_t length = set.corpus.length(i);
    kept.insert(kept.end(), from, from + std::min(length, most_residues));
    from += length;
  }
  return {Tensor::of<std::int32_t>({static_cast<std::int64_t>(kept.size())}, std::span<const std::int32_t>(kept)),
          nn::LabelsOf::residues};
}

}  // namespace

SequenceList sequences_of(const train::Corpus& corpus, const bio::Tokenizer& tokenizer, std::int64_t most_residues) {
  return {corpus.size(), [&corpus, &tokenizer, most_residues](std::int64_t i) {
            const auto all = corpus[i];
            const auto cut = all.first(std::min(all.size(), static_cast<std::size_t>(most_residues)));
            bio::Encoded out;
            out.ids = tokenizer.with_ends(std::vector<std::int32_t>(cut.begin(), cut.end()));
            out.map = tokenizer.residue_map(out.ids);
            return out;
          }};
}

train::VectorTargets head_targets(const train::LabelledSet& set, const Classification& classes,
                                  std::int64_t most_residues) {
  if (classes.label_of == LabelOf::token) return residue_targets(set, most_residues);
  const std::int64_t count = set.corpus.size();
  if (classes.problem != Problem::single_label)
    return {Tensor::of<float>({count, set.columns}, std::span<const float>(set.values)), nn::LabelsOf::sequences};
  const std::vector<std::int32_t> numbers(set.values.begin(), set.values.end());
  return {Tensor::of<std::int32_t>({count}, std::span<const std::int32_t>(numbers)), nn::LabelsOf::sequences};
}

LabelledVectors head_part(const train::LabelledSet& set, const Classification& classes, const HeadVectors& vectors,
                          const VectorKeeping& keeping, Sink& sink) {
  LabelledVectors out;
  if (set.corpus.size() == 0) return out;
  const bio::Tokenizer& tokenizer = vectors.model.model->tokenizer();
  out.targets = head_targets(set, classes, vectors.most_residues);
  out.source = vectors.one_hot ? train::one_hot_residues(texts_of(set.corpus, tokenizer, vectors.most_residues))
                               : vectors_of({vectors.model, vectors.name, vectors.output, vectors.layer},
                                            sequences_of(set.corpus, tokenizer, vectors.most_residues), keeping, sink);
  return out;
}

Tensor balanced_weights(const train::LabelledSet& set, const Classification& classes) {
  if (classes.problem == Problem::regression) return {};
  constexpr double kMost = 100;
  const auto count = static_cast<double>(classes.labels.size());
  double all = static_cast<double>(set.corpus.size());
  if (classes.problem == Problem::single_label) {
    all = 0;
    for (const std::int64_t one : set.counts) all += static_cast<double>(one);
  }
  return Tensor::computed({static_cast<std::int64_t>(classes.labels.size())}, Device::cpu, [&](std::span<float> to) {
    for (std::size_t c = 0; c < to.size(); ++c) {
      const auto here = static_cast<double>(std::max<std::int64_t>(1, set.counts[c]));
      const double weight =
          classes.problem == Problem::single_label ? all / (count * here) : std::clamp((all - here) / here, 1.0, kMost);
      to[c] = static_cast<float>(weight);
    }
  });
}

}  // namespace groel::tasks
