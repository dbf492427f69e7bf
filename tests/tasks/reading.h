// What the tests of fill-mask, score and perplexity share.
#pragma once

#include <fmt/core.h>

#include <cmath>
#include <map>
#include <sstream>

#include "support/golden.h"
#include "tasks/jsonl.h"

namespace groel::testing {

/// Runs a command with --json on the small model and reads what it prints.
inline json groel_json(std::vector<std::string> arguments, int expected_exit = 0) {
  if (std::find(arguments.begin(), arguments.end(), "-m") == arguments.end())
    arguments.insert(arguments.end(), {"-m", kEsm2});
  arguments.emplace_back("--json");
  const Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, expected_exit) << outcome;
  return outcome.out.empty() ? json() : json::parse(outcome.out);
}

inline std::vector<double> softmax(std::vector<double> logits) {
  double sum = 0;
  for (double& value : logits) sum += value = std::exp(value);
  for (double& value : logits) value /= sum;
  return logits;
}

/// Softmax of row `position` (1-based) of a record's logits, over the vocabulary.
inline std::vector<double> softmax_of(const json& record, std::size_t position) {
  constexpr std::size_t kWidth = 33;
  const auto all = values(record, "logits");
  return softmax({all.begin() + static_cast<std::ptrdiff_t>((position - 1) * kWidth),
                  all.begin() + static_cast<std::ptrdiff_t>(position * kWidth)});
}

/// What `groel embed` says of residue `position` of a sequence.
inline std::vector<double> embedded_softmax(const std::string& sequence, std::size_t position) {
  const auto records =
      embed_lines({"-", "-i", "logits"}, {.folder = "", .input = ">a\n" + sequence + "\n", .environment = {}});
  return softmax_of(records.at(0), position);
}

/// Index of a residue in ESM's vocabulary.
inline std::size_t token_index(char residue) { return 4 + std::string("LAGVSERTIDPKQNFYMHWCXBUZO.-").find(residue); }

/// log p of each residue of a sequence when it is masked, from `groel embed` of the masked copies.
inline std::vector<double> masked_log_probabilities(const std::string& sequence) {
  std::string copies;
  for (std::size_t i = 0; i < sequence.size(); ++i)
    copies += fmt::format(">{}\n{}<mask>{}\n", i, sequence.substr(0, i), sequence.substr(i + 1));
  const auto records = embed_lines({"-", "-i", "logits"}, {.folder = "", .input = copies, .environment = {}});
  std::vector<double> out;
  for (std::size_t i = 0; i < sequence.size(); ++i)
    out.push_back(std::log(softmax_of(records.at(i), i + 1)[token_index(sequence[i])]));
  return out;
}

/// Rows of CSV without quotes, split at commas.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  std::vector<std::vector<std::string>> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> row;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find(',', at), line.size());
      row.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    out.push_back(row);
  }
  return out;
}

}  // namespace groel::testing
