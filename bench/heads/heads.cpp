// Trains a head on made-up vectors: bench_heads data FILE [ROWS [WIDTH [CLASSES]]] writes them, bench_heads train FILE
// BATCH EPOCHS THREADS [HIDDEN,…] learns from them. bench/heads/compare.py does the same with scikit-learn.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/profile.h"
#include "base/random.h"
#include "base/threads.h"
#include "train/head_trainee.h"
#include "train/trainer.h"
#include "train/vector_data.h"

namespace {

using namespace groel;
using Clock = std::chrono::steady_clock;

struct Data {
  std::int64_t rows = 0, width = 0, classes = 0;
  std::vector<float> values;
  std::vector<std::int32_t> labels;
};

float normal(std::uint64_t key, std::uint64_t i) {
  const auto words = philox(key, i);
  return static_cast<float>(std::sqrt(-2 * std::log((words[0] + 1.0) * 0x1p-32)) *
                            std::cos(2 * M_PI * unit_double(words[1])));
}

// Normal vectors; the class is what a random linear map, with some noise, says.
Data make(std::int64_t rows, std::int64_t width, std::int64_t classes) {
  Data out{rows, width, classes, {}, {}};
  for (std::int64_t i = 0; i < rows * width; ++i) out.values.push_back(normal(1, static_cast<std::uint64_t>(i)));
  for (std::int64_t r = 0; r < rows; ++r) {
    std::vector<float> scores;
    for (std::int64_t c = 0; c < classes; ++c) {
      float score =
          0.3F * std::sqrt(static_cast<float>(width)) * normal(3, static_cast<std::uint64_t>(r * classes + c));
      for (std::int64_t i = 0; i < width; ++i)
        score +=
            out.values[static_cast<std::size_t>(r * width + i)] * normal(2, static_cast<std::uint64_t>(c * width + i));
      scores.push_back(score);
    }
    out.labels.push_back(static_cast<std::int32_t>(std::ranges::max_element(scores) - scores.begin()));
  }
  return out;
}

template <class T>
void write(std::ostream& to, const std::vector<T>& values) {
  to.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

template <class T>
void read(std::istream& from, std::vector<T>& values, std::int64_t count) {
  values.resize(static_cast<std::size_t>(count));
  from.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

// Three i64, vectors as f32, labels as i32.
void save(const std::string& path, const Data& data) {
  std::ofstream to(path, std::ios::binary);
  write(to, std::vector<std::int64_t>{data.rows, data.width, data.classes});
  write(to, data.values);
  write(to, data.labels);
}

Data load(const std::string& path) {
  std::ifstream from(path, std::ios::binary);
  std::vector<std::int64_t> shape;
  read(from, shape, 3);
  Data out{shape[0], shape[1], shape[2], {}, {}};
  read(from, out.values, out.rows * out.width);
  read(from, out.labels, out.rows);
  return out;
}

class Quiet final : public Sink {
 public:
  void note(std::string_view) override {}
  void progress(const Progress&) override {}
  void progress_done() override {}
};

std::vector<std::int64_t> widths(const std::string& text) {
  std::vector<std::int64_t> out;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) out.push_back(std::atoll(word.c_str()));
  return out;
}

void train_on(const Data& data, std::int64_t batch, std::int64_t epochs, const std::vector<std::int64_t>& hidden) {
  const auto source = train::sequence_vectors(Tensor::of<float>({data.rows, data.width}, std::span(data.values)));
  const train::VectorTargets targets{Tensor::of<std::int32_t>({data.rows}, std::span(data.labels)),
                                     nn::LabelsOf::sequences};
  train::VectorData batches(*source, targets, train::all_sequences(*source), {.seed = 1, .batch = batch});
  const auto trainee = train::make_head_trainee(
      {.shape = {.kind = "mlp", .inputs = data.width, .outputs = data.classes, .hidden = hidden},
       .objective = {},
       .seed = 1,
       .numbers = {}});
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("groel-bench-heads-{}", ::getpid());
  train::TrainerOptions options{.folder = folder};
  options.length.epochs = epochs;
  options.schedule.rate = 1e-3;
  options.saving.every = 0;
  Quiet sink;
  const auto begin = Clock::now();
  const std::clock_t processor = std::clock();
  const auto result =
      train::train({.trainee = *trainee, .data = batches, .sink = sink}, options, train::Start::replace);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  std::filesystem::remove_all(folder);
  const train::LossSum sum = train::evaluate_all(*trainee, batches);
  fmt::print("groel batch {} threads {}: {:.3f} s, processor {:.3f} s, {:.3f} ms per update, accuracy {:.4f}\n", batch,
             num_threads(), seconds, used, 1e3 * seconds / static_cast<double>(result.steps),
             static_cast<double>(sum.correct) / static_cast<double>(sum.targets));
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  const auto number = [&](std::size_t i, std::int64_t otherwise) {
    return i < arguments.size() ? std::atoll(arguments[i].c_str()) : otherwise;
  };
  if (arguments.size() >= 2 && arguments[0] == "data") {
    save(arguments[1], make(number(2, 10'000), number(3, 320), number(4, 10)));
    return 0;
  }
  if (arguments.size() < 5 || arguments[0] != "train") {
    fmt::print(
        "usage: bench_heads data FILE [ROWS [WIDTH [CLASSES]]] | train FILE BATCH EPOCHS THREADS [HIDDEN,...]\n");
    return 2;
  }
  set_num_threads(number(4, 1));
  train_on(load(arguments[1]), number(2, 32), number(3, 20), widths(arguments.size() > 5 ? arguments[5] : "512,256"));
  return 0;
}
