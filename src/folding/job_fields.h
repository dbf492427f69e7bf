// Values of a job file with the place that each has there, and a list of all that is wrong with them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::folding {

/// Everything wrong with a file, so that one run shows all of it.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(const std::string& path, const std::string& what);
  std::size_t count() const noexcept { return found_.size(); }
  /// Errors: bad_input with the list; nothing when the list is empty.
  void throw_if_any() const;

 private:
  std::string file_;
  std::vector<std::string> found_;
};

/// A value, or nothing where the file has none. Whoever asks it for a kind that it is not gets a default, and the
/// problem is noted.
class Field {
 public:
  Field(const nlohmann::json& value, std::string path, Problems& problems)
      : value_(&value), path_(std::move(path)), problems_(&problems) {}

  const std::string& path() const noexcept { return path_; }
  bool is_null() const noexcept { return value_->is_null(); }
  bool is(nlohmann::json::value_t kind) const noexcept { return value_->type() == kind; }
  const nlohmann::json& json() const noexcept { return *value_; }

  /// The member of an object; null where it has none.
  Field operator[](std::string_view key) const;
  bool has(std::string_view key) const;
  /// The elements of a list. A problem where it is none; `required`: also where it is null.
  std::vector<Field> elements(std::string_view of_what, bool required = true) const;
  /// A problem for each key of an object that is none of these; false when it is not an object.
  bool object_of(const std::vector<std::string_view>& keys) const;
  /// Text; a problem otherwise, also where it is missing.
  std::string text(std::string_view what) const;
  /// Text, or nothing where it is null.
  std::optional<std::string> optional_text(std::string_view what) const;
  /// A whole number from `least` to `most`; a problem otherwise.
  std::int64_t whole(std::string_view what, std::int64_t least, std::int64_t most) const;
  bool flag(std::string_view what, bool otherwise) const;
  /// Notes "PATH: expected …, found …".
  void expected(std::string_view what) const;
  /// Notes "PATH: …".
  void problem(const std::string& what) const { problems_->add(path_, what); }

 private:
  const nlohmann::json* value_;
  std::string path_;
  Problems* problems_;
};

/// The text of a job file as JSON. Errors: bad_input with line and column for what is no JSON, is nested deeper than
/// 64, or gives a key twice in one object.
nlohmann::json parse_job_json(const std::string& text, const std::string& file);

}  // namespace groel::folding
