// A model that every rank of a run loads.
#pragma once

#include <memory>
#include <string>

#include "models/model.h"
#include "ranks/crew.h"

namespace groel::tasks {

/// Where this process leads several ranks: has the others load what it loads itself, and drop what it has no more.
/// Elsewhere it does nothing.
class RankedLoad {
 public:
  /// `work` of load_works, and what it needs to know.
  RankedLoad(const std::string& work, const ranks::Bytes& what);
  /// What came of it here: the others have to find the same.
  void done(const models::Model& model, const std::string& fingerprint) const;

 private:
  std::uint64_t number_ = 0;
  std::shared_ptr<std::string> fingerprint_;
};

/// The works by which the others load a model, load a predictor, and drop either.
ranks::RankWorks load_works();

}  // namespace groel::tasks
