// Objectives on labelled sequences and residues.
#pragma once

#include <memory>

#include "models/classifier.h"
#include "train/model_trainee.h"

namespace groel::train {

/// Hugging Face's losses: cross entropy of classes, binary cross entropy of several labels at once, squared error of a
/// regression. TrainBatch::targets: [B] i32 (one label a sequence), [T] i32 (a label a token, kNoTarget: none), or [B,
/// C] f32 (several labels, or numbers; each of the B·C counts as a target). Errors: as make_mlm.
std::unique_ptr<Trainee> make_classifier(engine::Checkpoint checkpoint, const models::TrainingPlan& plan = {});

/// Names the tensors of the head alone, to train on a frozen trunk.
inline bool is_head(std::string_view name) { return name.starts_with("classifier."); }

}  // namespace groel::train
