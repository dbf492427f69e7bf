// HDF5, read back through its C API.
#include <hdf5.h>

#include "formats/array_file.h"
#include "io/npz.h"
#include "sample.h"
#include "support/files.h"

namespace groel::formats {
namespace {

/// Reads a file with the library's own calls; every failure is a test failure.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    EXPECT_GE(file_, 0);
  }
  ~Reader() { H5Fclose(file_); }

  std::vector<hsize_t> shape(const std::string& name) const {
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset);
    std::vector<hsize_t> out(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
    H5Sget_simple_extent_dims(space, out.data(), nullptr);
    H5Sclose(space);
    H5Dclose(dataset);
    return out;
  }

  template <class T>
  std::vector<T> values(const std::string& name, hid_t type) const {
    std::size_t count = 1;
    for (const hsize_t size : shape(name)) count *= size;
    std::vector<T> out(count);
    const hid_t dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
    const herr_t status = count > 0 ? H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) : 0;
    EXPECT_GE(status, 0) << name;
    H5Dclose(dataset);
    return out;
  }
  std::vector<float> floats(const std::string& name) const { return values<float>(name, H5T_NATIVE_FLOAT); }
  std::vector<std::int64_t> integers(const std::string& name) const {
    return values<std::int64_t>(name, H5T_NATIVE_INT64);
  }

  std::vector<std::string> texts(const std::string& name) const {
    const hid_t type = text_type();
    std::vector<std::string> out;
    for (char* text : values<char*>(name, type)) {
      out.emplace_back(text);
      H5free_memory(text);
    }
    H5Tclose(type);
    return out;
  }

  std::string text_attribute(const std::string& object, const char* name) const {
    const hid_t type = text_type();
    const hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name, H5P_DEFAULT, H5P_DEFAULT);
    char* text = nullptr;
    EXPECT_GE(H5Aread(attribute, type, &text), 0) << name;
    std::string out = text != nullptr ? text : "";
    H5free_memory(text);
    H5Aclose(attribute);
    H5Tclose(type);
    return out;
  }

  std::int64_t integer_attribute(const std::string& object, const char* name) const {
    const hid_t attribute = H5Aopen_by_name(file_, object.c_str(), name, H5P_DEFAULT, H5P_DEFAULT);
    std::int64_t out = -1;
    EXPECT_GE(H5Aread(attribute, H5T_NATIVE_INT64, &out), 0) << name;
    H5Aclose(attribute);
    return out;
  }

  std::vector<std::string> names(const std::string& group) const {
    std::vector<std::string> out;
    H5Literate_by_name(file_, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &out, H5P_DEFAULT);
    return out;
  }

 private:
  static herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* out) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  }
  static hid_t text_type() {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }

  hid_t file_;
};

using Extent = std::vector<hsize_t>;

TEST(Hdf5, AttributesAndRecords) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const Reader file(write_sample(run, "hdf5", folder / "out.h5"));
  EXPECT_EQ(file.text_attribute("/", "format"), "groel-embeddings");
  EXPECT_EQ(file.integer_attribute("/", "format_version"), 1);
  EXPECT_EQ(file.text_attribute("/", "layout"), "packed");
  EXPECT_EQ(nlohmann::json::parse(file.text_attribute("/", "run")), run.schema.run);
  EXPECT_EQ(file.texts("/ids"), (std::vector<std::string>{"sp|P69905|HBA", "broken", "a/b", "Größe-α-🧬", "a_b"}));
  EXPECT_EQ(file.texts("/headers")[3], run.results[3].header);
  EXPECT_EQ(file.integers("/lengths"), (std::vector<std::int64_t>{3, 7, 2, 5, 2}));
  EXPECT_EQ(file.integers("/errors/index"), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(file.texts("/errors/kind"), (std::vector<std::string>{"bad_input"}));
  EXPECT_EQ(file.texts("/errors/message"), (std::vector<std::string>{"has an \"@\" in it\nat 3"}));
}

TEST(Hdf5, DigestsAreFixedText) {
  const TemporaryFolder folder;
  const Reader file(write_sample(sample(pooled_columns()), "hdf5", folder / "out.h5"));
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, 64);
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  struct Digest {
    char text[64];
  };
  const auto digests = file.values<Digest>("/sha256", type);
  H5Tclose(type);
  ASSERT_EQ(digests.size(), 5U);
  EXPECT_EQ(std::string(digests[0].text, 64), std::string(64, 'a'));
  EXPECT_EQ(digests[1].text[0], '\0');
}

