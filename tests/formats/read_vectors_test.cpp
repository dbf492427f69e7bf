// Embedding files read back: every format gives the vectors that were written, the right column, and clear errors.
#include "formats/read_vectors.h"

#include <hdf5.h>

#include "io/arrays.h"
#include "io/npz.h"
#include "sample.h"

namespace groel::formats {
namespace {

using Texts = std::vector<std::string>;

struct Kind {
  const char* format;
  FileLayout layout = FileLayout::packed;
  bool knows_run = true;
};
const std::vector<Kind> kKinds{{"hdf5"},
                               {"hdf5", FileLayout::per_protein},
                               {"npz"},
                               {"safetensors"},
                               {"jsonl", FileLayout::packed, false},
                               {"csv", FileLayout::packed, false},
                               {"tsv", FileLayout::packed, false}};

// Column `c` of the records that did not fail, by id.
std::map<std::string, std::vector<float>> expected(std::size_t c) {
  std::map<std::string, std::vector<float>> out;
  const Sample run = sample(pooled_columns());
  for (const Result& result : run.results)
    if (!result.error) out[result.id] = result.items[c].values;
  return out;
}

std::map<std::string, std::vector<float>> by_id(const VectorFile& file) {
  std::map<std::string, std::vector<float>> out;
  for (std::size_t i = 0; i < file.ids.size(); ++i) {
    const auto row = file.values.begin() + static_cast<std::ptrdiff_t>(i) * file.width;
    out[file.ids[i]] = {row, row + file.width};
  }
  return out;
}

std::filesystem::path write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string message(const std::filesystem::path& path, const std::string& column = {}) {
  const Error error = error_of([&] { read_vectors(path, column); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
  return error.what();
}

bool says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
  return text.find(part) != std::string::npos;
}

TEST(ReadVectors, EveryFormatGivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const Sample run = sample(pooled_columns());
  for (const Kind& kind : kKinds) {
    const auto path = write_sample(run, kind.format, folder / "out", kind.layout);
    const VectorFile mean = read_vectors(path);
    EXPECT_EQ(mean.column, "mean_6") << kind.format << ": the mean of the highest layer";
    EXPECT_EQ(mean.width, 4);
    EXPECT_EQ(mean.failed, 1) << kind.format;
    EXPECT_EQ(by_id(mean), expected(1)) << kind.format;
    EXPECT_EQ(by_id(read_vectors(path, "mean_0")), expected(0)) << kind.format;
    EXPECT_EQ(by_id(read_vectors(path, "cls_6")), expected(3)) << kind.format;
    EXPECT_EQ(mean.run, kind.knows_run ? run.schema.run : nlohmann::json()) << kind.format;
    if (kind.layout == FileLayout::packed) {
      EXPECT_EQ(mean.ids, (Texts{"sp|P69905|HBA", "a/b", "Größe-α-🧬", "a_b"})) << kind.format;
    }
    const std::string unknown = message(path, "mean_7");
    EXPECT_TRUE(says(unknown, "there is no column 'mean_7'") && says(unknown, "mean_0") && says(unknown, "max_6"));
    EXPECT_TRUE(says(unknown, path.string()));
  }
}

TEST(ReadVectors, AnOnlyColumnNeedsNoName) {
  const TemporaryFolder folder;
  Sample run = sample({{Output::max, 3, 4}});
  run.schema.run = {{"model", "tiny"}, {"include", {"max"}}, {"layers", {3}}};
  for (const Kind& kind : kKinds) {
    const VectorFile file = read_vectors(write_sample(run, kind.format, folder / "out", kind.layout));
    EXPECT_EQ(file.column, "max_3") << kind.format;
    EXPECT_EQ(file.rows(), 4) << kind.format;
  }
}

TEST(ReadVectors, SeveralWithoutAMeanAreAQuestion) {
  const TemporaryFolder folder;
  const Sample run = sample({{Output::max, 6, 4}, {Output::cls, 6, 4}});
  for (const Kind& kind : kKinds) {
    const std::string text = message(write_sample(run, kind.format, folder / "out", kind.layout));
    EXPECT_TRUE(says(text, "several columns") && says(text, "'max_6'") && says(text, "'cls_6'")) << kind.format;
  }
}

TEST(ReadVectors, WhatIsNotOneVectorAProteinIsRefused) {
  const TemporaryFolder folder;
  Sample run = sample({{Output::per_residue, 6, 4}});
  for (const Kind& kind : {kKinds[0], kKinds[1], kKinds[2], kKinds[3], kKinds[4]}) {
    const std::string text = message(write_sample(run, kind.format, folder / "out", kind.layout));
    EXPECT_TRUE(says(text, "`include=mean`")) << kind.format;
  }
}

TEST(ReadVectors, NothingToRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_of([&] { read_vectors(folder / "none.h5"); }).kind(), ErrorKind::not_found);
  EXPECT_TRUE(says(message(write_file(folder / "empty", "")), "empty"));
  EXPECT_TRUE(says(message(write_file(folder / "blank", "\n \n")), "empty"));
  Sample none = sample(pooled_columns());
  none.schema.records = 1;
  none.results = {failed_result("x", 3)};
  for (const Kind& kind : kKinds) {
    const std::string text = message(write_sample(none, kind.format, folder / "out", kind.layout));
    EXPECT_TRUE(says(text, "failed")) << kind.format;
    none.schema.records = 0;
    Sample empty{none.schema, {}};
    const std::string nothing = message(write_sample(empty, kind.format, folder / "out", kind.layout));
    EXPECT_TRUE(says(nothing, std::string(kind.format) == "jsonl" ? "the file is empty" : "no vectors"));
    none.schema.records = 1;
  }
}

TEST(ReadVectors, DamagedFilesAreNamed) {
  const TemporaryFolder folder;
  const Sample run = sample(pooled_columns());
  for (const Kind& kind : {kKinds[0], kKinds[1], kKinds[2], kKinds[3], kKinds[4], kKinds[5]}) {
    const auto path = write_sample(run, kind.format, folder / "out", kind.layout);
    const std::string bytes = read_bytes(path);
    for (const std::size_t cut : {bytes.size() / 4, bytes.size() / 2, bytes.size() - 3}) {
      if (std::string(kind.format) == "csv" && cut == bytes.size() - 3) continue;  // a shorter number is a number
      const Error error = error_of([&] { read_vectors(write_file(path, bytes.substr(0, cut))); });
      EXPECT_TRUE(says(error.what(), path.string())) << kind.format << " " << cut;
    }
  }
}

TEST(ReadVectors, TextNamesLineAndColumn) {
  const TemporaryFolder folder;
  const auto csv = [&](const std::string& text) { return message(write_file(folder / "x.csv", text)); };
  const std::string text = csv("id,mean_6_0,mean_6_1\na,1,2\nb,1,two\n");
  EXPECT_TRUE(says(text, "x.csv:3, column 'mean_6_1'") && says(text, "'two' is not a number"));
  EXPECT_TRUE(says(csv("id,mean_6_0,mean_6_1\na,1\n"), "2 fields where the header has 3"));
  EXPECT_TRUE(says(csv("id\na\n"), "no column with one vector"));
  const auto jsonl = [&](const std::string& line) {
    const std::string first = R"({"id":"a","items":[{"layer":6,"kind":"mean","shape":[2],"values":[1,2]}]})"
                              "\n";
    return message(write_file(folder / "x.jsonl", first + line + "\n"));
  };
  EXPECT_TRUE(says(jsonl("{"), "x.jsonl:2"));
  EXPECT_TRUE(says(jsonl("[]"), "x.jsonl:2"));
  EXPECT_TRUE(says(jsonl(R"({"id":"b"})"), "items"));
  EXPECT_TRUE(says(jsonl(R"({"id":"b","items":[]})"), "there is no mean_6"));
  EXPECT_TRUE(says(jsonl(R"({"id":"b","items":[{"layer":6,"kind":"mean","values":[1]}]})"), "1 values where"));
  EXPECT_TRUE(says(jsonl(R"({"id":"b","items":[{"layer":6,"kind":"mean","values":[1,"x"]}]})"), "not a number"));
}

TEST(ReadVectors, TablesOfOthers) {
  const TemporaryFolder folder;
  const VectorFile plain = read_vectors(write_file(folder / "x.csv", "name,0,1,2\np,1,2,3\nq,4,5,1e-3\n"));
  EXPECT_EQ(plain.ids, (Texts{"p", "q"}));
  EXPECT_EQ(plain.values, (std::vector<float>{1, 2, 3, 4, 5, 1e-3F}));
  const VectorFile numbered = read_vectors(write_file(folder / "x.csv", "group\tid\tx_0\tx_1\nA\tp\t1\t2\nB\tq\t\t\n"));
  EXPECT_EQ(numbered.ids, (Texts{"p"}));
  EXPECT_EQ(numbered.column, "x");
  EXPECT_EQ(numbered.failed, 1);
  const VectorFile tokens = read_vectors(write_file(folder / "t.csv", "id,token,0,1\n5,A,1,2\n23,C,3,4\n"));
  EXPECT_EQ(tokens.ids, (Texts{"A", "C"}));
  EXPECT_EQ(tokens.values, (std::vector<float>{1, 2, 3, 4}));
  const VectorFile doses = read_vectors(write_file(folder / "d.csv", "id,0,39,156\np,1,2,3\n"));
  EXPECT_EQ(doses.values, (std::vector<float>{1, 2, 3})) << "no count, but names";
}

TEST(ReadVectors, ArraysOfOthers) {
  const TemporaryFolder folder;
  const std::vector<double> values{1, 2, 3, 4, 5, 6};
  {
    io::NpzWriter out(folder / "x.npz");
    out.add("names", {"p", "q"});
    out.add("embeddings", DType::f64, {2, 3}, std::as_bytes(std::span(values)));
    out.add("other", DType::f64, {3, 2}, std::as_bytes(std::span(values)));
    out.finish();
  }
  const VectorFile file = read_vectors(folder / "x.npz");
  EXPECT_EQ(file.column, "embeddings");
  EXPECT_EQ(file.ids, (Texts{"p", "q"}));
  EXPECT_EQ(file.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  io::write_safetensors(folder / "x.safetensors",
                        {{"embeddings", {DType::f64, {2, 3}, std::as_bytes(std::span(values))}}});
  EXPECT_TRUE(says(message(folder / "x.safetensors"), "ids_offsets"));
}

// As ProtTrans and bio_embeddings write it: h5[id][:].
TEST(ReadVectors, Hdf5OfOthers) {
  const TemporaryFolder folder;
  const auto path = folder / "x.h5";
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t width = 3;
  const hid_t space = H5Screate_simple(1, &width, nullptr);
  for (const char* id : {"q", "p"}) {
    const hid_t set = H5Dcreate2(file, id, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const double values[] = {1, 2, id[0] == 'q' ? 3.0 : 4.0};
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(set);
  }
  H5Sclose(space);
  H5Fclose(file);
  const VectorFile read = read_vectors(path);
  EXPECT_EQ(read.ids, (Texts{"p", "q"}));
  EXPECT_EQ(read.values, (std::vector<float>{1, 2, 4, 1, 2, 3}));
  EXPECT_EQ(read.column, "");
}

}  // namespace
}  // namespace groel::formats
