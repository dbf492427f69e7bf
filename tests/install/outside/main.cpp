// A program of somebody else's that uses GroEL as installed.
#include <groel/error.h>

#include <iostream>

int main() {
  try {
    throw groel::Error(groel::ErrorKind::bad_input, {"no sequence", "my.fasta:3", ""});
  } catch (const groel::Error& error) {
    std::cout << groel::name(error.kind()) << " " << groel::exit_code(error.kind()) << " " << error.what() << "\n";
  }
}