TEST(Hdf5, PooledRowsWithNanWhereARecordFailed) {
  const TemporaryFolder folder;
  const Sample run = sample(pooled_columns());
  const Reader file(write_sample(run, "hdf5", folder / "out.h5"));
  const std::vector<std::string> names{"/mean/layer_0", "/mean/layer_6", "/max/layer_6", "/cls/layer_6"};
  for (std::size_t c = 0; c < names.size(); ++c) {
    EXPECT_EQ(file.shape(names[c]), (Extent{5, 4}));
    const auto values = file.floats(names[c]);
    for (std::size_t r = 0; r < 5; ++r)
      for (std::size_t i = 0; i < 4; ++i) {
        const float value = values[r * 4 + i];
        EXPECT_TRUE(r == 1 ? std::isnan(value) : value == sample_value(r, c, i)) << names[c] << r << i;
      }
  }
}

TEST(Hdf5, PackedKindsLieAtTheirOffsets) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const Reader file(write_sample(run, "hdf5", folder / "out.h5"));
  EXPECT_EQ(file.integers("/offsets"), (std::vector<std::int64_t>{0, 3, 3, 5, 10, 12}));
  EXPECT_EQ(file.integers("/contacts/offsets"), (std::vector<std::int64_t>{0, 9, 9, 13, 38, 42}));
  EXPECT_EQ(file.integers("/attentions/offsets"), (std::vector<std::int64_t>{0, 50, 50, 82, 180, 212}));
  EXPECT_EQ(file.shape("/per_residue/layer_6"), (Extent{12, 4}));
  EXPECT_EQ(file.shape("/logits/layer_6"), (Extent{12, 3}));
  EXPECT_EQ(file.shape("/contacts/layer_6"), (Extent{42}));
  EXPECT_EQ(file.shape("/attentions/layer_5"), (Extent{212}));
  EXPECT_EQ(file.floats("/per_residue/layer_6")[5 * 4], sample_value(3, 4, 0));
  EXPECT_EQ(file.floats("/logits/layer_6")[10 * 3 + 5], sample_value(4, 5, 5));
  EXPECT_EQ(file.floats("/contacts/layer_6")[13 + 24], sample_value(3, 6, 24));
  EXPECT_EQ(file.floats("/attentions/layer_6")[50], sample_value(2, 8, 0));
}

TEST(Hdf5, ManyRowsAndLargeRecordsKeepTheirOrder) {
  const TemporaryFolder folder;
  const std::int64_t records = 3000;
  Sample run{{{{Output::mean, 6, 100}, {Output::per_residue, 6, 100}}, records, 0, {}}, {}};
  auto writer = find_format("hdf5", "").open({folder / "out.h5", FileLayout::packed, run.schema});
  std::vector<float> mean;
  std::vector<float> residues;
  for (std::int64_t r = 0; r < records; ++r) {
    // Mostly short, with some records larger than the buffer and the chunk.
    const std::int64_t length = r % 500 == 7 ? 7001 : r % 13;
    Result result = sample_result(run.schema, static_cast<std::size_t>(r), "id" + std::to_string(r), length);
    mean.insert(mean.end(), result.items[0].values.begin(), result.items[0].values.end());
    residues.insert(residues.end(), result.items[1].values.begin(), result.items[1].values.end());
    writer->write(result);
  }
  writer->finish();
  const Reader file(folder / "out.h5");
  EXPECT_TRUE(file.floats("/mean/layer_6") == mean);
  EXPECT_TRUE(file.floats("/per_residue/layer_6") == residues);
  EXPECT_EQ(file.texts("/ids")[2999], "id2999");
}

