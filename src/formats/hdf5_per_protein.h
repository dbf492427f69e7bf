// HDF5, per-protein layout: what common Python tools for proteins read as h5[id][:].
#pragma once

#include "formats/hdf5_file.h"
#include "formats/result.h"

namespace groel::formats::h5 {

std::unique_ptr<ResultWriter> open_per_protein(const WriterOptions& options);

/// The attributes of the file itself: format, format_version, layout, run.
void describe(File& file, const ResultSchema& schema, const char* layout);

}  // namespace groel::formats::h5
