// What groel info says of a model that predicts structures.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tasks/task.h"

namespace groel::tasks {

/// Loads an ESMFold strictly and describes it. Errors: as structure_models::load_esmfold.
nlohmann::ordered_json describe_esmfold(const std::filesystem::path& path, const std::string& dtype);
/// The same for people.
void print_esmfold(const nlohmann::ordered_json& info, std::ostream& out);

}  // namespace groel::tasks
