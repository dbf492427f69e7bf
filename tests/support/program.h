// The groel program, run as a user runs it: arguments, streams, exit status, signals, and a folder to work in.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "support/files.h"

namespace groel::testing {

struct Outcome {
  int exit = -1;  ///< -1: killed by `signal`
  int signal = 0;
  std::string out;
  std::string err;
  bool says(const std::string& text) const { return err.find(text) != std::string::npos; }
};

inline std::ostream& operator<<(std::ostream& stream, const Outcome& o) {
  return stream << "exit " << o.exit << " signal " << o.signal << "\nstdout: " << o.out.substr(0, 2000)
                << "\nstderr: " << o.err.substr(0, 4000);
}

/// A started program; its streams go to files of the folder for temporaries, so that no pipe can fill up.
class Process {
 public:
  struct Setup {
    std::string folder;  ///< to run in
    std::string input;   ///< for stdin
    std::vector<std::pair<std::string, std::string>> environment;
  };
  Process(std::vector<std::string> command, const Setup& setup) {
    write_file(files_ / "in", setup.input);
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    redirect(files_ / "in", O_RDONLY, STDIN_FILENO);
    redirect(files_ / "out", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    redirect(files_ / "err", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
    if (!setup.folder.empty() && ::chdir(setup.folder.c_str()) != 0) ::_exit(126);
    ::setenv("OMP_WAIT_POLICY", "passive", 0);  // tests share their cores with one another
    for (const char* name : {"GROEL_MODEL", "GROEL_THREADS", "GROEL_MEMORY"}) ::unsetenv(name);
    ::setenv("GROEL_CONFIG", "", 1);  // whoever runs the tests may have settings
    for (const auto& [name, value] : setup.environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ~Process() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void kill(int signal) const { ::kill(child_, signal); }
  pid_t pid() const { return child_; }
  bool ended() const {
    siginfo_t about{};
    return ::waitid(P_PID, static_cast<id_t>(child_), &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid != 0;
  }
  std::string err_so_far() const { return read_file(files_ / "err"); }
  Outcome wait() {
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
            read_file(files_ / "out"), read_file(files_ / "err")};
  }

 private:
  static void redirect(const std::string& path, int flags, int stream) {
    const int opened = ::open(path.c_str(), flags, 0600);
    if (opened < 0 || ::dup2(opened, stream) < 0) ::_exit(126);
    ::close(opened);
  }
  TemporaryFolder files_;
  pid_t child_ = -1;
};

inline std::vector<std::string> groel_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{GROEL_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

inline Outcome groel(const std::vector<std::string>& arguments, const Process::Setup& setup = {}) {
  return Process(groel_command(arguments), setup).wait();
}

/// The same of a command that has to succeed.
inline Outcome done(const std::vector<std::string>& arguments) {
  Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 0) << arguments.front() << outcome;
  return outcome;
}

/// A line of bash, in which $GROEL is the program; the status is that of the first part of a pipe that failed.
inline Outcome bash(const std::string& line, Process::Setup setup = {}) {
  setup.environment.emplace_back("GROEL", GROEL_PROGRAM);
  return Process({"bash", "-o", "pipefail", "-c", line}, setup).wait();
}

inline const std::string kEsm2 = GROEL_TEST_DATA "/esm2-tiny";
inline const std::string kEsm1b = GROEL_TEST_DATA "/esm1b-tiny";
inline const std::string kEsmc = GROEL_TEST_DATA "/esmc-tiny";
inline const std::string kUbiquitin = GROEL_TEST_DATA "/structures/1ubq.pdb";
inline const std::string kInsulin = GROEL_TEST_DATA "/structures/3i40.pdb";
inline const std::string kProteins = GROEL_SOURCE_DIR "/examples/proteins.fasta";
inline const std::string kCrambin = GROEL_SOURCE_DIR "/examples/1CRN.cif";
inline const std::string kStability = GROEL_SOURCE_DIR "/examples/stability.csv";
inline const std::string kStructure = GROEL_SOURCE_DIR "/examples/structure.csv";

using Words = std::vector<std::string>;
inline Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace groel::testing
