// Makes tensors from arrays of files, sharing their memory or copying it.
#include "checkpoints/tensors.h"

#include <bit>

#include "base/error.h"
#include "base/mapped_file.h"
#include "ops/compare.h"
#include "ops/linear.h"
#include "tensor/transpose.h"

namespace groel::checkpoints {

io::Array array_of(Tensor tensor) {
  GROEL_REQUIRE(tensor.contiguous());
  const auto owner = std::make_shared<const Tensor>(std::move(tensor));
  return {owner->dtype(), owner->shape(), {owner->raw_data(), owner->bytes()}, owner};
}

Tensor copied(const io::Array& array, DType dtype) {
  return Tensor::copy_of(array.shape, array.dtype, array.bytes).to(dtype);
}

Tensor borrowed(const io::Array& array) {
  const bool aligned = std::bit_cast<std::uintptr_t>(array.bytes.data()) % size_of(array.dtype) == 0;
  if (!aligned) return Tensor::copy_of(array.shape, array.dtype, array.bytes);
  const std::shared_ptr<const void> owner(
      array.owner.get(), [bytes = array.bytes, keep = array.owner](const void*) { drop_mapped(bytes); });
  return Tensor::view(Storage::borrow(array.bytes.data(), array.bytes.size(), owner), array.shape, array.dtype);
}

Tensor transposed(const io::Array& array) {
  GROEL_REQUIRE(array.shape.size() == 2);
  return groel::transposed(borrowed(array));
}

bool is_weight_dtype(DType dtype) noexcept {
  return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16;
}

std::vector<std::string> fill_exactly(const nn::Tree& tree, io::ArrayMap arrays) {
  std::vector<std::string> problems;
  for (const nn::Parameter& parameter : tree.parameters) {
    const auto found = arrays.find(parameter.name);
    if (found == arrays.end()) {
      problems.push_back(parameter.name + " is missing");
      continue;
    }
    const io::Array& array = found->second;
    if (array.shape != parameter.shape)
      problems.push_back(
          fmt::format("{} is {}, not {}", parameter.name, to_string(array.shape), to_string(parameter.shape)));
    else if (!is_weight_dtype(array.dtype))
      problems.push_back(fmt::format("{} is of {}, which weights are not", parameter.name, name(array.dtype)));
    else if (!ops::all_finite(array.bytes, array.dtype))
      problems.push_back(parameter.name + " holds NaN or infinity");
    else
      *parameter.slot = borrowed(array).to(DType::f32).clone();
    arrays.erase(found);
  }
  for (const auto& [left, array] : arrays) problems.push_back(left + " is unexpected");
  return problems;
}

void widen_whole_arrays(const nn::Tree& tree, io::ArrayMap& arrays) {
  for (const nn::Parameter& parameter : tree.parameters) {
    const auto found = arrays.find(parameter.name), scales = arrays.find(parameter.scales_name());
    if (found == arrays.end() || scales == arrays.end() || found->second.dtype != DType::i8) continue;
    io::Array& array = found->second;
    const Tensor values =
        ops::from_whole({parameter.transposed ? transposed(array) : borrowed(array), borrowed(scales->second)});
    array = array_of(parameter.transposed ? groel::transposed(values) : values);
    arrays.erase(scales);
  }
}

void write_tensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  std::map<std::string, io::ArrayView> arrays;
  for (const NamedTensor& tensor : tensors) {
    GROEL_REQUIRE(tensor.value.contiguous());
    arrays[tensor.name] = {tensor.value.dtype(), tensor.value.shape(), {tensor.value.raw_data(), tensor.value.bytes()}};
  }
  io::write_safetensors(path, arrays, metadata);
}

}  // namespace groel::checkpoints
