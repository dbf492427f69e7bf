// Converts between tensors and the arrays of files.
#pragma once

#include <filesystem>
#include <vector>

#include "io/arrays.h"
#include "nn/module.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// A contiguous tensor's values; the array keeps them alive.
io::Array array_of(Tensor tensor);
/// A copy in that type.
Tensor copied(const io::Array& array, DType dtype);
/// The array's own memory, without a copy where it is aligned. A mapped file's pages are given back once the tensor is
/// gone: packed weights need not have the file's bytes in memory beside them.
Tensor borrowed(const io::Array& array);
/// The transpose of a matrix, in memory of its own.
Tensor transposed(const io::Array& array);

/// Whether weights may be of that type: f32, bf16 and f16. (Whole numbers have scales beside them.)
bool is_weight_dtype(DType dtype) noexcept;
/// Fills the tree's tensors with f32 copies of the arrays of their names, for small parts that hold nothing else, as
/// heads. -> what is wrong, in a phrase for each array: missing, unexpected, of another shape or type, with NaN or
/// infinity.
std::vector<std::string> fill_exactly(const nn::Tree& tree, io::ArrayMap arrays);

/// Arrays in i8 that have scales beside them ("…_scale") as f32 values, for those who cannot use them as they are.
/// `arrays` fit the tree. (Which way a matrix lies is not seen from a square one.)
void widen_whole_arrays(const nn::Tree& tree, io::ArrayMap& arrays);

/// A safetensors file of contiguous tensors. Errors: io.
void write_tensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                   const std::map<std::string, std::string>& metadata = {});

}  // namespace groel::checkpoints
