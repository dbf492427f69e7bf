// Makes tensors from arrays of files, sharing their memory or copying it.
#include "checkpoints/tensors.h"

#include <bit>

#include "base/error.h"
#include "base/mapped_file.h"
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

void widen_whole_arrays(io::ArrayMap& arrays) {
  std::vector<std::string> scales;
  for (auto& [name, array] : arrays) {
    const auto found = arrays.find(name + "_scale");
    if (array.dtype != DType::i8 || array.shape.size() != 2 || found == arrays.end()) continue;
    const io::Array& of_rows = found->second;
    if (of_rows.dtype != DType::f32 || of_rows.shape.size() != 1) continue;
    const bool turned = of_rows.shape[0] != array.shape[0];  // of a matrix that is kept as [in, out]
    if (turned && of_rows.shape[0] != array.shape[1]) continue;
    const Tensor values = ops::from_whole({turned ? transposed(array) : borrowed(array), borrowed(of_rows)});
    scales.push_back(found->first);
    array = array_of(turned ? groel::transposed(values) : values);
  }
  for (const std::string& name : scales) arrays.erase(name);
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