TEST(Hdf5, ASmallRunIsASmallFile) {
  const TemporaryFolder folder;
  EXPECT_LT(std::filesystem::file_size(write_sample(sample(all_columns()), "hdf5", folder / "out.h5")), 100'000U);
}

TEST(Hdf5, NoRecords) {
  const TemporaryFolder folder;
  const Reader file(write_sample({{all_columns(), 0, 0, {}}, {}}, "hdf5", folder / "out.h5"));
  EXPECT_EQ(file.shape("/mean/layer_6"), (Extent{0, 4}));
  EXPECT_EQ(file.shape("/per_residue/layer_6"), (Extent{0, 4}));
  EXPECT_EQ(file.shape("/ids"), (Extent{0}));
  EXPECT_EQ(file.integers("/offsets"), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(file.shape("/errors/index"), (Extent{0}));
}

TEST(Hdf5PerProtein, OneColumnIsADatasetAnId) {
  const TemporaryFolder folder;
  const Sample run = sample({{Output::per_residue, 6, 4}});
  const Reader file(write_sample(run, "hdf5", folder / "out.h5", FileLayout::per_protein));
  EXPECT_EQ(file.text_attribute("/", "layout"), "per_protein");
  EXPECT_EQ(file.names("/"), (std::vector<std::string>{"Größe-α-🧬", "a_b", "a_b~2", "sp|P69905|HBA"}));
  EXPECT_EQ(file.shape("a_b"), (Extent{2, 4}));
  EXPECT_EQ(file.floats("a_b"), run.results[2].items[0].values);
  EXPECT_EQ(file.floats("a_b~2"), run.results[4].items[0].values);
  EXPECT_EQ(file.text_attribute("a_b", "original_id"), "a/b");
  EXPECT_EQ(file.text_attribute("a_b~2", "original_id"), "a_b");
  EXPECT_EQ(file.text_attribute("a_b", "header"), run.results[2].header);
  EXPECT_EQ(file.text_attribute("a_b", "sha256"), run.results[2].sha256);
  EXPECT_EQ(file.integer_attribute("Größe-α-🧬", "length"), 5);
  const auto errors = nlohmann::json::parse(file.text_attribute("/", "errors"));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0]["index"], 1);
  EXPECT_EQ(errors[0]["id"], "broken");
  EXPECT_EQ(errors[0]["kind"], "bad_input");
}

TEST(Hdf5PerProtein, SeveralColumnsAreAGroupAnId) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  const Reader file(write_sample(run, "hdf5", folder / "out.h5", FileLayout::per_protein));
  EXPECT_EQ(file.names("sp|P69905|HBA"),
            (std::vector<std::string>{"attentions_5", "attentions_6", "cls_6", "contacts_6", "logits_6", "max_6",
                                      "mean_0", "mean_6", "per_residue_6"}));
  EXPECT_EQ(file.shape("a_b~2/attentions_6"), (Extent{2, 4, 4}));
  EXPECT_EQ(file.shape("a_b~2/contacts_6"), (Extent{2, 2}));
  EXPECT_EQ(file.floats("a_b~2/attentions_6"), run.results[4].items[8].values);
  EXPECT_EQ(file.text_attribute("a_b~2", "original_id"), "a_b");
}

TEST(Hdf5PerProtein, TwoRunsGiveEqualBytes) {
  const TemporaryFolder folder;
  const Sample run = sample(all_columns());
  EXPECT_TRUE(read_bytes(write_sample(run, "hdf5", folder / "1", FileLayout::per_protein)) ==
              read_bytes(write_sample(run, "hdf5", folder / "2", FileLayout::per_protein)));
}

TEST(Hdf5, ErrorsAreNotPrinted) {
  const TemporaryFolder folder;
  ::testing::internal::CaptureStderr();
  error_of([&] { find_format("hdf5", "").open({folder / "no" / "out.h5", FileLayout::packed, sample({}).schema}); });
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(NamedArraysFile, HasAGroupForEachPrompt) {
  const testing::TemporaryFolder folder;
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  for (const char* name : {"a.h5", "a.npz"}) {
    NamedArraysFile file(folder.path() / name);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / name));
    file.add("", "embeddings", {2, 3}, values);
    file.add("x/y", "sequence_logits", {6}, values);
    file.add("x/y", "empty", {0, 4}, {});
    file.finish();
  }
  {
    NamedArraysFile dropped(folder.path() / "b.h5");
    dropped.add("", "embeddings", {2, 3}, values);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);  // nothing of what is not whole
  const Reader reader(folder.path() / "a.h5");
  EXPECT_EQ(reader.floats("embeddings"), values);
  EXPECT_EQ(reader.shape("embeddings"), (std::vector<hsize_t>{2, 3}));
  EXPECT_EQ(reader.floats("x_y/sequence_logits"), values);
  EXPECT_EQ(reader.shape("x_y/empty"), (std::vector<hsize_t>{0, 4}));
  EXPECT_EQ(reader.text_attribute("x_y", "original_id"), "x/y");
  EXPECT_EQ(io::read_npz(folder.path() / "a.npz").arrays.at("x/y.sequence_logits").shape,
            (std::vector<std::int64_t>{6}));
  EXPECT_THROW(NamedArraysFile(folder.path() / "a.csv"), Error);
}

}  // namespace
}  // namespace groel::formats
