// Safetensors: the packed arrays as tensors, texts as bytes with offsets; see docs/formats.md.
#include <map>

#include "formats/packed_arrays.h"
#include "formats/writers.h"
#include "io/arrays.h"

namespace groel::formats {
namespace {

class SafetensorsWriter : public ResultWriter {
 public:
  explicit SafetensorsWriter(const WriterOptions& options)
      : path_(options.path), run_(options.schema.run), packed_(options) {
    OutputFile::create(path_);  // a place that cannot be written is an error now, not after hours
  }

  void write(const Result& result) override { packed_.write(result); }

  void finish() override {
    packed_.finish();
    std::map<std::string, io::ArrayView> tensors;
    for (auto& array : packed_.arrays()) tensors[array.name] = {array.dtype, array.shape, array.bytes};
    std::string ids;
    std::vector<std::int64_t> offsets{0};
    for (const std::string& id : packed_.ids()) {
      ids += id;
      offsets.push_back(static_cast<std::int64_t>(ids.size()));
    }
    tensors["ids"] = {DType::u8, {offsets.back()}, std::as_bytes(std::span(ids))};
    tensors["ids_offsets"] = {DType::i64, {packed_.records() + 1}, std::as_bytes(std::span(offsets))};
    tensors["sha256"] = {DType::u8, {packed_.records(), 64}, packed_.digests()};
    io::write_safetensors(
        path_, tensors,
        {{"format", "groel-embeddings"}, {"format_version", "1"}, {"run", run_.dump()}, {"errors", errors()}});
  }

 private:
  std::string errors() const {
    auto list = nlohmann::json::array();
    const ErrorTable& table = packed_.errors();
    for (std::size_t i = 0; i < table.index.size(); ++i)
      list.push_back({{"index", table.index[i]}, {"kind", table.kind[i]}, {"message", table.message[i]}});
    return list.dump();
  }

  std::filesystem::path path_;
  nlohmann::json run_;
  PackedArrays packed_;
};

std::unique_ptr<ResultWriter> open_safetensors(const WriterOptions& options) {
  check_options(safetensors_format(), options);
  return std::make_unique<SafetensorsWriter>(options);
}

}  // namespace

Format safetensors_format() {
  return {"safetensors",
          {".safetensors"},
          "safetensors, for deep-learning frameworks",
          false,
          false,
          [](Per) { return true; },
          open_safetensors};
}

}  // namespace groel::formats
