// Makes arrays of the tensors of a GGUF file.
#include "io/gguf.h"

#include <fmt/format.h>

#include <cstring>

#include "base/error.h"
#include "base/mapped_file.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

constexpr std::size_t kBlock = 32;                           // elements of Q8_0 that share a scale
constexpr std::size_t kBlockBytes = sizeof(f16_t) + kBlock;  // the scale, then one byte for each
constexpr std::uint32_t kQ8 = 8;

// Each element is its byte times the scale of its block.
Array dequantised(const GgufTensor& tensor, std::span<const std::byte> bytes) {
  const std::size_t blocks = bytes.size() / kBlockBytes;
  auto memory = std::make_shared<std::vector<float>>(blocks * kBlock);
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::byte* block = bytes.data() + i * kBlockBytes;
    const float scale = to_float(f16_t{read_little<std::uint16_t>({block, sizeof(f16_t)}, 0)});
    for (std::size_t k = 0; k < kBlock; ++k)
      (*memory)[i * kBlock + k] = scale * static_cast<float>(static_cast<std::int8_t>(block[sizeof(f16_t) + k]));
  }
  const std::span<const float> values = *memory;
  return {DType::f32, tensor.shape, std::as_bytes(values), std::move(memory)};
}

}  // namespace

ArrayFile parse_gguf(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label) {
  GgufHeader header = parse_gguf_header(bytes, label);
  ArrayFile out;
  out.metadata = std::move(header.metadata);
  for (const GgufTensor& tensor : header.tensors) {
    const std::string where = fmt::format("{}: {}", label, tensor.name);
    if (!tensor.type.dtype && tensor.type.number != kQ8)
      throw Error(ErrorKind::unsupported, {fmt::format("tensors of GGUF type {} are not read", tensor.type.name), where,
                                           "use a file in F32, F16, BF16 or Q8_0, or the model's safetensors"});
    const auto data = bytes.subspan(tensor.offset, tensor.bytes);
    Array array =
        tensor.type.dtype ? aligned({*tensor.type.dtype, tensor.shape, data, owner}) : dequantised(tensor, data);
    if (!out.arrays.emplace(tensor.name, std::move(array)).second)
      throw Error(ErrorKind::bad_model, {"two tensors have this name", where, kDamaged});
  }
  return out;
}

ArrayFile read_gguf(const std::filesystem::path& path) {
  auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  return parse_gguf(bytes, std::move(file), path.string());
}

}  // namespace groel::io
