// The pickle machine: one function per group of opcodes, after the list in Python's pickletools.
#include "io/pickle.h"

#include <bit>
#include <iterator>

#include "base/error.h"
#include "io/array_bytes.h"

namespace groel::io {
namespace {

// A published checkpoint of 15e9 parameters takes about 25,000 operations; this allows 2,000,000.
constexpr std::size_t kOperationCost = 96;  // bytes: a value, a container, their place in the machine
constexpr std::size_t kMemoryLimit = 2'000'000 * kOperationCost;

// Opcodes, named as in pickletools.
enum Op : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersid = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kDict = 'd',
  kEmptyDict = '}',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kList = 'l',
  kEmptyList = ']',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};
constexpr std::uint8_t kFirstProtocol = 2;
constexpr std::uint8_t kLastProtocol = 5;

PickleValue boolean(bool value) { return {PickleKind::boolean, value ? 1 : 0, 0, {}}; }
PickleValue integer(std::int64_t value) { return {PickleKind::integer, value, 0, {}}; }

}  // namespace

PickleMachine::PickleMachine(std::span<const std::byte> bytes, PickleHost& host, std::string label)
    : bytes_(bytes), host_(host), label_(std::move(label)) {}

void PickleMachine::fail(std::string what) const {
  throw Error(ErrorKind::bad_model, {std::move(what), where(), kDamaged});
}

std::string PickleMachine::where() const { return fmt::format("{}: pickle byte {}", label_, position_); }

void PickleMachine::spend(std::size_t bytes) {
  if (bytes > kMemoryLimit - spent_) fail("the pickle holds more objects than any checkpoint does");
  spent_ += bytes;
}

PickleValue PickleMachine::run() {
  for (;;) {
    const auto opcode = take_number<std::uint8_t>();
    if (opcode == kStop) break;
    spend(kOperationCost);
    step(opcode);
  }
  PickleValue result = pop();
  if (!stack_.empty()) fail("the pickle ends with objects left over");
  return result;
}

void PickleMachine::step(std::uint8_t opcode) {
  if (step_constant(opcode) || step_text(opcode) || step_container(opcode) || step_memo(opcode) || step_object(opcode))
    return;
  fail(fmt::format("pickle operation 0x{:02x} is not one that torch.save writes", opcode));
}

bool PickleMachine::step_constant(std::uint8_t opcode) {
  switch (opcode) {
    case kProto: {
      const auto protocol = take_number<std::uint8_t>();
      if (protocol < kFirstProtocol || protocol > kLastProtocol)
        fail(fmt::format("unknown pickle protocol {}", protocol));
      return true;
    }
    case kFrame: take_number<std::uint64_t>(); return true;  // only a hint for reading ahead
    case kNone: push({}); return true;
    case kNewTrue: push(boolean(true)); return true;
    case kNewFalse: push(boolean(false)); return true;
    case kBinInt: push(integer(static_cast<std::int32_t>(take_number<std::uint32_t>()))); return true;
    case kBinInt1: push(integer(take_number<std::uint8_t>())); return true;
    case kBinInt2: push(integer(take_number<std::uint16_t>())); return true;
    case kLong1: push_integer(take(take_number<std::uint8_t>())); return true;
    case kLong4: push_integer(take(take_number<std::uint32_t>())); return true;
    case kBinFloat: {
      std::uint64_t bits = 0;  // the one big-endian number of the format
      for (const char c : take(8)) bits = bits << 8 | static_cast<std::uint8_t>(c);
      push({PickleKind::real, 0, std::bit_cast<double>(bits), {}});
      return true;
    }
    default: return false;
  }
}

bool PickleMachine::step_text(std::uint8_t opcode) {
  const auto text = [&](std::uint64_t size) { push({PickleKind::text, 0, 0, take_text(size)}); };
  const auto bytes = [&](std::uint64_t size) { push({PickleKind::bytes, 0, 0, take(size)}); };
  switch (opcode) {
    case kBinUnicode: text(take_number<std::uint32_t>()); return true;
    case kShortBinUnicode: text(take_number<std::uint8_t>()); return true;
    case kBinUnicode8: text(take_number<std::uint64_t>()); return true;
    case kBinString: text(take_number<std::uint32_t>()); return true;  // Python 2's str
    case kShortBinString: text(take_number<std::uint8_t>()); return true;
    case kBinBytes: bytes(take_number<std::uint32_t>()); return true;
    case kShortBinBytes: bytes(take_number<std::uint8_t>()); return true;
    case kBinBytes8: bytes(take_number<std::uint64_t>()); return true;
    default: return false;
  }
}

