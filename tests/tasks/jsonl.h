// Reading what `groel embed -f jsonl` prints.
#pragma once

#include <nlohmann/json.hpp>
#include <sstream>

#include "support/program.h"

namespace groel::testing {

using nlohmann::json;

inline std::vector<json> json_lines(const std::string& text) {
  std::vector<json> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line));
  return out;
}

/// The item of a kind (and a layer, unless -1) in a record; null when it is not there.
inline json item(const json& record, const std::string& kind, int layer = -1) {
  for (const json& candidate : record.at("items"))
    if (candidate.at("kind") == kind && (layer < 0 || candidate.at("layer") == layer)) return candidate;
  return nullptr;
}

inline std::vector<float> values(const json& record, const std::string& kind, int layer = -1) {
  const json found = item(record, kind, layer);
  return found.is_null() ? std::vector<float>{} : found.at("values").get<std::vector<float>>();
}

/// Runs `groel embed INPUT… -f jsonl` with more arguments and reads what it prints.
inline std::vector<json> embed_lines(std::vector<std::string> arguments, const Process::Setup& setup = {},
                                     int expected_exit = 0) {
  arguments.insert(arguments.begin(), "embed");
  arguments.insert(arguments.end(), {"-f", "jsonl"});
  if (std::find(arguments.begin(), arguments.end(), "-m") == arguments.end())
    arguments.insert(arguments.end(), {"-m", kEsm2});
  const Outcome outcome = groel(arguments, setup);
  EXPECT_EQ(outcome.exit, expected_exit) << outcome;
  return json_lines(outcome.out);
}

}  // namespace groel::testing
