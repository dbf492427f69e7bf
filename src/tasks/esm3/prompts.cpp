// JSON with one prompt or several, structures, sequences.
#include "tasks/esm3/prompts.h"

#include <algorithm>
#include <filesystem>

#include "base/text_file.h"
#include "esm3/tokens.h"
#include "formats/extension.h"
#include "tasks/esm3/dssp.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

bool is_one_of(const std::string& extension, std::initializer_list<const char*> known) {
  return std::any_of(known.begin(), known.end(), [&](const char* one) { return extension == one; });
}

bool is_structure(const std::string& word) {
  return is_one_of(formats::format_extension(word), {".pdb", ".ent", ".cif", ".mmcif", ".pdbx"});
}

// A prompt, or what it lacks.
template <class Make>
void add(std::vector<ReadPrompt>& to, const std::string& id, const Make& make) {
  ReadPrompt out;
  out.prompt.id = id;
  try {
    out.prompt = make();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_input) throw;
    out.error = error;
  }
  to.push_back(std::move(out));
}

void read_json_file(const std::string& path, std::vector<ReadPrompt>& to) {
  const json whole = read_json(path, ErrorKind::bad_input);
  const json& list = whole.is_object() && whole.contains("prompts") ? whole["prompts"] : whole;
  const std::string stem = std::filesystem::path(path).stem().string();
  if (!list.is_array()) return add(to, stem, [&] { return esm3::prompt_of(list, stem); });
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string id = fmt::format("{}_{}", stem, i + 1);
    add(to, id, [&] { return esm3::prompt_of(list[i], id); });
  }
}

void read_sequences_of(const std::string& word, std::vector<ReadPrompt>& to, Sink& sink) {
  const io::ReadingNotes notes = for_each_input({word}, {}, [&](io::SequenceRecord& record) {
    ReadPrompt out;
    out.prompt.id = record.id;
    out.prompt.protein.sequence = record.sequence;
    out.error = record.error;
    to.push_back(std::move(out));
  });
  for (const std::string& note : notes.others) sink.note(note);
}

// Characters that stand for nothing are said.
void say_unknown(const esm3::Prompt& prompt, const bio::Tokenizer& tokenizer, Sink& sink) {
  if (!prompt.protein.sequence) return;
  std::int64_t unknown = 0;
  esm3::encode_sequence(*prompt.protein.sequence, tokenizer, &unknown);
  if (unknown > 0)
    sink.warning(fmt::format("{}: {} read as <unk>", prompt.id,
                             counted(unknown, "character that is no residue", "characters that are no residues")));
}

}  // namespace

std::vector<ReadPrompt> read_prompts(const Esm3Options& options, const bio::Tokenizer& tokenizer, Sink& sink) {
  std::vector<ReadPrompt> out;
  if (options.input.size() < 2)
    throw Error(ErrorKind::usage, {"there is no prompt", options.verb(),
                                   fmt::format("groel esm3 {} PROMPT.json -m FOLDER", options.verb())});
  for (std::size_t i = 1; i < options.input.size(); ++i) {
    const std::string& word = options.input[i];
    const std::string extension = formats::format_extension(word);
    if (is_one_of(extension, {".json"}))
      read_json_file(word, out);
    else if (is_structure(word))
      add(out, std::filesystem::path(word).stem().string(), [&] {
        const io::AtomStructure structure = io::read_atoms(word);
        esm3::Prompt prompt = esm3::prompt_of(structure, options.chain, std::filesystem::path(word).stem().string());
        if (options.dssp) add_dssp(word, structure, options.chain, prompt);
        return prompt;
      });
    else
      read_sequences_of(word, out, sink);
  }
  const bool any_structure = std::any_of(options.input.begin() + 1, options.input.end(), is_structure);
  if ((options.dssp || !options.chain.empty()) && !any_structure)
    throw Error(ErrorKind::usage, {"none of the prompts is a structure's file", options.dssp ? "--dssp" : "--chain",
                                   "a PDB or mmCIF file"});
  const esm3::PromptMask masking{options.mask_sequence || options.verb() == "inverse-fold",
                                 options.mask_structure || options.verb() == "fold", options.mask};
  for (ReadPrompt& one : out) {
    if (one.error) continue;
    for (const std::string& note : one.prompt.notes) sink.note(note);
    if (!one.prompt.tokens) esm3::mask(one.prompt, masking);
    say_unknown(one.prompt, tokenizer, sink);
  }
  return out;
}

}  // namespace groel::tasks
