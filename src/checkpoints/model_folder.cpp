// Replaces a model folder by swapping it with a new one, under a lock on both.
#include "checkpoints/model_folder.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/folder_lock.h"
#include "base/folders.h"
#include "base/text_file.h"
#include "checkpoints/head_file.h"
#include "checkpoints/trunk.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;

// In a folder that is not finished; the folder beside it without this file is the one it took the place of.
constexpr const char* kMark = ".groel-unfinished";
constexpr std::string_view kTail = ".groel-writing";

fs::path beside(const fs::path& folder) {
  return folder.parent_path() / fmt::format(".{}{}", folder.filename().string(), kTail);
}

// Of a link the folder it points to, and never "." or "name/".
fs::path settled(const fs::path& folder) {
  std::error_code failed;
  fs::path out = fs::weakly_canonical(fs::absolute(folder), failed);
  if (failed) throw_errno(folder.string(), "find the folder", failed.value());
  return out.has_filename() ? out : out.parent_path();
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) out.push_back(entry.path());
  if (failed) throw_errno(folder.string(), "list the folder", failed.value());
  return out;
}

void move_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) throw_errno(to.string(), "move a file to this", failed.value());
}

// What is not the model's goes with the folder's name.
void bring_over(const fs::path& old, const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& entry : entries_of(old)) {
    const fs::path to = folder / entry.filename();
    if (!is_model_file(entry.filename().string()) && !fs::exists(fs::symlink_status(to, ignored))) move_file(entry, to);
  }
  fs::remove_all(old, ignored);
}

// What a killed process left. We hold the folder's lock, so nobody is at work on it.
void recover(const fs::path& folder) {
  std::error_code ignored;
  const fs::path other = beside(folder);
  if (fs::exists(other / kMark, ignored) || !fs::is_directory(fs::symlink_status(other, ignored)))
    fs::remove_all(other, ignored);
  else
    bring_over(other, folder);
  fs::remove(folder / kMark, ignored);
}

// File systems that cannot swap (NFS, a folder that is mounted) get file by file, the description last.
void replace_files(const fs::path& fresh, const fs::path& folder) {
  std::vector<fs::path> files = entries_of(fresh);
  std::stable_partition(files.begin(), files.end(), [](const fs::path& file) {
    return file.extension() == ".safetensors" || file.extension() == ".bin";
  });
  for (const fs::path& file : files)
    if (file.filename() != kMark) move_file(file, folder / file.filename());
  for (const fs::path& entry : entries_of(folder))
    if (is_model_file(entry.filename().string()) &&
        std::none_of(files.begin(), files.end(), [&](const fs::path& f) { return f.filename() == entry.filename(); }))
      fs::remove(entry);
}

void put_in_place(const fs::path& fresh, const fs::path& folder) {
  std::error_code ignored;
  fs::permissions(fresh, fs::status(folder, ignored).permissions(), ignored);
  if (swap_folders(fresh, folder))
    bring_over(fresh, folder);
  else
    replace_files(fresh, folder);
  fs::remove_all(fresh, ignored);
  fs::remove(folder / kMark, ignored);
}

}  // namespace

bool is_model_file(std::string_view name) {
  constexpr std::string_view kNames[] = {"config.json",
                                         "vocab.txt",
                                         "tokenizer_config.json",
                                         "tokenizer.json",
                                         "added_tokens.json",
                                         "special_tokens_map.json",
                                         "adapter_config.json",
                                         kPredictorFile,
                                         kHeadFile,
                                         "neighbours.safetensors",
                                         "vocab.json",
                                         "merges.txt"};
  if (std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames)) return true;
  constexpr std::string_view kWeights[] = {"model", "pytorch_model", "adapter_model"};
  constexpr std::string_view kTails[] = {".safetensors", ".bin", ".safetensors.index.json", ".bin.index.json"};
  for (const std::string_view weights : kWeights)  // "model.safetensors", "model-00001-of-00002.safetensors"
    for (const std::string_view tail : kTails)
      if (name.starts_with(weights) && name.ends_with(tail) && name.size() >= weights.size() + tail.size()) {
        const std::string_view between = name.substr(weights.size(), name.size() - weights.size() - tail.size());
        if (between.empty() || between.front() == '-') return true;
      }
  return false;
}

void write_model_folder(const fs::path& target, const std::function<void(const fs::path&)>& fill) {
  const fs::path folder = settled(target);
  const FolderLock lock(folder);
  recover(folder);
  const fs::path fresh = beside(folder);
  const FolderLock next(fresh);  // which is the folder's own, once they are swapped
  try {
    write_text(fresh / kMark, "GroEL is writing a model here.\n");
    fill(fresh);
    sync_folder(fresh);
    put_in_place(fresh, folder);
  } catch (...) {
    std::error_code ignored;
    if (fs::exists(fresh / kMark, ignored)) fs::remove_all(fresh, ignored);
    throw;
  }
  sync_folder(folder.parent_path());
}

}  // namespace groel::checkpoints
