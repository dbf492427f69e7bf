// What a head learns from: vectors of the sequences of a run, and what is true of them.
#pragma once

#include "tasks/train/label_run.h"
#include "tasks/train/vectors.h"
#include "train/vector_data.h"

namespace groel::tasks {

/// A part of the data.
struct LabelledVectors {
  std::unique_ptr<train::VectorSource> source;  ///< none: the part is empty
  train::VectorTargets targets;

  std::int64_t sequences() const { return source ? source->sequences() : 0; }
};

/// How vectors come about.
struct HeadVectors {
  const checkpoints::LoadedModel& model;
  bool one_hot;  ///< then they are made when they are read
  std::string name;
  bio::Output output;
  int layer;
  std::int64_t most_residues;  ///< of a sequence, from its start
};

/// Sequences of a corpus as the head's model reads them: the starts of long ones.
SequenceList sequences_of(const train::Corpus& corpus, const bio::Tokenizer& tokenizer, std::int64_t most_residues);
LabelledVectors head_part(const train::LabelledSet& set, const models::Classification& classes,
                          const HeadVectors& vectors, const VectorKeeping& keeping, Sink& sink);
/// Of a set's sequences as they are cut.
train::VectorTargets head_targets(const train::LabelledSet& set, const models::Classification& classes,
                                  std::int64_t most_residues);

/// [C] f32: what errors of a class count, so that all classes do alike; of several labels, of their positives (100 at
/// most). Undefined for numbers.
Tensor balanced_weights(const train::LabelledSet& set, const models::Classification& classes);

}  // namespace groel::tasks
