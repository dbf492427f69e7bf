// Which of the proteins that were written are kept, and how many were not, by why.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "generation/generator.h"
#include "tasks/generate/options.h"
#include "tasks/generate/proteins.h"

namespace groel::tasks {

/// Whether any protein could be left out.
bool chooses(const GenerateOptions& options);

/// Refers to options and settings, which outlive it.
class Choice {
 public:
  Choice(const GenerateOptions& options, const generation::GenerationSettings& settings)
      : options_(options), settings_(settings) {}

  /// Counts what is left out; of --unique it knows all that it took.
  bool takes(const Protein& protein);
  /// A protein of an earlier run.
  void know(const std::string& sequence);
  /// "3 too short, 2 there already".
  std::string told() const;
  std::int64_t dropped() const;

 private:
  const char* reason(const Protein& protein);
  bool holds_required(const std::string& sequence) const;

  const GenerateOptions& options_;
  const generation::GenerationSettings& settings_;
  std::set<std::string> seen_;
  std::map<std::string, std::int64_t> dropped_;
};

}  // namespace groel::tasks
