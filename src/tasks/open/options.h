// The options of groel open, and the pages of the kinds of results.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct OpenOptions : ThreadOptions {
  std::vector<std::string> input;
  std::string output;
  bool overwrite = false, json = false;

  Standing standing() const { return overwrite ? Standing::replace : Standing::refuse; }
  void declare(OptionBinder& to);
};

/// What report::result_page shows. Notes are also said.
using ResultJson = nlohmann::json;

/// Of an embedding file; vectors are left out of the page where they are more than it should carry.
ResultJson opened_vectors(const std::string& path);
/// Of a file of contacts; none where it holds none.
std::optional<ResultJson> opened_contacts(const std::string& path);
/// Of a table: substitutions where it has their columns, vectors where it is one of those, else any.
ResultJson opened_table(const std::string& path);
/// Of JSON: the longest list of objects in it.
ResultJson opened_json(const std::string& path);

/// Rows of a page at most; more are left out, and said.
inline constexpr std::size_t kMostRows = 200'000;
/// Numbers that a page carries at most: 64 MB as text.
inline constexpr std::size_t kMostNumbers = 12'000'000;

/// f32, little-endian, in base64.
std::string base64_floats(std::span<const float> values);
/// "by groel-5m", out of what a file says of its run; nothing where it says nothing.
void add_run(ResultJson& to, const nlohmann::json& run);

}  // namespace groel::tasks
