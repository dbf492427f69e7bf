// AlphaFold 3's parameter files: their forms, their names, and what is said of damaged ones.
#include "structure_models/alphafold3/records.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/compress.h"
#include "base/error.h"
#include "base/text_file.h"
#include "structure_models/alphafold3/alphafold3.h"
#include "structure_models/alphafold3/rules.h"
#include "support/files.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

const fs::path kTiny = fs::path(GROEL_TEST_DATA) / "af3-tiny";

std::string unhex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

// Scope m/lin, name weights, f32 [2, 1]: 1, -2.
const std::string kRecord = unhex(
    "05000000070000000700000002000000080000006d2f6c696e77656967687473666c6f6174333202000000010000000000803f000000c0");

std::vector<ParameterRecord> records_of(const fs::path& path) {
  std::vector<ParameterRecord> out;
  read_parameter_records(find_parameter_files(path), [&](ParameterRecord record) { out.push_back(std::move(record)); });
  return out;
}

template <class Body>
Error refusal_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "no error");
}

TEST(Records, OneIsRead) {
  TemporaryFolder folder;
  testing::write_file(folder / "m.bin", kRecord);
  const auto all = records_of(folder.path());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "m/lin:weights");
  EXPECT_EQ(all[0].array.dtype, DType::f32);
  EXPECT_EQ(all[0].array.shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(reinterpret_cast<const float*>(all[0].array.bytes.data())[1], -2.0F);
}

TEST(Records, PartsAndCompressionAreOneStream) {
  const std::string two = kRecord + kRecord, packed = compressed(two, Compression::zstd);
  const auto read = [](const std::map<std::string, std::string>& files) {
    TemporaryFolder folder;
    for (const auto& [name, text] : files) testing::write_file(folder / name, text);
    return records_of(folder.path()).size();
  };
  EXPECT_EQ(read({{"m.bin.zst", packed}}), 2U);
  EXPECT_EQ(read({{"m.0.bin", two.substr(0, 60)}, {"m.1.bin", two.substr(60)}}), 2U);
  EXPECT_EQ(read({{"m.bin.zst.0", packed.substr(0, 30)}, {"m.bin.zst.1", packed.substr(30)}}), 2U);
  EXPECT_EQ(read({{"m.0.bin.zst", packed.substr(0, 30)}, {"m.1.bin.zst", packed.substr(30)}}), 2U);
  // Ten and more, in the order of numbers.
  std::map<std::string, std::string> many;
  for (std::size_t i = 0; i < 11; ++i)
    many["m." + std::to_string(i) + ".bin"] = two.substr(i * 10, i == 10 ? std::string::npos : 10);
  EXPECT_EQ(read(many), 2U);
}

TEST(Records, FoldersAreTold) {
  TemporaryFolder folder;
  EXPECT_EQ(refusal_of([&] { find_parameter_files(folder.path()); }).kind(), ErrorKind::not_found);
  EXPECT_EQ(refusal_of([&] { find_parameter_files(folder / "none"); }).kind(), ErrorKind::not_found);
  testing::write_file(folder / "a.bin", kRecord);
  testing::write_file(folder / "b.bin", kRecord);
  EXPECT_NE(refusal_of([&] { find_parameter_files(folder.path()); }).parts().what.find("2 models: a"),
            std::string::npos);
  EXPECT_EQ(find_parameter_files(folder / "a.bin").model, "a");
  TemporaryFolder gap;
  testing::write_file(gap / "m.0.bin", kRecord);
  testing::write_file(gap / "m.2.bin", kRecord);
  EXPECT_NE(refusal_of([&] { find_parameter_files(gap.path()); }).parts().what.find("part 1"), std::string::npos);
}

