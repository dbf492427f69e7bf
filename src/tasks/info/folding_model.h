// What groel info says of a model that predicts structures.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tasks/task.h"

namespace groel::tasks {

/// Loads a network that folds sequences strictly and describes it. Errors: as structure_models::load_sequence_network.
nlohmann::ordered_json describe_sequence_network(const std::filesystem::path& path, const std::string& dtype);
/// The same for people.
void print_sequence_network(const nlohmann::ordered_json& info, std::ostream& out);

/// A network that predicts the structures of jobs: its weights, checked by names and shapes. Errors: those of its
/// reader.
nlohmann::ordered_json describe_structure_network(const std::filesystem::path& path);
void print_structure_network(const nlohmann::ordered_json& info, std::ostream& out);

}  // namespace groel::tasks