bool PickleMachine::step_container(std::uint8_t opcode) {
  const auto tuple_of = [&](std::size_t count) {
    if (stack_.size() < count) fail("the pickle takes more objects than it has");
    push(make(PickleKind::tuple, pop_to(stack_.size() - count)));
  };
  switch (opcode) {
    case kMark: marks_.push_back(stack_.size()); return true;
    case kPopMark: pop_to(pop_mark()); return true;
    case kPop: pop(); return true;
    case kDup: push(PickleValue(top())); return true;
    case kEmptyList:
    case kEmptySet: push(make(PickleKind::list)); return true;
    case kEmptyTuple: push(make(PickleKind::tuple)); return true;
    case kEmptyDict: push(make(PickleKind::dict)); return true;
    case kList:
    case kFrozenSet: push(make(PickleKind::list, pop_to(pop_mark()))); return true;
    case kTuple: push(make(PickleKind::tuple, pop_to(pop_mark()))); return true;
    case kTuple1: tuple_of(1); return true;
    case kTuple2: tuple_of(2); return true;
    case kTuple3: tuple_of(3); return true;
    case kDict: {
      auto values = pop_to(pop_mark());
      push(make(PickleKind::dict));
      append(PickleKind::dict, std::move(values));
      return true;
    }
    case kAppend: append(PickleKind::list, {pop()}); return true;
    case kAppends:
    case kAddItems: append(PickleKind::list, pop_to(pop_mark())); return true;
    case kSetItem: {
      const PickleValue value = pop();
      const PickleValue key = pop();
      append(PickleKind::dict, {key, value});
      return true;
    }
    case kSetItems: append(PickleKind::dict, pop_to(pop_mark())); return true;
    default: return false;
  }
}

bool PickleMachine::step_memo(std::uint8_t opcode) {
  switch (opcode) {
    case kBinPut: memoize(take_number<std::uint8_t>()); return true;
    case kLongBinPut: memoize(take_number<std::uint32_t>()); return true;
    case kMemoize: memoize(static_cast<std::uint32_t>(memo_.size())); return true;
    case kBinGet: recall(take_number<std::uint8_t>()); return true;
    case kLongBinGet: recall(take_number<std::uint32_t>()); return true;
    default: return false;
  }
}

bool PickleMachine::step_object(std::uint8_t opcode) {
  switch (opcode) {
    case kGlobal: {
      const std::string_view module = take_line();
      push(host_.global(*this, module, take_line()));
      return true;
    }
    case kStackGlobal: {
      const PickleValue attribute = pop_text("a name");
      const PickleValue module = pop_text("a module");
      push(host_.global(*this, module.text, attribute.text));
      return true;
    }
    case kReduce:
    case kNewObj: {
      const PickleValue arguments = pop();
      if (arguments.kind != PickleKind::tuple) fail("the pickle calls a function without a tuple of arguments");
      const PickleValue callee = pop();
      push(host_.call(*this, callee, arguments));
      return true;
    }
    case kBinPersid: {
      const PickleValue id = pop();
      push(host_.persistent(*this, id));
      return true;
    }
    case kBuild: build(pop()); return true;
    default: return false;
  }
}

void PickleMachine::build(const PickleValue& state) {
  const PickleKind kind = top().kind;
  // An OrderedDict's own attributes (the _metadata of a state dict) and a parameter's carry nothing that is read.
  if ((kind == PickleKind::dict || kind == PickleKind::tensor) && state.kind == PickleKind::dict) return;
  if (kind != PickleKind::attributes || state.kind != PickleKind::dict)
    fail("the pickle sets the state of a plain value");
  const std::vector<PickleValue> values = [&] {
    spend(items(state).size() * sizeof(PickleValue));
    return items(state);
  }();
  append(PickleKind::attributes, values);
}

