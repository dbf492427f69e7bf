// The options of groel structure.
#pragma once

#include <string>
#include <vector>

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct StructureOptions : ThreadOptions {
  std::vector<std::string> input;
  std::vector<std::string> chain;
  std::string by;
  std::string output, superposed, pae;
  bool plddt = false;
  std::int64_t samples = 5;
  bool overwrite = false;
  bool json = false;

  Standing standing() const { return overwrite ? Standing::replace : Standing::refuse; }
  void declare(OptionBinder& to);
};

const std::vector<Verb>& structure_verbs();

/// One of the verbs each. Errors: usage; those of the readers; io.
void compare_structures(const StructureOptions& options, Context& context);
void describe_structure(const StructureOptions& options, Context& context);
void tell_solvent_area(const StructureOptions& options, Context& context);
void tell_secondary_structure(const StructureOptions& options, Context& context);
void show_structure(const StructureOptions& options, Context& context);
void convert_structure(const StructureOptions& options, Context& context);
/// -> 1 where values differ.
int check_summaries(const StructureOptions& options, Context& context);

}  // namespace groel::tasks
