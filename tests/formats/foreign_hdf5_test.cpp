// HDF5 from others: what leads out of the file, damage of every byte, and files that crash HDF5 or hold it.
#include <hdf5.h>
#include <unistd.h>

#include <functional>

#include "formats/read_vectors.h"
#include "sample.h"

namespace groel::formats {
namespace {

namespace fs = std::filesystem;

class ForeignHdf5 : public ::testing::Test {
 protected:
  // A file of the vector [1, 2, 3] under "p1", to which `more` adds.
  std::string file(const std::string& name, const std::function<void(hid_t file)>& more) {
    const std::string path = (folder_ / name).string();
    const hid_t out = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add(out, "p1", H5P_DEFAULT);
    more(out);
    H5Fclose(out);
    return path;
  }
  static void add(hid_t parent, const char* name, hid_t properties) {
    const hsize_t size = 3;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t dataset = H5Dcreate2(parent, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    const float values[] = {1, 2, 3};
    H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(dataset);
    H5Sclose(space);
  }
  static Error error(const std::string& path) {
    return error_of([&] { read_vectors(path); });
  }
  static void expect_refused(const std::string& path, const std::vector<std::string>& texts) {
    const Error caught = error(path);
    for (const std::string& text : texts)
      EXPECT_NE(std::string(caught.what()).find(text), std::string::npos) << caught.what() << "\nlacks " << text;
  }
  fs::path folder_ = make_folder();

 private:
  static fs::path make_folder() {
    const fs::path folder = fs::path(::testing::TempDir()) / ("groel-hdf5-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    return folder;
  }
  void TearDown() override { fs::remove_all(folder_); }
};

TEST_F(ForeignHdf5, OfAVectorAnIdIsRead) {
  const VectorFile found = read_vectors(file("plain.h5", [](hid_t out) { add(out, "p2", H5P_DEFAULT); }));
  EXPECT_EQ(found.ids, (std::vector<std::string>{"p1", "p2"}));
  EXPECT_EQ(found.values, (std::vector<float>{1, 2, 3, 1, 2, 3}));
}

TEST_F(ForeignHdf5, LinksToOtherFilesAreNotFollowed) {
  const std::string other = file("other.h5", [](hid_t) {});
  expect_refused(
      file("external.h5",
           [&](hid_t out) { H5Lcreate_external(other.c_str(), "/p1", out, "p2", H5P_DEFAULT, H5P_DEFAULT); }),
      {"link to another file, " + other, "external.h5: p2"});
  expect_refused(file("soft.h5",
                      [&](hid_t out) {
                        H5Lcreate_external(other.c_str(), "/", out, "zz", H5P_DEFAULT, H5P_DEFAULT);
                        H5Lcreate_soft("/zz/p1", out, "p2", H5P_DEFAULT, H5P_DEFAULT);
                      }),
                 {"link to another file", "soft.h5: p2"});
  expect_refused(file("absent.h5",
                      [&](hid_t out) { H5Lcreate_external("nowhere.h5", "/p1", out, "p2", H5P_DEFAULT, H5P_DEFAULT); }),
                 {"link to another file, nowhere.h5"});
  expect_refused(
      file("dangling.h5", [](hid_t out) { H5Lcreate_soft("/nothing", out, "p2", H5P_DEFAULT, H5P_DEFAULT); }),
      {"leads to no dataset", "dangling.h5: p2"});
}

TEST_F(ForeignHdf5, ValuesInOtherFilesAreNotRead) {
  const std::string secret = (folder_ / "secret").string();
  std::ofstream(secret) << "twelve bytes";
  expect_refused(file("storage.h5",
                      [&](hid_t out) {
                        const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
                        H5Pset_external(properties, secret.c_str(), 0, 12);
                        add(out, "p2", properties);
                        H5Pclose(properties);
                      }),
                 {"lie in other files", "storage.h5: p2"});
  const std::string other = file("other.h5", [](hid_t) {});
  expect_refused(file("virtual.h5",
                      [&](hid_t out) {
                        const hsize_t size = 3;
                        const hid_t space = H5Screate_simple(1, &size, nullptr);
                        const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
                        H5Pset_virtual(properties, space, other.c_str(), "p1", space);
                        H5Dclose(H5Dcreate2(out, "p2", H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
                        H5Pclose(properties);
                        H5Sclose(space);
                      }),
                 {"lie in other files", "virtual.h5: p2"});
}

// Bytes all over small files of both layouts, changed: an answer or an error of the file, soon.
TEST_F(ForeignHdf5, DamageIsAnErrorOfTheFile) {
  const Sample run = sample(pooled_columns());
  for (const FileLayout layout : {FileLayout::packed, FileLayout::per_protein}) {
    const fs::path whole = folder_ / "whole.h5";
    write_sample(run, "hdf5", whole, layout);
    const std::string bytes = read_bytes(whole);
    const fs::path damaged = folder_ / "damaged.h5";
    std::uint32_t state = 5;
    for (std::size_t at = 8; at < bytes.size(); at += 1 + state % 397) {
      state = state * 1664525U + 1013904223U;
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (state >> 8) % 8));
      if (state % 3 == 0) changed[at] = static_cast<char>(0xff);
      std::ofstream(damaged, std::ios::binary) << changed;
      try {
        const VectorFile found = read_vectors(damaged);
        EXPECT_EQ(found.values.size(), found.ids.size() * static_cast<std::size_t>(found.width)) << at;
      } catch (const Error& caught) {
        EXPECT_TRUE(caught.kind() == ErrorKind::bad_input || caught.kind() == ErrorKind::unsupported ||
                    caught.kind() == ErrorKind::memory)
            << at << " " << caught.what();
      }
    }
  }
}

}  // namespace
}  // namespace groel::formats
