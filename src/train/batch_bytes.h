// Batches and losses as bytes, for ranks that train together.
#pragma once

#include "ranks/bytes.h"
#include "train/trainee.h"

namespace groel::train {

/// Without tracks (models/tracks.h), which no objective reads.
void put_batch(ranks::ByteWriter& to, const TrainBatch& batch);
TrainBatch get_batch(ranks::ByteReader& from);

void put_loss(ranks::ByteWriter& to, const LossSum& sum);
LossSum get_loss(ranks::ByteReader& from);

}  // namespace groel::train
