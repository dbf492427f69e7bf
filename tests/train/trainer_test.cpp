// The training loop on a toy model: what it learns, writes, resumes, refuses and survives.
#include "train/trainer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "base/threads.h"
#include "bio/esm_tokenizer.h"
#include "io/arrays.h"
#include "support/errors.h"
#include "support/files.h"
#include "toy.h"
#include "train/mlm_data.h"

namespace groel::train {
namespace {

namespace fs = std::filesystem;
using groel::testing::read_file;
using groel::testing::TemporaryFolder;

const bio::EsmTokenizer kTrainerTokenizer = bio::EsmTokenizer::esm();

class SpokenNotes final : public Sink {
 public:
  void note(std::string_view text) override { text_ += std::string(text) + "\n"; }
  void warning(std::string_view text) override { text_ += "warning: " + std::string(text) + "\n"; }
  void progress(const Progress& progress) override {
    last_step = progress.done;
    detail = progress.detail;
  }
  bool says(const std::string& text) const { return text_.find(text) != std::string::npos; }
  std::int64_t last_step = 0;
  std::string detail;

 private:
  std::string text_;
};

// Proteins in which each residue follows from the one before it, so that there is something to learn.
Corpus toy_corpus(std::int64_t sequences) {
  Corpus corpus;
  for (std::int64_t s = 0; s < sequences; ++s) {
    std::vector<std::int32_t> ids;
    for (std::int64_t i = 0; i < 30 + s % 17; ++i) ids.push_back(4 + static_cast<std::int32_t>((s + i * 3) % 20));
    corpus.add(ids, fmt::format("toy{}", s));
  }
  return corpus;
}

const Corpus kCorpus = toy_corpus(64);

std::vector<std::int64_t> members(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = from; i < to; ++i) out.push_back(i);
  return out;
}

struct Setting {
  explicit Setting(const fs::path& folder, std::int64_t batch_tokens = 300)
      : data(kCorpus, members(0, 48), kTrainerTokenizer, {.seed = 1, .batch_tokens = batch_tokens}) {
    options.folder = folder;
    options.length.steps = 40;
    options.schedule = {.kind = ScheduleKind::linear, .rate = 0.05};
    options.warmup = 4;
    options.optimizer.weight_decay = 0.01;
    options.saving.every = 15;
    options.log_every = 7;
    options.evaluation.every = 10;
    options.data_fingerprint = options.held_out_fingerprint = "toy";
  }
  TrainingResult run(Start start = Start::fresh) {
    return train({trainee, data, use_held_out ? &held_out : nullptr, notes}, options, start);
  }
  std::vector<nlohmann::json> lines(const char* with) const {
    std::vector<nlohmann::json> out;
    std::istringstream text(read_file(options.folder / "metrics.jsonl"));
    for (std::string line; std::getline(text, line);)
      if (auto json = nlohmann::json::parse(line); json.contains(with)) out.push_back(json);
    return out;
  }

  ToyTrainee trainee;
  MlmData data;
  MlmData held_out{kCorpus,
                   members(48, 64),
                   kTrainerTokenizer,
                   {.batch_tokens = 300, .order = Order::as_written, .masking = {.style = MaskingStyle::hidden}}};
  bool use_held_out = true;
  SpokenNotes notes;
  TrainerOptions options;
};

std::string weights(const fs::path& folder) { return read_file(folder / "model.safetensors"); }

// An uninterrupted run, kept for comparison.
struct Uninterrupted {
  TemporaryFolder folder;
  Setting setting{folder.path()};
  TrainingResult result = setting.run();
};
const Uninterrupted& uninterrupted() {
  static const Uninterrupted run;
  return run;
}

TEST(Trainer, LearnsAndLeavesItsFiles) {
  const auto& [folder, setting, result] = uninterrupted();
  EXPECT_EQ(result.steps, 40);
  EXPECT_EQ(result.why_stopped, "all steps are done");
  ASSERT_TRUE(result.last);
  EXPECT_LT(result.last->loss, 1.5);
  EXPECT_GT(result.last->accuracy, 0.9);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"best", "checkpoint-30", "checkpoint-40", "config.json",
                                                      "metrics.jsonl", "model.safetensors", "special_tokens_map.json",
                                                      "tensorboard", "tokenizer_config.json", "vocab.txt"}));
  const auto logged = setting.lines("loss");
  ASSERT_EQ(logged.size(), 6U);  // 7, 14, …, 35, and the rest at 40
  EXPECT_EQ(logged[0]["step"], 7);
  EXPECT_EQ(logged[5]["step"], 40);
  EXPECT_NEAR(logged[0]["lr"].get<double>(), 0.05 * 34 / 36, 1e-12);
  EXPECT_GT(logged[0]["loss"].get<double>(), logged[5]["loss"].get<double>() + 0.5);
  for (const char* name : {"epoch", "grad_norm", "tokens", "tokens_per_second"})
    EXPECT_TRUE(logged[0][name].is_number()) << name;
  const auto evaluated = setting.lines("eval_loss");
  ASSERT_EQ(evaluated.size(), 4U);
  EXPECT_EQ(evaluated[3]["step"], 40);
  EXPECT_DOUBLE_EQ(evaluated[3]["eval_loss"], result.last->loss);
  EXPECT_EQ(setting.notes.last_step, 40);
  EXPECT_TRUE(setting.notes.detail.starts_with("loss "));
  const checkpoints::SavedModel saved = setting.trainee.saved_model();
  EXPECT_EQ(saved.tensors[3].value.data<float>()[1], 2.0F) << "no gradient, no decay";
}

