// Reads the pickles that torch.save writes, safely: builds plain containers and asks its caller about every name of
// Python code; the caller knows a few and refuses the rest. No code in the file is ever run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace groel::io {

enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,
  big_integer,  // `text` holds it, little-endian two's complement
  real,
  text,
  bytes,
  list,  // also a set
  tuple,
  dict,        // keys and values in turn
  attributes,  // an object's attributes, keys and values in turn (argparse.Namespace)
  global,      // `number` is the host's index, `text` the dotted name
  storage,     // `number` is the host's index
  tensor,      // `number` is the host's index
};

/// A value on the machine's stack. Containers are shared, as in Python: `number` is their index in the machine.
struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t number = 0;
  double real = 0;
  std::string_view text;  // points into the pickle or into the machine
};

class PickleMachine;

/// What the machine asks about names of Python code and about data outside the pickle. Refusals are thrown.
class PickleHost {
 public:
  virtual ~PickleHost() = default;
  virtual PickleValue global(PickleMachine& machine, std::string_view module, std::string_view name) = 0;
  virtual PickleValue call(PickleMachine& machine, const PickleValue& callee, const PickleValue& arguments) = 0;
  virtual PickleValue persistent(PickleMachine& machine, const PickleValue& id) = 0;
};

/// Runs one pickle (protocols 2 to 4 as torch uses them). Work and memory are bounded whatever the pickle says.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, PickleHost& host, std::string label);

  /// The pickled object. Errors naming label and byte: bad_model.
  PickleValue run();
  /// Bytes up to and with the STOP; valid after `run`.
  std::size_t consumed() const noexcept { return position_; }

  /// Elements of a list, tuple, dict or attributes.
  std::vector<PickleValue>& items(const PickleValue& container);
  const std::vector<PickleValue>& items(const PickleValue& container) const;
  PickleValue make(PickleKind kind, std::vector<PickleValue> items = {});
  /// Text or bytes that the machine keeps alive.
  PickleValue keep(PickleKind kind, std::string text);
  /// Charges `bytes` of memory to the pickle, before they are used. Error: bad_model past the limit.
  void spend(std::size_t bytes);
  [[noreturn]] void fail(std::string what) const;
  /// "label: pickle byte N", for errors.
  std::string where() const;

 private:
  void step(std::uint8_t opcode);
  bool step_constant(std::uint8_t opcode);
  bool step_text(std::uint8_t opcode);
  bool step_container(std::uint8_t opcode);
  bool step_memo(std::uint8_t opcode);
  bool step_object(std::uint8_t opcode);

  template <class T>
  T take_number();
  std::string_view take(std::uint64_t size);
  std::string_view take_line();
  std::string_view take_text(std::uint64_t size);
  void push(PickleValue value);
  void push_integer(std::string_view little_endian);
  PickleValue pop();
  PickleValue& top();
  PickleValue pop_text(const char* what);
  std::size_t pop_mark();
  std::vector<PickleValue> pop_to(std::size_t mark);
  void append(PickleKind kind, std::vector<PickleValue> values);
  void build(const PickleValue& state);
  void memoize(std::uint32_t key);
  void recall(std::uint32_t key);

  std::span<const std::byte> bytes_;
  PickleHost& host_;
  std::string label_;
  std::size_t position_ = 0;
  std::size_t spent_ = 0;
  std::vector<PickleValue> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, PickleValue> memo_;
  std::deque<std::vector<PickleValue>> containers_;
  std::deque<std::string> kept_;
};

}  // namespace groel::io
