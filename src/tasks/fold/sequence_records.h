// The sequences of a run of groel fold, and the names of their files.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "structure_models/esmfold/sequence.h"
#include "tasks/fold/options.h"

namespace groel::tasks {

struct FoldRecord {
  std::string id, name;  ///< `name`: of its files
  std::string text;      ///< as it was read
  structure_models::EsmfoldSequence sequence;
  std::optional<Error> error;
  nlohmann::ordered_json row = nullptr;  ///< once it is folded

  std::int64_t length() const { return static_cast<std::int64_t>(sequence.input.types.size()); }
};

/// All records of --input; errors of one stay with it. The sink is told what was read as something else, and which
/// files get another name than their record's. Errors: those of the readers.
std::vector<FoldRecord> read_fold_records(const FoldOptions& options, Sink& sink);

}  // namespace groel::tasks
