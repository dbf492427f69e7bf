// groel models, looking after the cache: removing a model, clearing leftovers, checking files.
#pragma once

#include <string>

#include "tasks/task.h"

namespace groel::tasks {

struct ModelsOptions {
  std::string remove;
  bool prune = false, verify = false, json = false;

  void declare(OptionBinder& to);
  bool look_after() const { return !remove.empty() || prune || verify; }
};

/// Does the one of these that is asked for. -> exit status: 1 when a check found something. Errors: usage, for several
/// at once; as hub/upkeep.h.
int look_after_cache(const ModelsOptions& options, Context& context);

}  // namespace groel::tasks