void PickleMachine::append(PickleKind kind, std::vector<PickleValue> values) {
  if (top().kind != kind) fail("the pickle adds an item to something that is no container of it");
  if (kind != PickleKind::list && values.size() % 2 != 0) fail("the pickle has a key without a value");
  auto& into = items(top());
  into.insert(into.end(), values.begin(), values.end());
}

template <class T>
T PickleMachine::take_number() {
  if (sizeof(T) > bytes_.size() - position_) fail("the pickle is truncated");
  position_ += sizeof(T);
  return read_little<T>(bytes_, position_ - sizeof(T));
}

std::string_view PickleMachine::take(std::uint64_t size) {
  if (size > bytes_.size() - position_) fail(fmt::format("the pickle is truncated: {} bytes should follow", size));
  const std::string_view out(reinterpret_cast<const char*>(bytes_.data()) + position_, static_cast<std::size_t>(size));
  position_ += out.size();
  return out;
}

std::string_view PickleMachine::take_line() {
  constexpr std::size_t kMaxLine = 1000;
  const std::size_t left = std::min(bytes_.size() - position_, kMaxLine);
  const std::string_view ahead(reinterpret_cast<const char*>(bytes_.data()) + position_, left);
  const std::size_t end = ahead.find('\n');
  if (end == std::string_view::npos) fail("the pickle is truncated inside a name");
  if (!valid_utf8(ahead.substr(0, end))) fail("a name in the pickle is not UTF-8");
  position_ += end + 1;
  return ahead.substr(0, end);
}

std::string_view PickleMachine::take_text(std::uint64_t size) {
  const std::string_view text = take(size);
  if (!valid_utf8(text)) fail("a text in the pickle is not UTF-8");
  return text;
}

void PickleMachine::push(PickleValue value) { stack_.push_back(value); }

void PickleMachine::push_integer(std::string_view little_endian) {
  if (little_endian.size() > sizeof(std::int64_t)) return push({PickleKind::big_integer, 0, 0, little_endian});
  const bool negative = !little_endian.empty() && (static_cast<std::uint8_t>(little_endian.back()) & 0x80U) != 0;
  std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = little_endian.size(); i-- > 0;) bits = bits << 8 | static_cast<std::uint8_t>(little_endian[i]);
  push(integer(static_cast<std::int64_t>(bits)));
}

PickleValue& PickleMachine::top() {
  if (stack_.empty() || (!marks_.empty() && marks_.back() >= stack_.size()))
    fail("the pickle takes more objects than it has");
  return stack_.back();
}

PickleValue PickleMachine::pop() {
  const PickleValue value = top();
  stack_.pop_back();
  return value;
}

PickleValue PickleMachine::pop_text(const char* what) {
  const PickleValue value = pop();
  if (value.kind != PickleKind::text) fail(fmt::format("the pickle has no text where {} should be", what));
  return value;
}

std::size_t PickleMachine::pop_mark() {
  if (marks_.empty()) fail("the pickle closes a group that it did not open");
  const std::size_t mark = marks_.back();
  marks_.pop_back();
  return mark;
}

std::vector<PickleValue> PickleMachine::pop_to(std::size_t mark) {
  if (mark > stack_.size() || (!marks_.empty() && mark < marks_.back()))
    fail("the pickle takes more objects than it has");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(mark);
  std::vector<PickleValue> values(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  return values;
}

void PickleMachine::memoize(std::uint32_t key) { memo_[key] = top(); }

void PickleMachine::recall(std::uint32_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) fail(fmt::format("the pickle refers to object {}, which it has not made", key));
  push(found->second);
}

std::vector<PickleValue>& PickleMachine::items(const PickleValue& container) {
  GROEL_REQUIRE(container.kind >= PickleKind::list && container.kind <= PickleKind::attributes);
  return containers_[static_cast<std::size_t>(container.number)];
}

const std::vector<PickleValue>& PickleMachine::items(const PickleValue& container) const {
  return const_cast<PickleMachine*>(this)->items(container);
}

PickleValue PickleMachine::make(PickleKind kind, std::vector<PickleValue> values) {
  containers_.push_back(std::move(values));
  return {kind, static_cast<std::int64_t>(containers_.size() - 1), 0, {}};
}

PickleValue PickleMachine::keep(PickleKind kind, std::string text) {
  spend(text.size());
  kept_.push_back(std::move(text));
  return {kind, 0, 0, kept_.back()};
}

}  // namespace groel::io