TEST(Records, DamageIsTold) {
  TemporaryFolder folder;
  const auto what = [&](const std::string& text) {
    testing::write_file(folder / "m.bin", text);
    const Error error = refusal_of([&] { records_of(folder.path()); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_model) << text.size();
    return error.parts().what + " " + error.parts().where;
  };
  for (std::size_t cut = 1; cut < kRecord.size(); ++cut)
    EXPECT_NE(what(kRecord + kRecord.substr(0, cut)).find("record 2"), std::string::npos) << cut;
  std::string type = kRecord;
  type.replace(type.find("float32"), 7, "float99");
  EXPECT_NE(what(type).find("'float99'"), std::string::npos);
  std::string size = kRecord;
  size[16] = 12;  // bytes of the array
  EXPECT_NE(what(size).find("12 bytes"), std::string::npos);
  EXPECT_NE(what("{\"a\": 1, \"this\": \"is no record at all\"}").find("no record"), std::string::npos);
}

// The tiny network with changes to its records.
std::string problem_of(const std::function<void(ParameterRecord&, std::string&)>& change,
                       const std::string& more = {}) {
  std::string file;
  read_parameter_records(find_parameter_files(kTiny), [&](ParameterRecord record) {
    std::string type = record.array.dtype == DType::f32    ? "float32"
                       : record.array.dtype == DType::bf16 ? "bfloat16"
                                                           : "uint8";
    change(record, type);
    if (record.name.empty()) return;
    const std::size_t colon = record.name.find(':');
    const std::string scope = record.name.substr(0, colon), name = record.name.substr(colon + 1);
    const auto add = [&](std::size_t value) {
      const auto whole = static_cast<std::int32_t>(value);
      file.append(reinterpret_cast<const char*>(&whole), sizeof whole);
    };
    for (const std::size_t size :
         {scope.size(), name.size(), type.size(), record.array.shape.size(), record.array.bytes.size()})
      add(size);
    file += scope + name + type;
    for (const std::int64_t size : record.array.shape) add(static_cast<std::size_t>(size));
    file.append(reinterpret_cast<const char*>(record.array.bytes.data()), record.array.bytes.size());
  });
  TemporaryFolder folder;
  testing::write_file(folder / "af3.bin", file + more);
  try {
    read_alphafold3_weights(folder.path());
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_model);
    return error.parts().what;
  }
}

TEST(Records, TheTinyNetworkIsComplete) {
  const Alphafold3Weights weights = read_alphafold3_weights(kTiny);
  EXPECT_EQ(weights.shape.pair, 32);
  EXPECT_EQ(weights.shape.trunk_blocks, 2);
  EXPECT_EQ(weights.identifier, "GOLDEN TINY RANDOM AF3 shared");
  EXPECT_EQ(problem_of([](ParameterRecord&, std::string&) {}), "");
}

TEST(Records, EverythingThatIsWrongIsListedAtOnce) {
  const std::string problem = problem_of(
      [](ParameterRecord& record, std::string&) {
        if (record.name == "diffuser/evoformer/bond_embedding:weights") record.name.clear();
        if (record.name == "diffuser/distogram_head/half_logits:weights") record.array.shape = {64, 32};
      },
      kRecord);
  EXPECT_NE(problem.find("missing (1):\n    diffuser/evoformer/bond_embedding:weights [1, 32]"), std::string::npos)
      << problem;
  EXPECT_NE(problem.find("unexpected (1):\n    m/lin:weights [2, 1]"), std::string::npos) << problem;
  EXPECT_NE(problem.find("half_logits:weights: [64, 32] in the file, [32, 64] expected"), std::string::npos) << problem;
}

// docs/model_parameters.md of google-deepmind/alphafold3.
TEST(Records, RulesAreThoseOfThePublishedNetwork) {
  std::map<std::string, std::string> published;
  std::istringstream lines(read_text(fs::path(GROEL_TEST_DATA) / "af3-parameters" / "records.txt"));
  for (std::string name, type, shape; lines >> name >> type >> shape;)
    if (name != kIdentifierRecord) published[name] = "[" + shape + "]";
  std::int64_t parameters = 0;
  const auto rules = alphafold3_rules({});
  EXPECT_EQ(rules.size(), 404U);
  for (const RecordRule& rule : rules) {
    parameters += element_count(rule.shape());
    std::string shape = to_string(rule.shape());
    std::erase(shape, ' ');
    EXPECT_EQ(published[rule.record], shape) << rule.record;
    published.erase(rule.record);
  }
  for (const auto& [name, shape] : published) EXPECT_EQ(name, "") << shape;
  EXPECT_EQ(parameters, 368'384'538);
}

}  // namespace
}  // namespace groel::structure_models
