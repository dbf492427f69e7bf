// Chooses one record out of possibly many.
#include "tasks/reading/one_record.h"

namespace groel::tasks {

ReadRecord read_one_record(const SequenceOptions& options, const bio::Tokenizer& tokenizer, Sink& sink) {
  std::vector<ReadRecord> records = read_records(options, tokenizer, sink);
  if (records.size() > 1)
    throw Error(ErrorKind::usage, {fmt::format("there are {} sequences, and one is shown", records.size()), "--record",
                                   fmt::format("for example --record {}", shell_quoted(records.front().id))});
  if (records.front().error) throw Error(*records.front().error);
  return std::move(records.front());
}

}  // namespace groel::tasks
