// Protenix's weights under the names of its network here.
#pragma once

#include <filesystem>

#include "io/arrays.h"

namespace groel::structure_models {

/// Arrays of the module Protenix (protenix.h). What is written differently is the same network: projections of one
/// input become one, the gains of the norms of pairs in each block of diffusion go into the products after them, and
/// what the first single tokens give to pairs becomes one product.
io::ArrayMap protenix_arrays(io::ArrayMap published, const std::filesystem::path& path);

/// A file of Protenix: a torch file or safetensors, with or without `module.` before every name. -> as published.
/// Errors: of the reader.
io::ArrayMap read_protenix_arrays(const std::filesystem::path& path);

/// Whether names are those of a Protenix network.
bool is_protenix(const io::ArrayMap& published);

}  // namespace groel::structure_models
