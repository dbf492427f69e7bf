// Sequences folded by any rank of several.
#pragma once

#include <optional>
#include <string>

#include "ranks/crew.h"
#include "structure_models/sequence_network.h"

namespace groel::tasks {

/// The leader's: all ranks have the same network.
class RankedFold {
 public:
  /// `name` and `dtype`: as the command has them. `own` outlives it.
  RankedFold(ranks::Crew& crew, const structure_models::SequenceNetwork& own, const std::string& name,
             const std::string& dtype);
  ~RankedFold();
  RankedFold(const RankedFold&) = delete;
  RankedFold& operator=(const RankedFold&) = delete;

  struct Folded {
    std::optional<Error> error;  ///< of this sequence
    structure_models::SequenceStructure structure;
    double seconds = 0;
  };
  struct Work {
    std::int64_t recycles = 0;
    std::optional<std::int64_t> chunk;                            ///< rows of pairs that are worked on at a time
    std::function<const structure_models::EsmfoldInput*()> next;  ///< null: none are left
    std::function<void(Folded)> take;                             ///< in order
  };
  void run(const Work& work);

 private:
  ranks::Crew& crew_;
};

/// The works: loading the model, and folding a sequence.
ranks::RankWorks folding_works();

}  // namespace groel::tasks
