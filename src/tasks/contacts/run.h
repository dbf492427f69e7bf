// Computes the contacts of many records: runs batches through the model, keeps results in a journal, and writes answers
// in the input's order.
#pragma once

#include "checkpoints/load.h"
#include "tasks/contacts/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// `groel contacts` with a model that has a contact head -> exit status. Errors: usage, io, memory, interrupted (with
/// --output what was computed is kept, and --resume goes on). Failed records do not stop it.
int run_contacts(const ContactsOptions& options, Context& context, const checkpoints::LoadedModel& loaded);

}  // namespace groel::tasks
