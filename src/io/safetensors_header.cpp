// Parses the JSON header of safetensors as a stream (SAX).
#include "io/safetensors_header.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

struct DTypeRow {
  std::string_view name;
  DType dtype;
};
constexpr std::array<DTypeRow, 10> kDTypes{{{"F32", DType::f32},
                                            {"BF16", DType::bf16},
                                            {"F16", DType::f16},
                                            {"F64", DType::f64},
                                            {"I64", DType::i64},
                                            {"I32", DType::i32},
                                            {"I16", DType::i16},
                                            {"I8", DType::i8},
                                            {"U8", DType::u8},
                                            {"BOOL", DType::boolean}}};
constexpr std::array<std::string_view, 11> kForeignDTypes{"F8_E4M3", "F8_E5M2", "F8_E8M0", "F4",  "F6_E2M3", "F6_E3M2",
                                                          "U16",     "U32",     "U64",     "C64", "C128"};
constexpr std::size_t kMaxSafetensorsRank = 64;
constexpr std::string_view kMetadata = "__metadata__";

/// Where in {"name": {"dtype": …, "shape": […], "data_offsets": […]}} the parser is.
enum class Place { start, file, entry, metadata, shape, offsets, done };
enum class Field { none, dtype, shape, offsets };

class Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Handler(const std::string& label) : label_(label) {}

  SafetensorsHeader take() { return std::move(header_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("a truth value"); }
  bool number_float(number_float_t, const string_t&) override { unexpected("a fraction"); }
  bool binary(binary_t&) override { unexpected("binary data"); }
  bool number_integer(number_integer_t) override { unexpected("a negative number"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::shape) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        fail("a dimension is too large");
      if (entry_.shape.size() == kMaxSafetensorsRank)
        fail(fmt::format("it has more than {} dimensions", kMaxSafetensorsRank));
      entry_.shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets && offsets_ < 2) {
      (offsets_++ == 0 ? entry_.begin : entry_.end) = value;
    } else {
      unexpected("a number");
    }
    return true;
  }

  bool string(string_t& value) override {
    if (place_ == Place::metadata) {
      if (!header_.metadata.emplace(key_, value).second) fail(fmt::format("two entries are named {}", key_));
    } else if (place_ == Place::entry && field_ == Field::dtype) {
      entry_.dtype = dtype_named(value);
    } else {
      unexpected("text");
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::start) {
      place_ = Place::file;
    } else if (place_ == Place::file && key_ == kMetadata) {
      place_ = Place::metadata;
    } else if (place_ == Place::file) {
      place_ = Place::entry;
      entry_ = SafetensorsEntry{key_, DType::f32, {}, 0, 0};
      seen_ = {};
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool key(string_t& value) override {
    key_ = value;
    if (place_ != Place::entry) return true;
    field_ = value == "dtype"          ? Field::dtype
             : value == "shape"        ? Field::shape
             : value == "data_offsets" ? Field::offsets
                                       : Field::none;
    if (field_ == Field::none) fail(fmt::format("unknown field \"{}\"", value));
    bool& seen = seen_[static_cast<std::size_t>(field_)];
    if (seen) fail(fmt::format("\"{}\" occurs twice", value));
    seen = true;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::entry) {
      if (!(seen_[1] && seen_[2] && seen_[3])) fail("dtype, shape and data_offsets must all be there");
      header_.entries.push_back(std::move(entry_));
    }
    place_ = place_ == Place::file ? Place::done : Place::file;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::entry || (field_ != Field::shape && field_ != Field::offsets)) unexpected("a list");
    place_ = field_ == Field::shape ? Place::shape : Place::offsets;
    offsets_ = 0;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_ != 2) fail("data_offsets must be two numbers");
    place_ = Place::entry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw Error(ErrorKind::bad_model,
                {fmt::format("the safetensors header is not JSON at byte {}", position), label_, kDamaged});
  }

 private:
  [[noreturn]] void fail(std::string what) const {
    const bool inside = place_ != Place::start && place_ != Place::file && place_ != Place::metadata;
    throw Error(ErrorKind::bad_model,
                {std::move(what), inside ? fmt::format("{}: {}", label_, entry_.name) : label_, kDamaged});
  }
  [[noreturn]] void unexpected(const char* what) const {
    fail(fmt::format("the safetensors header holds {} where it does not belong", what));
  }

  DType dtype_named(std::string_view text) const {
    for (const DTypeRow& row : kDTypes)
      if (row.name == text) return row.dtype;
    if (std::find(kForeignDTypes.begin(), kForeignDTypes.end(), text) != kForeignDTypes.end())
      throw Error(ErrorKind::unsupported,
                  {fmt::format("element type {} is not supported", text), fmt::format("{}: {}", label_, entry_.name),
                   "convert the checkpoint to F32, BF16 or F16"});
    fail(fmt::format("unknown element type \"{}\"", text));
  }

  const std::string& label_;
  SafetensorsHeader header_;
  SafetensorsEntry entry_;
  std::string key_;
  std::array<bool, 4> seen_{};  // by Field
  Place place_ = Place::start;
  Field field_ = Field::none;
  int offsets_ = 0;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& label) {
  Handler handler(label);
  nlohmann::json::sax_parse(text, &handler);
  return handler.take();
}

std::string_view safetensors_name(DType dtype) noexcept {
  for (const DTypeRow& row : kDTypes)
    if (row.dtype == dtype) return row.name;
  return {};
}

}  // namespace groel::io
