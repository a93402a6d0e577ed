#include "support/process.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace coupon::test {

namespace {

std::string temp_file() {
  auto path = (std::filesystem::temp_directory_path() / "coupon-out-XXXXXX").string();
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) throw std::runtime_error("cannot make a temporary file");
  close(descriptor);
  return path;
}

void redirect(const std::string& path, int descriptor) {
  const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(127);
}

}  // namespace

Process::Process(std::vector<std::string> command, const ProcessOptions& options)
    : out_path_(temp_file()), err_path_(temp_file()) {
  std::vector<char*> arguments;
  for (auto& part : command) arguments.push_back(part.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  redirect(out_path_, STDOUT_FILENO);
  redirect(err_path_, STDERR_FILENO);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(127);
  for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
  constexpr unsigned kFirst = STDERR_FILENO + 1;  // what the test has open is not the program's
  if (close_range(kFirst, ~0U, 0) != 0) _exit(127);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

Process::~Process() {
  if (running()) {
    kill(pid_, SIGKILL);
    reap(true);
  }
  std::filesystem::remove(out_path_);
  std::filesystem::remove(err_path_);
}

void Process::signal(int number) {
  if (running()) kill(pid_, number);
}

bool Process::reap(bool block) {
  if (status_) return true;
  int status = 0;
  if (waitpid(pid_, &status, block ? 0 : WNOHANG) != pid_) return false;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool Process::running() { return !reap(false); }

int Process::wait(std::chrono::seconds deadline) {
  if (!eventually([this] { return !running(); }, deadline)) {
    ADD_FAILURE() << "the program did not end in time; its stderr:\n" << err();
    kill(pid_, SIGKILL);
    reap(true);
  }
  return *status_;
}

std::string Process::out() const { return read_file(out_path_); }
std::string Process::err() const { return read_file(err_path_); }

Finished run(std::vector<std::string> command, const ProcessOptions& options) {
  Process process(std::move(command), options);
  const int code = process.wait();
  return {code, process.out(), process.err()};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void breathe() { poll(nullptr, 0, 2); }

}  // namespace coupon::test
