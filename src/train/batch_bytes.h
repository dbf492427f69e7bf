// Batches and losses as bytes, for ranks that train together.
#pragma once

#include "ranks/bytes.h"
#include "train/trainee.h"

namespace groel::train {

/// Without tracks (models/tracks.h), which no objective reads.
void put_batch(ranks::MessageWriter& to, const TrainBatch& batch);
TrainBatch get_batch(ranks::MessageReader& from);

void put_loss(ranks::MessageWriter& to, const LossSum& sum);
LossSum get_loss(ranks::MessageReader& from);

}  // namespace groel::train
