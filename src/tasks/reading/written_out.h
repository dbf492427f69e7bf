// Sequences written on the command line instead of the name of a file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "io/sequences.h"

namespace groel::tasks {

/// Whether a word is a sequence: no file, and made of residues in capitals (of at least 12 in small letters, which a
/// shorter word is more likely to be a misspelt name), perhaps with tokens in brackets and `*` in it.
bool is_written_out(const std::string& word);

/// Says which words are read as sequences: one may be the misspelt name of a file.
void note_written_out(const std::vector<std::string>& words, Sink& sink);

/// Calls `visit` with every record of the inputs in order, as io::for_each_sequence does; a sequence written out is one
/// with the id "sequence" (then "sequence_2", …). Returns the notes of the files.
io::ReadingNotes for_each_input(const std::vector<std::string>& words, const io::SequenceReaderOptions& options,
                                const std::function<void(io::SequenceRecord&)>& visit);

}  // namespace groel::tasks
