// Sequences written on the command line instead of the name of a file.
#pragma once

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

/// Every record of the inputs in order; a sequence written out is one with the id "sequence" (then "sequence_2", …).
std::vector<io::SequenceRecord> read_inputs(const std::vector<std::string>& words,
                                            const io::SequenceReaderOptions& options = {});

}  // namespace groel::tasks