TEST(Trainer, SeedsRepeat) {
  const TemporaryFolder folder;
  Setting again(folder.path());
  again.run();
  EXPECT_EQ(weights(folder.path()), weights(uninterrupted().folder.path()));
}

// The same gradient in one batch or in several: only the order of the sums differs.
TEST(Trainer, AccumulationIsNormalisedOverTheWholeBatch) {
  const TemporaryFolder a, b;
  Setting whole(a.path(), 100'000), parts(b.path());
  parts.options.accumulate = 1000;
  for (Setting* setting : {&whole, &parts}) {
    setting->options.length = {.steps = 3};
    setting->run();
  }
  EXPECT_NEAR(whole.lines("loss")[0]["grad_norm"].get<double>(), parts.lines("loss")[0]["grad_norm"].get<double>(),
              1e-6);
  EXPECT_EQ(whole.lines("loss")[0]["tokens"], parts.lines("loss")[0]["tokens"]);
}

// In a process of its own: runs until `stop` calls of accumulate have been made, then dies at once.
void run_and_die(Setting& setting, int stop, int signal) {
  const pid_t child = ::fork();
  if (child == 0) {
    set_num_threads(1);  // the pool's threads are not in this process
    int calls = 0;
    setting.trainee.before_accumulate = [&] {
      if (++calls == stop) ::kill(::getpid(), signal);
    };
    setting.run();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(Trainer, KilledAndResumedIsBitwiseUninterrupted) {
  const fs::path whole = uninterrupted().folder.path();
  const TemporaryFolder b;
  {
    Setting killed(b.path());
    run_and_die(killed, 38, SIGKILL);
  }
  EXPECT_FALSE(fs::exists(b.path() / "model.safetensors"));
  EXPECT_TRUE(fs::exists(b.path() / "checkpoint-30"));
  Setting resumed(b.path());
  const TrainingResult result = resumed.run(Start::resume);
  EXPECT_TRUE(resumed.notes.says("going on from step 30"));
  EXPECT_EQ(result.steps, 40);
  EXPECT_EQ(weights(uninterrupted().folder.path()), weights(b.path()));
  for (const char* name : {"best/model.safetensors", "checkpoint-40/training.safetensors"})
    EXPECT_EQ(read_file(whole / name), read_file(b.path() / name)) << name;
  const auto without_times = [](const Setting& setting) {
    std::vector<nlohmann::json> lines = setting.lines("step");
    for (nlohmann::json& line : lines)
      for (const char* name : {"tokens_per_second", "eval_seconds"}) line.erase(name);
    return lines;
  };
  EXPECT_EQ(without_times(uninterrupted().setting), without_times(resumed));
}

TEST(Trainer, KilledBeforeTheFirstCheckpointStartsOver) {
  const TemporaryFolder b;
  Setting killed(b.path()), resumed(b.path());
  run_and_die(killed, 12, SIGKILL);
  resumed.run(Start::resume);
  EXPECT_TRUE(resumed.notes.says("there is no checkpoint yet"));
  EXPECT_EQ(weights(uninterrupted().folder.path()), weights(b.path()));
  EXPECT_EQ(resumed.lines("loss").size(), 6U);
}

TEST(Trainer, ResumeTellsChangedOptionsAndRefusesOtherData) {
  const TemporaryFolder folder;
  Setting first(folder.path());
  first.options.length.steps = 15;
  first.options.recipe = {{"steps", 15}};
  first.run();
  Setting other(folder.path());
  other.options.data_fingerprint = "other";
  EXPECT_THROW(other.run(Start::resume), Error);
  Setting other_scores(folder.path());
  other_scores.options.held_out_fingerprint = "other";
  const Error refused = testing::error_of([&] { other_scores.run(Start::resume); });
  EXPECT_NE(std::string(refused.what()).find("other held-out data"), std::string::npos) << refused.what();
  const fs::path kept = folder.path() / "checkpoint-15/trainer_state.json";  // as before that was kept
  nlohmann::json state = nlohmann::json::parse(read_file(kept));
  EXPECT_EQ(state["held_out_fingerprint"], "toy");
  state.erase("held_out_fingerprint");
  testing::write_file(kept, state.dump());
  Setting longer(folder.path());
  longer.options.recipe = {{"steps", 40}};
  EXPECT_EQ(longer.run(Start::resume).steps, 40);
  EXPECT_TRUE(longer.notes.says("warning: `steps` is 40 now, and was 15")) << "told";
  Setting sgd(folder.path());
  sgd.options.optimizer.kind = OptimizerKind::sgd;
  EXPECT_THROW(sgd.run(Start::resume), Error);
}

TEST(Trainer, AnotherRunIsNotOverwrittenUnasked) {
  const TemporaryFolder folder;
  Setting first(folder.path());
  first.options.length.steps = 2;
  first.run();
  Setting second(folder.path());
  const Error error = testing::error_of([&] { second.run(); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_NE(std::string(error.what()).find("`resume`"), std::string::npos);
  second.options.length.steps = 3;
  second.run(Start::replace);
  EXPECT_FALSE(fs::exists(folder.path() / "checkpoint-2"));
  EXPECT_EQ(second.lines("loss").size(), 1U);
}

TEST(Trainer, NotANumberStopsWithTheStep) {
  const TemporaryFolder folder;
  Setting setting(folder.path());
  int calls = 0;
  setting.trainee.before_accumulate = [&] {
    if (++calls == 20) setting.trainee.loss_offset = NAN;
  };
  const Error error = testing::error_of([&] { setting.run(); });
  const std::string text = error.what();
  EXPECT_NE(text.find("step 20"), std::string::npos) << text;
  EXPECT_NE(text.find("lower `learning_rate`"), std::string::npos) << text;
  EXPECT_NE(text.find("checkpoint-15 is intact"), std::string::npos) << text;
  Setting resumed(folder.path());
  EXPECT_EQ(resumed.run(Start::resume).steps, 40);
}

TEST(Trainer, ExplodingLossStops) {
  const TemporaryFolder folder;
  Setting setting(folder.path());
  int calls = 0;
  setting.trainee.before_accumulate = [&] { setting.trainee.loss_offset = ++calls == 5 ? 100 : 0; };
  const Error error = testing::error_of([&] { setting.run(); });
  EXPECT_NE(std::string(error.what()).find("step 5: the loss has exploded"), std::string::npos) << error.what();
}

TEST(Trainer, EarlyStoppingAndTheBestModel) {
  const TemporaryFolder folder;
  Setting setting(folder.path());
  setting.options.length.steps = 400;
  setting.options.evaluation = {.every = 5, .metric = "accuracy", .patience = 3};
  setting.options.saving.final_model = FinalModel::best;
  const TrainingResult result = setting.run();
  EXPECT_LT(result.steps, 400);
  EXPECT_EQ(result.why_stopped, "accuracy has not become better in 3 evaluations");
  EXPECT_EQ(result.best_step, result.steps - 15);
  EXPECT_EQ(weights(folder.path()), weights(folder.path() / "best"));
  EXPECT_NE(weights(folder.path()), weights(folder.path() / fmt::format("checkpoint-{}", result.steps)));
  setting.use_held_out = false;
  EXPECT_THROW(setting.run(Start::replace), Error);
}

TEST(Trainer, EpochsEndTheRunAndAreEvaluated) {
  const TemporaryFolder folder;
  Setting setting(folder.path());
  setting.options.length = {.epochs = 3};
  setting.options.accumulate = 2;
  setting.options.evaluation.every = 0;
  setting.options.schedule.kind = ScheduleKind::constant;
  const std::int64_t batches = setting.data.batches_in_epoch(0);
  const TrainingResult result = setting.run();
  const auto evaluated = setting.lines("eval_loss");
  ASSERT_EQ(evaluated.size(), 3U);
  EXPECT_EQ(evaluated[0]["step"], (batches + 1) / 2);
  for (int epoch = 0; epoch < 3; ++epoch) EXPECT_EQ(evaluated[static_cast<std::size_t>(epoch)]["epoch"], epoch + 1.0);
  EXPECT_EQ(evaluated[2]["step"], result.steps);
}

TEST(Trainer, TimeEndsTheRun) {
  const TemporaryFolder folder;
  Setting setting(folder.path());
  setting.options.length = {.minutes = 0.05 / 60};
  const TrainingResult result = setting.run();
  EXPECT_EQ(result.why_stopped, "the time is over");
  EXPECT_GT(result.steps, 1);
  EXPECT_LT(setting.lines("lr").back()["lr"].get<double>(), 0.05);
}

TEST(Trainer, InterruptionLeavesACheckpoint) {
  const TemporaryFolder b;
  Setting stopped(b.path());
  int calls = 0;
  stopped.trainee.before_accumulate = [&] {
    if (++calls == 23) throw Error(ErrorKind::interrupted, "stopped by signal 2");
  };
  const Error error = testing::error_of([&] { stopped.run(); });
  EXPECT_NE(std::string(error.what()).find("after step 22"), std::string::npos) << error.what();
  EXPECT_NE(std::string(error.what()).find("`resume`"), std::string::npos) << error.what();
  Setting resumed(b.path());
  resumed.run(Start::resume);
  EXPECT_TRUE(resumed.notes.says("going on from step 22"));
  EXPECT_EQ(weights(uninterrupted().folder.path()), weights(b.path()));
}

// No file may grow above the limit: the checkpoint's tensors do not fit.
TEST(Trainer, FullDiskLeavesTheLastGoodCheckpoint) {
  const TemporaryFolder folder;
  {
    Setting first(folder.path());
    first.options.length.steps = 15;
    first.run();
  }
  const std::string good = read_file(folder.path() / "checkpoint-15/training.safetensors");
  const pid_t child = ::fork();
  if (child == 0) {
    set_num_threads(1);  // the pool's threads are not in this process
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20'000, 20'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    Setting second(folder.path());
    try {
      second.use_held_out = false;
      second.run(Start::resume);
    } catch (const Error& error) {
      const std::string text = error.what();
      const bool right = error.kind() == ErrorKind::io && text.find("could not be written") != std::string::npos &&
                         text.find("checkpoint-15, is intact") != std::string::npos;
      ::_exit(right ? 7 : 8);
    }
    ::_exit(9);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(read_file(folder.path() / "checkpoint-15/training.safetensors"), good);
  for (const std::string& name : folder.names()) EXPECT_FALSE(name.starts_with(".")) << name;
  Setting resumed(folder.path());
  EXPECT_EQ(resumed.run(Start::resume).steps, 40);
}

TEST(Trainer, RunsWithoutEndOrSenseAreRefused) {
  const TemporaryFolder folder;
  const auto complaint = [&](const std::function<void(TrainerOptions&)>& change) -> std::string {
    Setting setting(folder.path());
    change(setting.options);
    try {
      setting.run();
    } catch (const Error& error) {
      return error.parts().where;
    }
    return "none";
  };
  EXPECT_EQ(complaint([](TrainerOptions& o) { o.length = {}; }), "`steps`");
  EXPECT_EQ(complaint([](TrainerOptions& o) { o.accumulate = 0; }), "`accumulate`");
  EXPECT_EQ(complaint([](TrainerOptions& o) { o.log_every = 0; }), "`log_every`");
  EXPECT_EQ(complaint([](TrainerOptions& o) { o.warmup = -1; }), "`warmup`");
  EXPECT_EQ(complaint([](TrainerOptions& o) { o.length = {.minutes = 1}, o.warmup = 0.1; }), "`warmup`");
}

}  // namespace
}  // namespace groel::train
