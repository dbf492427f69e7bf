// Vectors of the sequences of a run: taken from those on disk, or computed and kept there.
#pragma once

#include <functional>
#include <memory>

#include "base/progress.h"
#include "bio/output.h"
#include "bio/tokenizer.h"
#include "checkpoints/load.h"
#include "train/vector_source.h"

namespace groel::tasks {

/// Which vectors of which model.
struct VectorsOfModel {
  const checkpoints::LoadedModel& model;
  std::string name;                        ///< of the model, for people
  bio::Output output = bio::Output::mean;  ///< or per_residue
  int layer = 0;
};

struct SequenceList {
  std::int64_t count = 0;
  std::function<bio::Encoded(std::int64_t)> sequence;
};

struct VectorKeeping {
  std::size_t in_memory = std::size_t{4} << 30;  ///< more go to a file in `folder`, gone when the vectors are
  std::filesystem::path folder;
  std::size_t on_disk = 0;  ///< bytes of all that is kept for later runs; 0: nothing is
  std::string what = "data";
};

/// Says in one line what was there and what was computed. Errors: as engine::Runner, naming the sequence; io;
/// interrupted, after what is computed has been kept.
std::unique_ptr<train::VectorSource> vectors_of(const VectorsOfModel& of, const SequenceList& sequences,
                                                const VectorKeeping& keeping, Sink& sink);

}  // namespace groel::tasks
