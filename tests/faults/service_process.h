// One of our services as a process of its own, which tests kill, freeze and start again.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/processes/process.h"

namespace zhiping::faults {

// By name: `--poll-interval` → `200ms`. A name without a value has none.
using Flags = std::map<std::string, std::string>;

// `flags` with what `more` says instead or besides.
Flags With(Flags flags, const Flags& more);

// Whether health answers SERVING for the name; the empty name is readiness.
bool HealthSays(const std::shared_ptr<grpc::Channel>& channel, const std::string& name);

// REQUIRES: used in one thread, but for address() and channel().
class ServiceProcess {
 public:
  // Takes a port, where it listens unless the flags say otherwise, and starts nothing yet.
  // `program`: its path, after the words that start it. `credentials`: of channel().
  ServiceProcess(std::vector<std::string> program, Flags flags,
                 const std::shared_ptr<grpc::ChannelCredentials>& credentials =
                     grpc::InsecureChannelCredentials());

  // HOST:PORT; the same at every start.
  std::string address() const;
  int port() const { return port_; }
  // To that address, whether anybody listens there or not; tries again at once.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // Starts it; what it prints is kept apart from what it printed before.
  void Start();
  // The same, and waits until it answers SERVING. The test program ends if it does not.
  void StartAndAwait();
  // What health answers.
  bool Serving() const;

  pid_t pid() const { return process_->pid(); }
  void Kill() { process_->Kill(); }
  void Freeze() { process_->Freeze(); }
  void Thaw() { process_->Thaw(); }
  // SIGTERM; its exit code.
  int Terminate() { return process_->Terminate(); }
  // Its exit code after it has ended by itself, or −1 if it still runs after `timeout`.
  int AwaitEnd(absl::Duration timeout = absl::Seconds(20));

  // What it printed since the last start.
  std::string Output() const { return processes::Contents(output_); }

  // Of the next start.
  void SetFlag(const std::string& name, const std::string& value) { flags_[name] = value; }
  void RemoveFlag(const std::string& name) { flags_.erase(name); }

 private:
  const std::vector<std::string> program_;
  const int port_ = processes::FreePort();
  const std::string folder_ = processes::NewFolder();
  const std::shared_ptr<grpc::Channel> channel_;
  Flags flags_;
  int starts_ = 0;
  std::string output_;
  std::unique_ptr<processes::Process> process_;
};

}  // namespace zhiping::faults
