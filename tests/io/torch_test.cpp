// Torch files: published layouts of both serialisations, every value and tensor form, and damaged containers.
#include <gtest/gtest.h>

#include "io/arrays.h"
#include "io/arrays_testing.h"

namespace groel::io {
namespace {

using namespace testing;  // NOLINT

const Array& referred(const TorchFile& file, const nlohmann::json& value) {
  return file.tensors.at(value.at("$tensor").get<std::size_t>());
}
const Array& tensor(const TorchFile& file, const std::string& name) { return referred(file, file.root.at(name)); }

TorchFile parsed(const std::string& bytes, Checksums checksums = Checksums::verify) {
  const auto box = boxed(bytes);
  return parse_torch(*box, box, "x.pt", checksums);
}

TEST(Torch, ReadsFairEsmZip) {
  const TorchFile file = read_torch(data("esm2-tiny/esm2_tiny.pt"));
  EXPECT_EQ(file.root["cfg"]["model"]["encoder_layers"], 3);
  EXPECT_EQ(file.root["cfg"]["model"]["arch"], "esm2");
  EXPECT_EQ(file.root["cfg"]["model"]["token_dropout"], true);
  const auto& model = file.root["model"];
  const ArrayMap reference = read_safetensors(data("esm2-tiny/model.safetensors")).arrays;
  EXPECT_TRUE(same(referred(file, model["encoder.sentence_encoder.embed_tokens.weight"]),
                   reference.at("esm.embeddings.word_embeddings.weight")));
  EXPECT_TRUE(same(referred(file, model["encoder.sentence_encoder.layers.2.fc1.bias"]),
                   reference.at("esm.encoder.layer.2.intermediate.dense.bias")));
  EXPECT_TRUE(
      same(referred(file, model["encoder.lm_head.layer_norm.weight"]), reference.at("lm_head.layer_norm.weight")));
  const TorchFile contacts = read_torch(data("esm2-tiny/esm2_tiny-contact-regression.pt"));
  EXPECT_TRUE(same(referred(contacts, contacts.root["model"]["contact_head.regression.weight"]),
                   reference.at("esm.contact_head.regression.weight")));
}

TEST(Torch, TiedWeightsShareTheirBytes) {
  const TorchFile file = read_torch(data("esm2-tiny/esm2_tiny.pt"));
  EXPECT_EQ(referred(file, file.root["model"]["encoder.lm_head.weight"]).bytes.data(),
            referred(file, file.root["model"]["encoder.sentence_encoder.embed_tokens.weight"]).bytes.data());
}

TEST(Torch, ReadsEsm1b) {
  const TorchFile file = read_torch(data("esm1b-tiny/esm1b_tiny.pt"));
  EXPECT_TRUE(file.root["args"].is_object());
  const Array& positions = referred(file, file.root["model"]["encoder.sentence_encoder.embed_positions.weight"]);
  EXPECT_TRUE(same(
      positions,
      read_safetensors(data("esm1b-tiny/model.safetensors")).arrays.at("esm.embeddings.position_embeddings.weight")));
}

TEST(Torch, SettingsOfOmegaConfAreWhatTheyHold) {
  const TorchFile file = read_torch(data("torch-forms/omegaconf.pt"));
  const auto& model = file.root["cfg"]["model"];
  EXPECT_EQ(model["lddt_head_hid_dim"], 128);
  EXPECT_EQ(model["trunk"]["list"], nlohmann::json::parse("[1, 2.5, true]"));
  EXPECT_TRUE(model["trunk"]["chunk_size"].is_null());
  EXPECT_EQ(model["trunk"]["structure_module"], nlohmann::json::parse(R"({"no_blocks": 8, "epsilon": 1e-8})"));
  EXPECT_EQ(referred(file, file.root["model"]["x"]).shape, std::vector<std::int64_t>{2});
}

TEST(Torch, HalfPrecisionIsTheRoundedWeight) {
  const TorchFile half = read_torch(data("esm2-tiny/esm2_tiny_fp16.pt"));
  const TorchFile full = read_torch(data("esm2-tiny/esm2_tiny.pt"));
  const std::string name = "encoder.sentence_encoder.layers.0.fc1.weight";
  const Array& a = referred(half, half.root["model"][name]);
  EXPECT_EQ(a.dtype, DType::f16);
  const auto bits = values<std::uint16_t>(a);
  const auto exact = values<float>(referred(full, full.root["model"][name]));
  ASSERT_EQ(bits.size(), exact.size());
  for (std::size_t i = 0; i < bits.size(); ++i) ASSERT_EQ(bits[i], to_f16(exact[i]).bits);
}

TEST(Torch, TheOlderStreamHoldsTheSame) {
  for (const char* name : {"esm2_tiny.pt", "esm2_tiny-contact-regression.pt"}) {
    const TorchFile zip = read_torch(data(std::string("esm2-tiny/") + name));
    const TorchFile legacy = read_torch(data(std::string("esm2-tiny-legacy/") + name));
    ASSERT_EQ(zip.tensors.size(), legacy.tensors.size());
    EXPECT_EQ(zip.root, legacy.root);
    for (std::size_t i = 0; i < zip.tensors.size(); ++i) {
      EXPECT_TRUE(same(zip.tensors[i], legacy.tensors[i])) << i;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(legacy.tensors[i].bytes.data()) % 4, 0U);
    }
  }
}

TEST(Torch, ZipTensorsStayInTheMap) {
  const auto box = boxed(slurp(data("esm2-tiny/esm2_tiny.pt")));
  const TorchFile file = parse_torch(*box, box, "x.pt");
  for (const Array& array : file.tensors) EXPECT_EQ(array.owner, box);
}

class TorchForms : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(All, TorchForms, ::testing::Values("zip.pt", "legacy.pt", "protocol4.pt"),
                         [](const auto& form) {
                           return std::string(form.param).substr(0, std::strlen(form.param) - 3);
                         });

TEST_P(TorchForms, EveryTensorLayout) {
  const TorchFile file = read_torch(data("torch-forms") / GetParam());
  using Floats = std::vector<float>;
  using Dims = std::vector<std::int64_t>;
  EXPECT_EQ(values<float>(tensor(file, "dense")), (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(values<float>(tensor(file, "rows")), (Floats{4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(values<float>(tensor(file, "transposed")), (Floats{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
  EXPECT_EQ(tensor(file, "transposed").shape, (Dims{4, 3}));
  EXPECT_EQ(values<float>(tensor(file, "column")), (Floats{1, 5, 9}));
  EXPECT_EQ(values<float>(tensor(file, "expanded")), (Floats(6, 2.5F)));
  EXPECT_EQ(values<std::int64_t>(tensor(file, "scalar")), (std::vector<std::int64_t>{7}));
  EXPECT_EQ(tensor(file, "scalar").shape, Dims{});
  EXPECT_EQ(tensor(file, "empty").shape, (Dims{0, 5}));
  EXPECT_EQ(values<float>(tensor(file, "parameter")), (Floats{1, -2}));
}

TEST_P(TorchForms, EveryElementType) {
  const TorchFile file = read_torch(data("torch-forms") / GetParam());
  EXPECT_EQ(values<std::uint16_t>(tensor(file, "half")), (std::vector<std::uint16_t>{0x3800, 0x7bff}));
  EXPECT_EQ(values<std::uint16_t>(tensor(file, "bfloat16")), (std::vector<std::uint16_t>{0x3f00, 0xc040}));
  EXPECT_EQ(values<double>(tensor(file, "double")), (std::vector<double>{0.1}));
  EXPECT_EQ(values<std::int32_t>(tensor(file, "int32")), (std::vector<std::int32_t>{INT32_MIN}));
  EXPECT_EQ(values<std::int16_t>(tensor(file, "int16")), (std::vector<std::int16_t>{-5}));
  EXPECT_EQ(values<std::int8_t>(tensor(file, "int8")), (std::vector<std::int8_t>{-7}));
  EXPECT_EQ(values<std::uint8_t>(tensor(file, "uint8")), (std::vector<std::uint8_t>{250}));
  EXPECT_EQ(values<std::uint8_t>(tensor(file, "bool")), (std::vector<std::uint8_t>{1, 0}));
  for (const auto& [name, dtype] : std::map<std::string, DType>{
           {"half", DType::f16}, {"bfloat16", DType::bf16}, {"double", DType::f64}, {"bool", DType::boolean}})
    EXPECT_EQ(tensor(file, name).dtype, dtype) << name;
}

TEST_P(TorchForms, EveryPlainValue) {
  const TorchFile file = read_torch(data("torch-forms") / GetParam());
  const auto& list = file.root["values"];
  ASSERT_EQ(list.size(), 15U);
  EXPECT_EQ(nlohmann::json(list.begin(), list.begin() + 8),
            nlohmann::json({nullptr, true, false, -1, 255, 65536, 1LL << 40, -(1LL << 40)}));
  EXPECT_EQ(list[8], "0x400000000000000000");
  EXPECT_EQ(list[9], 1.5);
  EXPECT_EQ(list[10], "Å");
  EXPECT_EQ(list[11], nlohmann::json::binary({0, 255}));
  EXPECT_TRUE(list[12].get_binary().empty());
  EXPECT_EQ(list[13], nlohmann::json({1, 2}));
  EXPECT_EQ(list[14], nlohmann::json::array({3}));
  EXPECT_EQ(file.root["namespace"], nlohmann::json({{"arch", "tiny"}, {"layers", 3}, {"nested", {{"x", nullptr}}}}));
  EXPECT_EQ(file.root["numbers"], nlohmann::json({{"0", "zero"}, {"1.5", "real"}}));
  EXPECT_EQ(file.root["dtype"], "torch.float16");
  EXPECT_EQ(file.root["device"], "cuda:0");
  EXPECT_EQ(file.root["size"], nlohmann::json({2, 3}));
}

TEST(Torch, RefusesElementTypesItHasNot) {
  expect_error(ErrorKind::unsupported, {"complex.pt", "torch.ComplexFloatStorage", "float32"},
               [] { read_torch(data("torch-forms/complex.pt")); });
}

TEST(Torch, RefusesTruncationAnywhere) {
  for (const char* name : {"torch-forms/zip.pt", "torch-forms/legacy.pt"}) {
    const std::string whole = slurp(data(name));
    for (std::size_t size = 0; size < whole.size(); ++size)
      expect_error(ErrorKind::bad_model, {"x.pt"}, [&] { parsed(whole.substr(0, size)); });
  }
  const std::string zip = slurp(data("esm2-tiny/esm2_tiny.pt"));
  expect_error(ErrorKind::bad_model, {"x.pt", "truncated: it has no end record", "fetch or copy it again"},
               [&] { parsed(zip.substr(0, 300'000)); });
  const std::string legacy = slurp(data("esm2-tiny-legacy/esm2_tiny.pt"));
  expect_error(ErrorKind::bad_model, {"claims", "bytes are left in the file", "truncated or damaged"},
               [&] { parsed(legacy.substr(0, 300'000)); });
  expect_error(ErrorKind::bad_model, {"4 bytes follow the last storage"}, [&] { parsed(legacy + "more"); });
}

TEST(Torch, AFlippedBitOfAWeightIsNoticed) {
  std::string zip = slurp(data("esm2-tiny/esm2_tiny.pt"));
  const TorchFile file = parsed(zip);
  const auto words = values<float>(referred(file, file.root["model"]["encoder.sentence_encoder.embed_tokens.weight"]));
  const std::string start(reinterpret_cast<const char*>(words.data()), 64);
  zip[zip.find(start) + 1] ^= 4;
  expect_error(ErrorKind::bad_model, {"x.pt", "entry esm2_tiny/data/", "is damaged: its CRC-32 is"},
               [&] { parsed(zip); });
  EXPECT_EQ(parsed(zip, Checksums::skip).tensors.size(), file.tensors.size());
}

TEST(Torch, RefusesHugeStorages) {
  std::string legacy = slurp(data("torch-forms/legacy.pt"));
  legacy.replace(legacy.size() - 12, 8, little(std::uint64_t{1} << 60, 8));  // the last storage has 1 to 4 bytes or so
  expect_error(ErrorKind::bad_model, {"x.pt"}, [&] { parsed(legacy); });
}

TEST(Torch, RefusesArchivesOfOtherKinds) {
  std::string zip = slurp(data("torch-forms/zip.pt"));
  std::string renamed = zip;
  for (std::size_t at = 0; (at = renamed.find("data.pkl", at)) != std::string::npos;)
    renamed.replace(at, 8, "dato.pkl");
  expect_error(ErrorKind::bad_model, {"not a PyTorch file", "no data.pkl"}, [&] { parsed(renamed); });
  std::string packed = zip;
  packed[packed.find("PK\x01\x02") + 10] = 8;  // deflated
  expect_error(ErrorKind::unsupported, {"zip/data.pkl is compressed", "torch.save"}, [&] { parsed(packed); });
  std::string secret = zip;
  secret[secret.find("PK\x01\x02") + 8] |= 1;
  expect_error(ErrorKind::unsupported, {"zip/data.pkl is encrypted"}, [&] { parsed(secret); });
}

TEST(Torch, SaysWhatTheFileSeemsToBe) {
  expect_error(ErrorKind::bad_model, {"not a PyTorch file", "Git LFS"},
               [] { parsed("version https://git-lfs.github.com/spec/v1"); });
  expect_error(ErrorKind::bad_model, {"not a PyTorch file", "empty"}, [] { parsed(""); });
  expect_error(ErrorKind::bad_model, {"not a PyTorch file", "safetensors"},
               [] { parsed(slurp(data("esm2-tiny/model.safetensors"))); });
  expect_error(ErrorKind::bad_model, {"magic number"}, [] { parsed("\x80\x02]."); });
  expect_error(ErrorKind::not_found, {"absent.pt"}, [] { read_torch(data("absent.pt")); });
}

}  // namespace
}  // namespace groel::io
