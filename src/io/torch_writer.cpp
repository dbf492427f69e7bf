// Pickles the object of a torch file (protocol 2) and puts it and the storages into a zip archive.
#include "io/torch_writer.h"

#include <array>
#include <cstring>
#include <limits>
#include <map>

#include "base/error.h"
#include "io/array_bytes.h"
#include "io/zip_writer.h"

namespace groel::io {
namespace {

constexpr std::string_view kRoot = "archive/";
constexpr std::uint64_t kTorchAlignment = 64;

struct StorageRow {
  DType dtype;
  std::string_view name;
};
constexpr std::array<StorageRow, 10> kStorages{{{DType::f32, "FloatStorage"},
                                                {DType::bf16, "BFloat16Storage"},
                                                {DType::f16, "HalfStorage"},
                                                {DType::f64, "DoubleStorage"},
                                                {DType::i64, "LongStorage"},
                                                {DType::i32, "IntStorage"},
                                                {DType::i16, "ShortStorage"},
                                                {DType::i8, "CharStorage"},
                                                {DType::u8, "ByteStorage"},
                                                {DType::boolean, "BoolStorage"}}};

std::string_view storage_name(DType dtype) {
  for (const StorageRow& row : kStorages)
    if (row.dtype == dtype) return row.name;
  GROEL_REQUIRE(false);
  return {};
}

/// One after the other, as the format has numbers: little-endian, reals the other way round.
template <class T>
std::string little(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

/// The opcodes of one object, and the storages that its tensors name.
class Pickler {
 public:
  Pickler() : out_("\x80\x02") {}

  void object(const TorchDict& root) {
    dict(root);
    out_ += '.';
  }
  const std::string& text() const noexcept { return out_; }
  const std::vector<std::span<const std::byte>>& storages() const noexcept { return storages_; }

 private:
  void dict(const TorchDict& dict) {
    if (dict.kind == TorchDict::Kind::plain) {
      out_ += '}';
      return items(dict);
    }
    out_ += "ccollections\nOrderedDict\n)R";
    items(dict);
    out_ += '}';
    items(dict);
    out_ += 'b';
  }

  void items(const TorchDict& dict) {
    out_ += '(';
    for (const TorchItem& item : dict.items) {
      std::visit([&](const auto& key) { put(key); }, item.key);
      std::visit([&](const auto& value) { put(value); }, item.value);
    }
    out_ += 'u';
  }

  void put(const TorchDict& value) { dict(value); }
  void put(const std::string& value) {
    GROEL_REQUIRE(valid_utf8(value) && value.size() <= std::numeric_limits<std::uint32_t>::max());
    out_ += 'X' + little(static_cast<std::uint32_t>(value.size())) + value;
  }
  void put(std::int64_t value) {
    if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max())
      out_ += 'J' + little(static_cast<std::int32_t>(value));
    else
      out_ += std::string("\x8a\x08") + little(value);
  }
  void put(double value) {
    const std::string bytes = little(value);
    out_ += 'G' + std::string(bytes.rbegin(), bytes.rend());
  }
  void put(const nlohmann::json& value) {
    GROEL_REQUIRE(value.is_primitive() && !value.is_binary());
    if (value.is_null()) out_ += 'N';
    if (value.is_boolean()) out_ += value.get<bool>() ? '\x88' : '\x89';
    if (value.is_number_integer()) put(value.get<std::int64_t>());
    if (value.is_number_float()) put(value.get<double>());
    if (value.is_string()) put(value.get<std::string>());
  }

  void put(const ArrayView& array) {
    const auto bytes = dense_bytes(array.shape, array.dtype);
    GROEL_REQUIRE(bytes && *bytes == array.bytes.size());
    out_ += "ctorch._utils\n_rebuild_tensor_v2\n(";
    storage(array);
    put(std::int64_t{0});
    tuple(array.shape);
    std::vector<std::int64_t> strides(array.shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * array.shape[i];
    tuple(strides);
    out_ +=
        "\x89"
        "ccollections\nOrderedDict\n)RtR";  // needs no gradient, has no hooks
  }

  void storage(const ArrayView& array) {
    const auto name = std::pair(array.bytes.data(), array.bytes.size());
    const auto [found, fresh] = known_.emplace(std::pair(name, array.dtype), storages_.size());
    if (fresh) storages_.push_back(array.bytes);
    out_ += '(';
    put(std::string("storage"));
    out_ += fmt::format("ctorch\n{}\n", storage_name(array.dtype));
    put(std::to_string(found->second));
    put(std::string("cpu"));
    put(static_cast<std::int64_t>(array.bytes.size() / size_of(array.dtype)));
    out_ += "tQ";
  }

  void tuple(const std::vector<std::int64_t>& values) {
    out_ += '(';
    for (const std::int64_t value : values) put(value);
    out_ += 't';
  }

  std::string out_;
  std::vector<std::span<const std::byte>> storages_;
  std::map<std::pair<std::pair<const std::byte*, std::size_t>, DType>, std::size_t> known_;
};

void add(ZipWriter& zip, const std::string& name, std::span<const std::byte> bytes) {
  zip.begin(std::string(kRoot) + name, bytes.size(), kTorchAlignment);
  zip.append(bytes);
  zip.end();
}

void add(ZipWriter& zip, const std::string& name, const std::string& text) {
  add(zip, name, std::as_bytes(std::span(text)));
}

}  // namespace

void write_torch(const std::filesystem::path& path, const TorchDict& root, Durable durable) {
  Pickler pickler;
  pickler.object(root);
  ZipWriter zip(path, durable);
  add(zip, "data.pkl", pickler.text());
  add(zip, "byteorder", std::string("little"));
  for (std::size_t i = 0; i < pickler.storages().size(); ++i)
    add(zip, fmt::format("data/{}", i), pickler.storages()[i]);
  add(zip, "version", std::string("3\n"));
  zip.finish();
}

}  // namespace groel::io
