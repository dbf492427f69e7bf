// The registry of output formats: every format is found, says what it holds, and gives the same bytes each time.
#include <fstream>

#include "sample.h"

namespace groel::formats {
namespace {

TEST(Formats, AFormatIsOneLineInTheTable) {
  std::ifstream table(std::string(GROEL_SOURCE_DIR) + "/src/formats/formats.inc");
  std::size_t lines = 0;
  for (std::string line; std::getline(table, line);) lines += line.starts_with("GROEL_FORMAT(") ? 1 : 0;
  EXPECT_EQ(lines, formats().size());
  EXPECT_EQ(lines, 6U);
}

TEST(Formats, FoundByNameAndExtension) {
  EXPECT_EQ(find_format("", "out.h5").name, "hdf5");
  EXPECT_EQ(find_format("", "OUT.HDF5").name, "hdf5");
  EXPECT_EQ(find_format("", "a/b.npz").name, "npz");
  EXPECT_EQ(find_format("", "a.safetensors").name, "safetensors");
  EXPECT_EQ(find_format("", "a.ndjson").name, "jsonl");
  EXPECT_EQ(find_format("", "a.csv").name, "csv");
  EXPECT_EQ(find_format("", "a.tsv").name, "tsv");
  EXPECT_EQ(find_format("", "a.csv.gz").name, "csv");
  EXPECT_EQ(find_format("", "a.JSONL.ZST").name, "jsonl");
  EXPECT_EQ(find_format("", "unknown").name, "hdf5");
  EXPECT_EQ(find_format("", "/dev/null").name, "jsonl");
  EXPECT_EQ(find_format("", "-").name, "jsonl");
  EXPECT_EQ(find_format("csv", "a.h5").name, "csv");
}

TEST(Formats, UnknownNameListsTheKnown) {
  for (const char* path : {"a.pt", "a.parquet", "a.xyz", "a.xlsx", "a.json", "a.json.gz", "a.gz", "a.h5.gz", "a.v2"}) {
    const Error unknown = error_of([&] {
      const Format& format = find_format("", path);
      check_options(format, {.path = path, .schema = {}});
    });
    EXPECT_EQ(unknown.kind(), ErrorKind::usage) << path;
    EXPECT_EQ(unknown.parts().where, path);
    EXPECT_NE(unknown.parts().remedy.find("jsonl"), std::string::npos) << unknown.what();
  }
  const Error error = error_of([] { find_format("xml", "a.h5"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "unknown output format \"xml\"\n  known formats: hdf5, npz, safetensors, jsonl, csv, tsv");
}

TEST(Formats, RefuseWhatTheyCannotHold) {
  const TemporaryFolder folder;
  const Sample all = sample(all_columns());
  for (const char* format : {"csv", "tsv"}) {
    const Error error = error_of([&] { find_format(format, "").open({folder / "x", FileLayout::packed, all.schema}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.parts().what, std::string(format) + " cannot hold per_residue");
    EXPECT_EQ(error.parts().remedy, "formats that can: hdf5, npz, safetensors, jsonl");
  }
  for (const char* format : {"hdf5", "npz", "safetensors"}) {
    const Error error = error_of([&] { find_format(format, "").open({"-", FileLayout::packed, all.schema}); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.parts().remedy, "name a file, or use one of: jsonl, csv, tsv");
  }
  const Error error = error_of([&] {
    find_format("npz", "").open({folder / "x", FileLayout::per_protein, all.schema});
  });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.parts().remedy, "formats that have: hdf5");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Formats, AFolderThatIsNotThereIsNamed) {
  const TemporaryFolder folder;
  for (const Format& format : formats()) {
    const auto path = folder / "missing" / "out";
    const Error error = error_of([&] { format.open({path, FileLayout::packed, sample(pooled_columns()).schema}); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found) << format.name;
    EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("No such file or directory"), std::string::npos) << error.what();
  }
}

TEST(Formats, TwoRunsGiveEqualBytes) {
  const TemporaryFolder folder;
  for (const Format& format : formats()) {
    const Sample run = sample(format.holds(Per::residue_pair) ? all_columns() : pooled_columns());
    const std::string first = read_bytes(write_sample(run, format.name, folder / "first"));
    ::sleep(format.name == "hdf5" ? 1 : 0);  // times, if any were stored, would differ
    const std::string second = read_bytes(write_sample(run, format.name, folder / "second"));
    EXPECT_FALSE(first.empty());
    EXPECT_TRUE(first == second) << format.name;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2) << "something was left";
  }
}

TEST(Formats, ARecordThatIsNotTheSchemasIsADefect) {
  const TemporaryFolder folder;
  const Sample run = sample(pooled_columns());
  for (const Format& format : formats()) {
    auto writer = format.open({folder / "x", FileLayout::packed, run.schema});
    Result wrong = run.results[0];
    wrong.items[1].layer = 5;
    EXPECT_EQ(error_of([&] { writer->write(wrong); }).kind(), ErrorKind::internal) << format.name;
    wrong = run.results[0];
    wrong.items[0].values.pop_back();
    EXPECT_EQ(error_of([&] { writer->write(wrong); }).kind(), ErrorKind::internal) << format.name;
    wrong = run.results[0];
    wrong.items.pop_back();
    EXPECT_EQ(error_of([&] { writer->write(wrong); }).kind(), ErrorKind::internal) << format.name;
  }
}

TEST(Formats, FewerRecordsThanPromisedIsADefect) {
  const TemporaryFolder folder;
  const Sample run = sample(pooled_columns());
  for (const char* format : {"hdf5", "npz", "safetensors"}) {
    auto writer = find_format(format, "").open({folder / "x", FileLayout::packed, run.schema});
    writer->write(run.results[0]);
    EXPECT_EQ(error_of([&] { writer->finish(); }).kind(), ErrorKind::internal) << format;
  }
}

}  // namespace
}  // namespace groel::formats
