// Texts that mean "no value" (NA, nan, …): one rule for everything that is read from files.
#pragma once

#include <string_view>

namespace groel::io {

/// What a text would be read as: what is a value of one kind is none of another.
enum class ValueKind {
  sequence,  ///< of a table; NA is no dipeptide there
  record,    ///< a sequence of FASTA or FASTQ: NA and NAN are peptides there, nan is none
  name,      ///< an id or a label: as pandas spells missing values, for "none" and "Na" may be names
  quantity,  ///< a number, a variant or a date
};

/// Whether `text`, white space around it aside, stands for a missing value: nothing, NaN, NA, N/A, None, NULL and the
/// like, an error of a spreadsheet (#REF!), or dashes, dots and question marks alone (not in a `record`).
bool is_missing(std::string_view text, ValueKind kind);

}  // namespace groel::io
