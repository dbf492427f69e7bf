// Files that are alignments: each is one record for models that read alignments.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bio/tokenizer.h"
#include "io/sequences.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

/// Whether a file is an alignment by its name: .a3m or .a2m, perhaps compressed.
bool is_alignment_file(const std::string& path);

/// for_each_input, where an alignment is one record if the tokenizer's model reads alignments: named as its query, with
/// the rows that `which` chooses as its sequence (bio/alignment.h). The notes say what was left out. An alignment that
/// cannot be read is a record with an error. Errors: as for_each_input; usage, where `which` makes no sense, or
/// alignments are asked for and the model reads none.
io::ReadingNotes for_each_input(const std::vector<std::string>& words, const io::SequenceReaderOptions& options,
                                const AlignmentOptions& which, const bio::Tokenizer& tokenizer,
                                const std::function<void(io::SequenceRecord&)>& visit);

/// A sequence as it counts for identity: white space gone, letters upper case, a trailing `*` dropped; an alignment, of
/// a model that reads them, row by row.
std::string clean_text(std::string_view sequence, const bio::Tokenizer& tokenizer);

}  // namespace groel::tasks
