// Text to ids and back, and what a byte-level vocabulary is made of.
#include "bio/byte_bpe.h"

#include <algorithm>

#include "base/error.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "bio/byte_letters.h"
#include "bio/sequence_text.h"

namespace groel::bio {
namespace {

constexpr const char* kEndOfText = "<|endoftext|>";
constexpr std::int64_t kLine = 60;

TokenizerFiles bytes_alone() {
  TokenizerFiles out{.tokens = {kEndOfText}, .label = "the vocabulary of bytes"};
  for (unsigned byte = 0; byte < 256; ++byte) out.tokens.push_back(letter_of_byte(static_cast<unsigned char>(byte)));
  out.added.push_back({.id = 0, .text = kEndOfText});
  for (const char* const name : {"bos_token", "eos_token", "unk_token"}) out.named[name] = kEndOfText;
  return out;
}

}  // namespace

ByteBpe::ByteBpe(const TokenizerFiles& files)
    : Tokenizer(files.tokens, files.label, Characters::any),
      vocabulary_(
          std::make_shared<const ByteVocabulary>(files, [this](const std::string& token) { return id(token); })),
      named_(files.named),
      begins_with_bos_(files.begins_with_bos) {
  for (const auto& [name, text] : named_)
    if (id(text) < 0)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is '{}', which the vocabulary lacks", name, text), files.label, {}});
  set_special(
      {.begin = named("bos_token"), .end = named("eos_token"), .mask = {}, .pad = named("pad_token"), .unknown = {}});
  set_form(document_form());
}

std::optional<std::int32_t> ByteBpe::named(const std::string& name) const {
  const auto found = named_.find(name);
  return found == named_.end() ? std::nullopt : std::optional(id(found->second));
}

TextForm ByteBpe::document_form() const {
  if (!special().begin || !special().end) return TextForm::plain();
  const std::string &begin = token(*special().begin), &end = token(*special().end);
  if (vocabulary_->byte_id('\n') < 0) return {begin, end, 0};
  return {begin + "\n", "\n" + end, kLine};
}

void ByteBpe::set_form(const TextForm& form) {
  form_ = form;
  before_ = ids_of(form.before);
  after_ = ids_of(form.after);
  require_covered(form.before, before_);
  require_covered(form.after, after_);
  if (form.line > 0) require_covered("\n", ids_of("\n"));
  letters_before_ = 0;
  for (const std::int32_t id : before_) letters_before_ += vocabulary_->solid_bytes(id);
  set_end_tokens(static_cast<std::int64_t>(before_.size() + after_.size()));
}

std::shared_ptr<const Tokenizer> ByteBpe::in_form(const TextForm& form) const {
  auto out = std::make_shared<ByteBpe>(*this);
  out->set_form(form);
  return out;
}

std::vector<std::int32_t> ByteBpe::ids_of(std::string_view text) const {
  std::vector<std::int32_t> ids;
  ids.reserve(text.size());
  vocabulary_->append(text, ids);
  return ids;
}

std::vector<std::int32_t> ByteBpe::encode_as_transformers(std::string_view text) const {
  std::vector<std::int32_t> ids = ids_of(text);
  if (const auto unknown = named("unk_token"))
    std::replace(ids.begin(), ids.end(), -1, *unknown);
  else
    std::erase(ids, -1);
  if (const auto bos = named("bos_token"); begins_with_bos_ && bos) ids.insert(ids.begin(), *bos);
  return ids;
}

// Positions count characters from 1.
void ByteBpe::require_covered(std::string_view text, std::span<const std::int32_t> ids) const {
  if (std::find(ids.begin(), ids.end(), -1) == ids.end()) return;
  std::int64_t position = 1;
  for (std::string_view rest = text; !rest.empty(); ++position) {
    const std::string_view character = rest.substr(0, code_point_at(rest).size);
    const bool covered =
        std::all_of(character.begin(), character.end(), [&](char c) { return vocabulary_->byte_id(c) >= 0; });
    if (!covered) refuse(position, printable(character), "which no token of this model covers", {});
    rest.remove_prefix(character.size());
  }
}

std::vector<std::int32_t> ByteBpe::encode_text(std::string_view text) const {
  require_covered(text, ids_of(text));
  return encode_as_transformers(text);
}

// Of a token as it stands in text.
std::string ByteBpe::bytes_of(std::int32_t id) const {
  GROEL_REQUIRE(id >= 0 && id < size());
  const std::string& bytes = vocabulary_->bytes(id);
  return bytes.empty() ? token(id) : bytes;
}

std::string ByteBpe::decode(std::span<const std::int32_t> ids) const {
  std::string out;
  for (const std::int32_t id : ids) out += bytes_of(id);
  return as_sound_utf8(out);
}

std::string ByteBpe::decode_plain(std::span<const std::int32_t> ids) const {
  std::string out;
  for (const std::int32_t id : ids)
    if (const AddedToken* const added = vocabulary_->added().of(id); added == nullptr || !added->special)
      out += bytes_of(id);
  return as_sound_utf8(out);
}

std::vector<std::pair<std::string_view, std::int32_t>> ByteBpe::transformers_tokens() const {
  std::vector<std::pair<std::string_view, std::int32_t>> out;
  for (const auto& [name, text] : named_) out.emplace_back(name, id(text));
  return out;
}

TokenizerFiles ByteBpe::files() const {
  TokenizerFiles out{.tokens = tokens(), .added = vocabulary_->added().all(), .named = named_};
  out.begins_with_bos = begins_with_bos_;
  for (const Merge& merge : vocabulary_->merges().merges())
    out.merges.emplace_back(token(merge.left), token(merge.right));
  std::sort(out.added.begin(), out.added.end(), [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
  return out;
}

std::shared_ptr<const Tokenizer> byte_bpe_tokenizer(const TokenizerFiles& files) {
  return std::make_shared<const ByteBpe>(files.tokens.empty() ? bytes_alone() : files);
}

TokenizerFiles with_added_token(TokenizerFiles files, const std::string& text, const std::string& name) {
  const auto found = std::find(files.tokens.begin(), files.tokens.end(), text);
  const auto id = static_cast<std::int32_t>(found - files.tokens.begin());
  const bool apart = found == files.tokens.end();
  if (apart) files.tokens.push_back(text);
  const auto same =
      std::find_if(files.added.begin(), files.added.end(), [&](const AddedToken& one) { return one.id == id; });
  if (same == files.added.end())
    files.added.push_back({.id = id, .text = text, .apart = apart});
  else
    same->special = true;
  files.named[name] = text;
  return files;
}

}  // namespace groel::bio
