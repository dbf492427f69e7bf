// What each output format has to declare, and checks that are the same for all formats.
#pragma once

#include "formats/result.h"

namespace groel::formats {

#define GROEL_FORMAT(format) Format format##_format();
#include "formats/formats.inc"
#undef GROEL_FORMAT

Format esm_extract_format();

/// usage error when `format` cannot write what `options` ask for (a kind, a layout, stdout), naming formats that can.
void check_options(const Format& format, const WriterOptions& options);

/// Shape of an item of this column for a sequence of these lengths.
std::vector<std::int64_t> item_shape(const ResultSchema::Column& column, const bio::Lengths& of);

/// internal error when the items of `result` are not those of the schema, in its order and shapes.
void check_result(const ResultSchema& schema, const Result& result);

/// "mean_6": the name of a column wherever it needs one.
std::string column_name(const ResultSchema::Column& column);

}  // namespace groel::formats
