// Torch files in fair-esm's form with wrong contents: each is refused, and none is reported as a bug in GroEL.
#include <unistd.h>

#include "checkpoints/load.h"
#include "io/zip_writer.h"
#include "support/errors.h"
#include "support/golden.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string little(std::uint32_t value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }
std::string text(const std::string& value) { return "X" + little(static_cast<std::uint32_t>(value.size())) + value; }
std::string number(std::int32_t value) { return "J" + little(static_cast<std::uint32_t>(value)); }

std::string real(double value) {
  std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
  return "G" + std::string(bytes.rbegin(), bytes.rend());
}

// A tensor of f32 that begins the storage "0" of 64 elements.
std::string tensor(const std::vector<std::int32_t>& shape) {
  std::string out = "ctorch._utils\n_rebuild_tensor_v2\n((";
  out += text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(64) + "tQ" + number(0);
  std::string sizes;
  std::string strides;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    std::int32_t stride = 1;
    for (std::size_t j = i + 1; j < shape.size(); ++j) stride *= shape[j];
    sizes += number(shape[i]);
    strides += number(stride);
  }
  return out + "(" + sizes + "t(" + strides + "t\x89" + "ccollections\nOrderedDict\n)RtR";
}

// Pickle opcodes of a JSON value; {"tensor": [shape]} is a tensor.
std::string pickled(const json& value) {
  if (value.is_null()) return "N";
  if (value.is_boolean()) return value.get<bool>() ? "\x88" : "\x89";
  if (value.is_number_integer()) return number(value.get<std::int32_t>());
  if (value.is_number()) return real(value.get<double>());
  if (value.is_string()) return text(value.get<std::string>());
  std::string out;
  if (value.is_array()) {
    for (const json& item : value) out += pickled(item);
    return "](" + out + "e";
  }
  if (value.contains("tensor")) return tensor(value["tensor"].get<std::vector<std::int32_t>>());
  for (const auto& [key, item] : value.items()) out += text(key) + pickled(item);
  return "}(" + out + "u";
}

class Native : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const json& root) const {
    const fs::path path = folder_ / name;
    fs::remove(path);
    const std::string object = "\x80\x02" + pickled(root) + ".";
    const std::vector<float> storage(64, 0.5F);
    io::ZipWriter zip(path);
    zip.begin("archive/data.pkl", object.size());
    zip.append(std::as_bytes(std::span(object)));
    zip.end();
    zip.begin("archive/data/0", storage.size() * sizeof(float));
    zip.append(std::as_bytes(std::span(storage)));
    zip.end();
    zip.finish();
    return path;
  }

  void expect_error(const json& root, ErrorKind kind, const std::string& what) const {
    const Error caught = testing::error_of([&] { load_model(write("model.pt", root)); });
    EXPECT_EQ(caught.kind(), kind) << root << "\n" << caught.what();
    EXPECT_NE(std::string(caught.what()).find(what), std::string::npos) << caught.what() << "\nlacks " << what;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("groel-native-" + std::to_string(::getpid()));
};

const json kTensor{{"tensor", {8, 8}}};

TEST_F(Native, WhatIsNoModelAtAll) {
  for (const json& root :
       {json(), json(7), json::array(), json::object(), kTensor, json{{"model", 3}}, json{{"model", {{"a", 1}}}},
        json{{"model", {{"a", kTensor}}}, {"cfg", nullptr}}, json{{"model", {{"a", kTensor}}}, {"cfg", {{"model", 7}}}},
        json{{"model", {{"a", kTensor}}}, {"args", 3}}, json{{"model", {{"a", kTensor}}}, {"args", {{"arch", 3}}}},
        json{{"model", {{"a", kTensor}}}, {"args", {{"arch", "roberta_small"}}}}})
    expect_error(root, ErrorKind::unsupported, "not of any model family");
}

TEST_F(Native, FieldsOfTheWrongType) {
  const json good{
      {"encoder_layers", 1}, {"encoder_embed_dim", 8}, {"encoder_attention_heads", 2}, {"token_dropout", 1}};
  const json tensors{{"encoder.lm_head.weight", kTensor}, {"odd", 3}};
  for (const char* field : {"encoder_layers", "encoder_embed_dim", "encoder_attention_heads"})
    for (const json& value : {json(), json("x"), json(2.5), json(1e300), json(-1), json::array({1}), kTensor}) {
      json fields = good;
      fields[field] = value;
      expect_error({{"cfg", {{"model", fields}}}, {"model", tensors}}, ErrorKind::bad_model, "model.pt: ");
    }
  expect_error({{"cfg", {{"model", good}}}, {"model", tensors}}, ErrorKind::bad_model, "token_dropout");
  expect_error({{"args", {{"arch", "roberta_large"}}}, {"model", tensors}}, ErrorKind::bad_model,
               "'num_hidden_layers' is missing");
}

TEST_F(Native, PositionsWithoutAShape) {
  const json args{{"arch", "roberta_large"}, {"layers", 1},        {"embed_dim", 8},
                  {"attention_heads", 2},    {"ffn_embed_dim", 8}, {"token_dropout", true}};
  for (const json& positions : {json(3), json::object(), json::array(), json{{"tensor", json::array()}}})
    expect_error({{"args", args}, {"model", {{"embed_positions.weight", positions}, {"lm_head.weight", positions}}}},
                 ErrorKind::bad_model, "'max_position_embeddings' is missing");
}

TEST_F(Native, TwoNamesForOneTensor) {
  const json fields{{"encoder_layers", 1}, {"encoder_embed_dim", 8}, {"encoder_attention_heads", 2}};
  expect_error({{"cfg", {{"model", fields}}},
                {"model", {{"encoder.layers.0.fc1.weight", kTensor}, {"layers.0.fc1.weight", kTensor}}}},
               ErrorKind::bad_model, "esm.encoder.layer.0.intermediate.dense.weight");
}

TEST_F(Native, AContactRegressionOfAnything) {
  const json fields{{"encoder_layers", 1}, {"encoder_embed_dim", 8}, {"encoder_attention_heads", 2}};
  for (const json& regression : {json(), json(3), json{{"model", 3}}, json{{"model", json::array({kTensor})}}}) {
    write("model-contact-regression.pt", regression);
    expect_error({{"cfg", {{"model", fields}}}, {"model", {{"encoder.lm_head.bias", kTensor}}}}, ErrorKind::bad_model,
                 "mis-shaped (1)");
  }
}

}  // namespace
}  // namespace groel::checkpoints
