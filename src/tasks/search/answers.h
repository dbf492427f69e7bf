// What `groel search query` found, as text, CSV and JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "tasks/search/labels.h"

namespace groel::tasks {

struct Answer {
  std::string id;  ///< of the query
  std::vector<Hit> hits;
  std::vector<LabelScore> labels;
  std::optional<Error> error;
};

/// With `annotations` also labels.
std::string answers_text(const std::vector<Answer>& answers, const Annotations* annotations);
/// One row per hit; with `annotations` one row per label of a query.
std::string answers_csv(const std::vector<Answer>& answers, const Annotations* annotations);
nlohmann::ordered_json answers_json(const std::vector<Answer>& answers, const Annotations* annotations);

}  // namespace groel::tasks
