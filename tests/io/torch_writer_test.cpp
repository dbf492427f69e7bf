// Files that torch.load reads: what is written is read back, in every type and form.
#include "io/torch_writer.h"

#include "io/arrays_testing.h"
#include "io/tensor_list.h"
#include "io/zip_reader.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

template <class T>
ArrayView view(const std::vector<T>& values, std::vector<std::int64_t> shape, DType dtype = dtype_of<T>::value) {
  return {dtype, std::move(shape), std::as_bytes(std::span(values))};
}

const Array& at(const TorchFile& file, const nlohmann::json& node) {
  return file.tensors.at(node.at("$tensor").get<std::size_t>());
}

TEST(TorchWriter, EveryTypeComesBack) {
  const TemporaryFolder folder;
  const std::vector<std::byte> bytes = [] {
    std::vector<std::byte> out(48);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::byte>(i % 2);
    return out;
  }();
  TorchDict root;
  for (int i = 0; i <= static_cast<int>(DType::boolean); ++i) {
    const auto dtype = static_cast<DType>(i);
    const auto rows = static_cast<std::int64_t>(bytes.size() / size_of(dtype) / 2);
    const auto part = std::span(bytes).first(static_cast<std::size_t>(rows) * 2 * size_of(dtype));
    root.items.push_back({std::string(name(dtype)), ArrayView{dtype, {rows, 2}, part}});
  }
  write_torch(folder / "a.pt", root);
  const TorchFile read = read_torch(folder / "a.pt");
  for (const TorchItem& item : root.items) {
    const auto& written = std::get<ArrayView>(item.value);
    const Array& array = at(read, read.root.at(std::get<std::string>(item.key)));
    EXPECT_EQ(array.dtype, written.dtype);
    EXPECT_EQ(array.shape, written.shape);
    EXPECT_TRUE(std::ranges::equal(array.bytes, written.bytes)) << name(written.dtype);
  }
}

TEST(TorchWriter, DictsNumbersAndTexts) {
  const TemporaryFolder folder;
  const std::vector<float> row{1, 2, 3};
  TorchDict layers, settings, root;
  layers.items = {{std::int64_t{0}, view(row, {3})}, {std::int64_t{33}, view(row, {1, 3})}};
  settings.kind = TorchDict::Kind::attributes;
  settings.items = {{std::string("arch"), nlohmann::json("esm2")}, {std::string("layers"), nlohmann::json(6)}};
  root.items = {{std::string("label"), nlohmann::json("sp|P1 ümlaut\nline")},
                {std::string("none"), nlohmann::json()},
                {std::string("yes"), nlohmann::json(true)},
                {std::string("no"), nlohmann::json(false)},
                {std::string("small"), nlohmann::json(-1)},
                {std::string("large"), nlohmann::json(std::int64_t{1} << 40)},
                {std::string("negative"), nlohmann::json(-(std::int64_t{1} << 40))},
                {std::string("real"), nlohmann::json(1e-5)},
                {std::string("settings"), settings},
                {std::string("empty"), TorchDict{}},
                {std::string("representations"), layers}};
  write_torch(folder / "a.pt", root);
  const TorchFile read = read_torch(folder / "a.pt");
  nlohmann::json rest = read.root;
  const nlohmann::json representations = rest["representations"];
  rest.erase("representations");
  EXPECT_EQ(rest, (nlohmann::json{{"label", "sp|P1 ümlaut\nline"},
                                  {"none", nullptr},
                                  {"yes", true},
                                  {"no", false},
                                  {"small", -1},
                                  {"large", std::int64_t{1} << 40},
                                  {"negative", -(std::int64_t{1} << 40)},
                                  {"real", 1e-5},
                                  {"settings", {{"arch", "esm2"}, {"layers", 6}}},
                                  {"empty", nlohmann::json::object()}}));
  EXPECT_EQ(at(read, representations.at("0")).shape, (std::vector<std::int64_t>{3}));
  EXPECT_EQ(at(read, representations.at("33")).shape, (std::vector<std::int64_t>{1, 3}));
}

TEST(TorchWriter, TheSameBytesAreStoredOnce) {
  const TemporaryFolder folder;
  const std::vector<float> table(1000, 0.5F), equal(1000, 0.5F);
  TorchDict root;
  root.items = {{std::string("words"), view(table, {10, 100})},
                {std::string("decoder"), view(table, {10, 100})},
                {std::string("other"), view(equal, {1000})}};
  write_torch(folder / "a.pt", root);
  const TorchFile read = read_torch(folder / "a.pt");
  EXPECT_EQ(at(read, read.root["words"]).bytes.data(), at(read, read.root["decoder"]).bytes.data());
  EXPECT_NE(at(read, read.root["words"]).bytes.data(), at(read, read.root["other"]).bytes.data());
  EXPECT_LT(std::filesystem::file_size(folder / "a.pt"), 2 * 4000U + 2000U);
}

TEST(TorchWriter, DataIsAlignedAndEqualCallsGiveEqualBytes) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> odd{1, 2, 3};
  const std::vector<double> even{1, 2};
  TorchDict root;
  for (int i = 0; i < 12; ++i) {
    root.items.push_back({std::string(static_cast<std::size_t>(i) * 7 + 1, 'a'), view(odd, {3})});
    root.items.push_back({std::string(static_cast<std::size_t>(i) * 5 + 1, 'b'), view(even, {2, 1})});
  }
  write_torch(folder / "a.pt", root);
  for (const TensorRow& row : list_tensors(folder / "a.pt").rows) {
    ASSERT_TRUE(row.offset.has_value()) << row.name;
    EXPECT_EQ(*row.offset % 64, 0U) << row.name;
  }
  write_torch(folder / "b.pt", root, Durable::later);
  EXPECT_EQ(slurp(folder / "a.pt"), slurp(folder / "b.pt"));
  const auto bytes = boxed(slurp(folder / "a.pt"));
  const ZipReader zip(*bytes, "a.pt");
  for (const auto& [name, entry] : zip.entries()) zip.verify(name);
  EXPECT_NE(zip.find("archive/version"), nullptr);
}

TEST(TorchWriter, NothingAndScalars) {
  const TemporaryFolder folder;
  const std::vector<float> one{7}, none;
  TorchDict root;
  root.items = {{std::string("scalar"), view(one, {})}, {std::string("empty"), view(none, {0, 4})}};
  write_torch(folder / "a.pt", root);
  const TorchFile read = read_torch(folder / "a.pt");
  EXPECT_TRUE(at(read, read.root["scalar"]).shape.empty());
  EXPECT_EQ(at(read, read.root["scalar"]).bytes.size(), 4U);
  EXPECT_EQ(at(read, read.root["empty"]).shape, (std::vector<std::int64_t>{0, 4}));
  EXPECT_THROW(write_torch(folder / "missing" / "a.pt", root), Error);
}

}  // namespace
}  // namespace groel::io
