// A command that several ranks run together: the first one runs it, and gives work to the others.
#pragma once

#include "tasks/task.h"

namespace groel::tasks {

/// As run_task, where one process runs; else on all ranks that a launcher has started. What the first rank writes is
/// what one process alone would. Errors: as run_task; usage, for a task that does not share its work; those of
/// ranks::join_ranks and ranks::Crew.
int run_on_ranks(const Task& task, const Options& given, Context& context);

/// What --threads says to a task; 0: nothing.
std::int64_t threads_of(const Task& task, const Options& options);

/// The last thing that a process does, after all of its output: ends what joins it to other ranks. False: it has to end
/// at once, as something of that is still at work.
bool leave_ranks(int status);

}  // namespace groel::tasks
