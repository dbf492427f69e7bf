// A folder with a few proteins, and scenario files over them.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "tasks/bench/run.h"

namespace groel::tasks {

namespace fs = std::filesystem;

class Scenarios : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / fmt::format("groel-scenario-{}", ::getpid());
    fs::create_directories(folder_);
    std::ofstream(folder_ / "proteins.fasta") << ">a\nMKTAYIAKQRQISFVKSHFSRQ\n>b\nGLIEVQAPIL\n>c\nSRV\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const nlohmann::json& scenario) const {
    std::ofstream(folder_ / "scenario.json") << scenario.dump();
    return folder_ / "scenario.json";
  }
  BenchResult run(const nlohmann::json& scenario) const {
    return run_bench(read_scenario(write(scenario)), {1}, {.warmups = 0, .runs = 1}).at(0);
  }

  nlohmann::json tiny_{{"name", "tiny"},           {"layers", 1},    {"width", 32},  {"heads", 2},
                       {"data", "proteins.fasta"}, {"dtype", "f32"}, {"threads", 1}, {"residues", 100}};
  fs::path folder_;
};

}  // namespace groel::tasks
