// The sequence of tasks that show a single one.
#pragma once

#include "tasks/reading/input.h"

namespace groel::tasks {

/// Errors: as read_records; usage when there are several sequences; the record's own.
ReadRecord read_one_record(const SequenceOptions& options, const bio::Tokenizer& tokenizer, Sink& sink);

}  // namespace groel::tasks
