// Cuts an mmCIF file into words, and gives them to their items.
#include "golden/cif_items.h"

#include "base/error.h"

namespace groel::golden {
namespace {

struct Word {
  std::string text;
  bool is_plain = true;  // not quoted, so that it may be a name or a keyword
};

// Words of one line after another; a text field begins with ';' in the first column.
class Words {
 public:
  explicit Words(const std::string& text) : text_(text) {
    while (at_ < text_.size()) next();
  }
  const std::vector<Word>& list() const { return words_; }

 private:
  bool at_line_start() const { return at_ == 0 || text_[at_ - 1] == '\n'; }
  void next() {
    const char c = text_[at_];
    if (c == ';' && at_line_start()) return field();
    if (c == '#') return skip_line();
    if (c == '\'' || c == '"') return quoted(c);
    if (std::isspace(static_cast<unsigned char>(c)) != 0) return static_cast<void>(++at_);
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n", at_), text_.size());
    words_.push_back({text_.substr(at_, end - at_)});
    at_ = end;
  }
  void field() {
    const std::size_t end = text_.find("\n;", at_);
    if (end == std::string::npos) throw Error(ErrorKind::bad_input, "a text field does not end");
    words_.push_back({text_.substr(at_ + 1, end - at_ - 1), false});
    at_ = end + 2;
  }
  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() &&
           !(text_[end] == quote && (end + 1 == text_.size() || std::isspace(text_[end + 1]) != 0)))
      ++end;
    words_.push_back({text_.substr(at_ + 1, end - at_ - 1), false});
    at_ = end + 1;
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  const std::string& text_;
  std::size_t at_ = 0;
  std::vector<Word> words_;
};

}  // namespace

CifItems cif_items(const std::string& text) {
  const Words all(text);
  const std::vector<Word>& words = all.list();
  CifItems out;
  const auto is_name = [&](std::size_t i) { return words[i].is_plain && words[i].text.starts_with('_'); };
  const auto is_value = [&](std::size_t i) {
    return !is_name(i) && !(words[i].is_plain && (words[i].text == "loop_" || words[i].text.starts_with("data_")));
  };
  for (std::size_t i = 0; i < words.size();) {
    if (words[i].is_plain && words[i].text == "loop_") {
      std::vector<std::string> names;
      for (++i; i < words.size() && is_name(i); ++i) names.push_back(words[i].text);
      std::size_t k = 0;
      for (; i < words.size() && is_value(i); ++i, ++k) out[names.at(k % names.size())].push_back(words[i].text);
      if (k % names.size() != 0) throw Error(ErrorKind::bad_input, names.front() + ": values do not fill its rows");
    } else if (is_name(i) && i + 1 < words.size()) {
      out[words[i].text].push_back(words[i + 1].text);
      i += 2;
    } else {
      ++i;  // the block's name
    }
  }
  return out;
}

}  // namespace groel::golden
