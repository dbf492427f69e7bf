// OpenFold3's weights under the names of its network here.
#pragma once

#include <filesystem>

#include "io/arrays.h"

namespace groel::structure_models {

/// OpenFold3's releases of weights, which differ in what no shape tells. Told by their norms of pairs: preview_1
/// (program 0.3) has one in every block, preview_2 (0.4) one for each transformer of atoms, openbind (since 0.5) one
/// for that of tokens, too.
enum class Openfold3Release { preview_1, preview_2, openbind };

/// Arrays of the module Openfold3 (openfold3.h), as protenix_arrays makes them of Protenix's.
io::ArrayMap openfold3_arrays(io::ArrayMap published, const std::filesystem::path& path);

/// A file of OpenFold3: a torch file or safetensors, plain or as training saves it, of which the averaged weights
/// (`ema`) are taken. -> as published, without the second copy of the diffusion module that such files have and
/// without `version_tensor`. Errors: of the reader; bad_model, where the two copies differ.
struct PublishedOpenfold3 {
  io::ArrayMap arrays;
  Openfold3Release release = Openfold3Release::preview_1;
};
PublishedOpenfold3 read_openfold3_file(const std::filesystem::path& path);

/// Whether names are those of an OpenFold3 network.
bool is_openfold3(const io::ArrayMap& published);
/// The same of a file, whether its arrays are whole or not. Errors: of the reader.
bool is_openfold3_file(const std::filesystem::path& path);

}  // namespace groel::structure_models
