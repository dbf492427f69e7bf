// A small job of a protein and an ion, run by `groel fold` with the weights that a test names.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/text_file.h"
#include "support/program.h"

namespace groel::tasks {

using testing::Outcome;

class FoldJobRun : public ::testing::Test {
 protected:
  explicit FoldJobRun(std::string weights) : weights_(std::move(weights)) {}
  void SetUp() override {
    const nlohmann::json job{{"dialect", "alphafold3"},
                             {"version", 1},
                             {"name", "two chains"},
                             {"modelSeeds", {3, 4}},
                             {"sequences",
                              {{{"protein",
                                 {{"id", "A"},
                                  {"sequence", "MKTAYIAK"},
                                  {"unpairedMsa", ""},
                                  {"pairedMsa", ""},
                                  {"templates", nlohmann::json::array()}}}},
                               {{"ligand", {{"id", "B"}, {"ccdCodes", {"ZN"}}}}}}}};
    write_text(path("job.json"), job.dump());
  }
  std::string path(const std::string& name) const { return folder_ / name; }
  Outcome run(std::vector<std::string> words) const {
    std::vector<std::string> all{GROEL_PROGRAM, "fold", path("job.json"), "--ideal-coordinates"};
    all.insert(all.end(), words.begin(), words.end());
    return testing::Process(all, {folder_.path().string(), "", {{"XDG_CACHE_HOME", path("cache")}}}).wait();
  }
  Outcome fold(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> words{
        "--model-dir",           weights_, "-o", path(out), "--num-recycles", "1", "--num-diffusion-samples", "2",
        "--num-diffusion-steps", "3"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::string text(const std::string& file) const { return read_text(path(file)); }
  /// Atoms of a sample's structure, as text.
  std::string atoms(const std::string& out, const std::string& sample) const {
    const std::string cif = text(out + "/two_chains/" + sample + "/two_chains_" + sample + "_model.cif");
    return cif.substr(cif.find("_atom_site."));
  }

  std::string weights_;
  testing::TemporaryFolder folder_;
};

}  // namespace groel::tasks
