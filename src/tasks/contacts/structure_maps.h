// Contact maps of structures alone: within one chain, or between two.
#pragma once

#include "tasks/contacts/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// `groel contacts --from-structure`. Errors: as io::read_structure and bio::Structure::chain; usage.
int map_structure(const ContactsOptions& options, Context& context);

}  // namespace groel::tasks
