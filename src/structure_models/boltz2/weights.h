// Boltz-2's weights under the names of its network here.
#pragma once

#include <filesystem>
#include <string_view>

#include "io/arrays.h"

namespace groel::structure_models {

/// Arrays of the module Boltz2 (boltz2.h). What is the same for all keys of an attention is left out, as are the parts
/// that are not computed here: contacts that are asked for, cyclic chains, atoms' being resolved, B factors.
io::ArrayMap boltz2_arrays(io::ArrayMap published, const std::filesystem::path& path);

/// A file of Boltz-2: a checkpoint of Lightning, of which `state_dict` is taken as Boltz's own program does, or
/// safetensors. -> as published. Errors: of the reader; bad_model where a gate that files hold twice differs.
io::ArrayMap read_boltz2_file(const std::filesystem::path& path);

/// Whether a published array counts as one of the network's: not the second of two that are one, nor what is no weight.
bool is_boltz2_parameter(std::string_view name);

/// Whether names are those of a Boltz-2 network; of Boltz-1 they are not.
bool is_boltz2(const io::ArrayMap& published);
/// The same of a file, whether its arrays are whole or not. Errors: of the reader.
bool is_boltz2_file(const std::filesystem::path& path);

}  // namespace groel::structure_models
