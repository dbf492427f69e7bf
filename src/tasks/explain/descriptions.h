// What features mean: a table of feature numbers and descriptions.
#pragma once

#include <map>
#include <string>

#include "base/progress.h"

namespace groel::tasks {

class Descriptions {
 public:
  Descriptions() = default;
  /// Columns: feature (or feature_index, feature_id, id, index, latent), and description (or text, summary, label,
  /// name, annotation). The sink is told of rows without a text and of features that do not exist. Errors: as
  /// io::read_table; bad_input for a feature that is no number, and for one that comes twice, naming lines.
  Descriptions(const std::string& path, std::int64_t features, Sink& sink);

  /// Empty where there is none.
  const std::string& of(std::int32_t feature) const;

 private:
  std::map<std::int64_t, std::string> texts_;
};

}  // namespace groel::tasks
