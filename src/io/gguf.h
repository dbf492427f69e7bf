// GGUF, the format of llama.cpp and of what is made with ggml: settings and tensors in one file.
#pragma once

#include <optional>

#include "io/arrays.h"

namespace groel::io {

/// How a file calls its elements, and how many bytes they take.
struct GgufType {
  std::uint32_t number = 0;
  std::string_view name;          ///< "Q8_0"
  std::uint32_t block = 1;        ///< elements that are packed together
  std::uint32_t block_bytes = 0;  ///< that they take; 0: not known
  std::optional<DType> dtype{};   ///< of elements that are stored as they are
};

struct GgufTensor {
  std::string name;
  GgufType type;
  std::vector<std::int64_t> shape;  ///< row-major, as everywhere else: the file has it the other way round
  std::uint64_t offset = 0;         ///< in the file
  std::uint64_t bytes = 0;          ///< 0: not known
};

struct GgufHeader {
  nlohmann::json metadata = nlohmann::json::object();  ///< by key ("general.architecture"); of lists their length alone
  std::vector<GgufTensor> tensors;
};

/// Whether a file begins as GGUF does.
bool is_gguf(std::span<const std::byte> bytes) noexcept;

/// What a file of versions 2 and 3 holds. Errors, naming `label` and the tensor: bad_model for a damaged one,
/// unsupported for other versions and for big-endian ones.
GgufHeader parse_gguf_header(std::span<const std::byte> bytes, const std::string& label);

/// The tensors themselves: F32, F16, BF16, F64 and integers as they are, Q8_0 as f32. Errors: as above, and unsupported
/// for all other types, naming the tensor.
ArrayFile read_gguf(const std::filesystem::path& path);
ArrayFile parse_gguf(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, const std::string& label);

}  // namespace groel::io
