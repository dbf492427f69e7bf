// The options of groel embed, parts of which other tasks use.
#pragma once

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct EmbedOptions : ModelOptions, OutputOptions, BatchOptions, ThreadOptions, AlignmentOptions {
  std::vector<std::string> input;
  std::string format;
  std::vector<std::string> include;  ///< what to write
  std::string layers;
  bool log_softmax = false;
  std::string layout;
  std::string longer;  ///< what becomes of sequences over the limit
  std::string id_column;
  std::string sequence_column;
  std::string input_format;
  bool resume = false;
  std::string gaps;
  std::string rows;  ///< of alignments, that are written
  bool ends = false;
  bool json = false;

  void declare(OptionBinder& to);

 protected:
  void declare_files(OptionBinder& to);
  void declare_rest(OptionBinder& to);
};

/// `groel embed` -> the exit status.
int embed(const EmbedOptions& options, Context& context);

}  // namespace groel::tasks
