// Prompts of groel generate that are read from files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "bio/tokenizer.h"

namespace groel::tasks {

/// What a protein begins with, and what its proteins are called after; no name: of --prompt.
struct NamedPrompt {
  std::string name;
  std::vector<std::int32_t> ids;
  std::uint64_t stream = 0;  ///< of its draws: follows from the ids, so that prompts have draws of their own
};

/// A prompt that the model cannot begin with.
struct RefusedPrompt {
  std::string name;
  Error error;
};

struct PromptFileOptions {
  std::vector<std::string> paths{};
  std::string prompt_column{}, id_column{};
};

struct PromptsOfFiles {
  std::vector<NamedPrompt> prompts{};
  std::vector<RefusedPrompt> refused{};
};

/// FASTA (a line that begins with '>' names what follows, whose lines are joined), a table (by its extension, or as the
/// first line has a tab, comma or semicolon; the column called prompt, or else that of the sequences), or one prompt a
/// line (blank lines and those that begin with '#' are passed over); also compressed, "-" is stdin. What has no name is
/// called prompt_1, prompt_2, … by its place. As with --prompt, the text is read as it stands, white space around it
/// aside; a prompt that is empty or that no token covers is among `refused`. The sink is told of prompts that are there
/// twice. Errors: not_found, io; bad_input for a file without prompts, a malformed table, or two prompts of one name.
PromptsOfFiles read_prompt_files(const PromptFileOptions& options, const bio::Tokenizer& tokenizer, Sink& sink);

}  // namespace groel::tasks
