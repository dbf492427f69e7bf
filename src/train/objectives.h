// Training objectives on labelled sequences and residues.
#pragma once

#include <memory>

#include "models/classifier.h"
#include "train/model_trainee.h"

namespace groel::train {

/// Hugging Face's losses: cross entropy of classes, binary cross entropy of several labels at once, squared error of a
/// regression. TrainBatch::targets: [B] i32 (one label per sequence), [T] i32 (one per token, kNoTarget: none), or [B,
/// C] f32 (several labels, or numbers; each of the B·C counts as a target). Where the head alone is trained, the trunk
/// runs as at inference, without dropout, or not at all for a batch that has features. Errors: as make_mlm.
std::unique_ptr<ModelTrainee> make_classifier(checkpoints::Checkpoint checkpoint,
                                              const models::TrainingPlan& plan = {});

/// Names the tensors of heads alone, to train on a frozen trunk.
inline bool is_head(const nn::Parameter& parameter) { return parameter.place.head; }

/// Gives a checkpoint a head for these classes in Hugging Face's terms: architecture, id2label, label2id, problem_type,
/// new weights under "classifier.". A language-model head is taken off. A checkpoint that has a head for them already
/// is left as it is: returns false.
bool add_head(checkpoints::Checkpoint& checkpoint, const models::Classification& classes, std::uint64_t seed);
/// What the head of a model, or of a checkpoint's configuration, tells apart; nothing where it has none.
std::optional<models::Classification> head_of(const models::Model& model);
std::optional<models::Classification> head_of(const checkpoints::Checkpoint& checkpoint);

}  // namespace groel::train
