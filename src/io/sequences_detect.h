// Recognises the format of a file of sequences by its first lines.
#pragma once

#include "io/sequences.h"
#include "io/sequences_lines.h"

namespace groel::io {

/// The format that `options` asks for, or else that the content shows: its first mark, then a header row with a column
/// of sequences, then any FASTA header, then delimiters, then the extension of the input's name. bad_input for a file
/// of another kind, whatever the options say, and for text that is none of the formats. Uses nothing up.
SequenceFormat detect_format(LineReader& lines, const SequenceReaderOptions& options);

}  // namespace groel::io
