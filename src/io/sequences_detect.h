// Which format a file of sequences is in, by its first lines.
#pragma once

#include <string_view>

#include "io/sequences.h"
#include "io/sequences_lines.h"

namespace groel::io {

/// The format that `options` asks for, or else that the content shows: its first mark, then a header row with a column
/// of sequences, then any FASTA header, then delimiters, then the extension of the input's name. bad_input for a binary
/// file, whatever the options say, and for text that is none of the formats. Uses nothing up.
SequenceFormat detect_format(LineReader& lines, const SequenceReaderOptions& options);

/// What separates the fields of a table: a tab in TSV, a comma in CSV, or a semicolon if the header row has no comma.
char detect_delimiter(LineReader& lines, SequenceFormat format);

/// Whether a header row has the column of sequences that `options` names or one by a usual name.
bool names_sequence_column(std::string_view header, char delimiter, const SequenceReaderOptions& options);

}  // namespace groel::io
