// What a training on pairs found, as a table for people, a page and JSON.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace groel::tasks {

/// Means and standard deviations over the runs of `found["runs"]`, by method, put into `found["methods"]`.
void sum_up_pairs(nlohmann::ordered_json& found);
/// A row for each method.
std::string pairs_table(const nlohmann::ordered_json& found);
/// report.html and report.json in `folder`. Errors: io.
void write_pairs_report(const nlohmann::ordered_json& found, const std::filesystem::path& folder,
                        const std::string& title);

}  // namespace groel::tasks
