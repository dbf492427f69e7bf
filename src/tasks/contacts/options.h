// The options of groel contacts.
#pragma once

#include "tasks/reading/options.h"

namespace groel::tasks {

struct ContactsOptions : SequenceOptions, ModelOptions, OutputOptions, ThreadOptions {
  bool resume = false;
  std::optional<std::string> structure;
  std::vector<std::string> chain;
  bool from_structure = false;
  std::optional<std::int64_t> top;
  std::optional<std::size_t> memory;
  bool json = false;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
