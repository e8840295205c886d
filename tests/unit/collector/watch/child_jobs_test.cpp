// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/child_jobs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace vmcoredd::watch {
namespace {

using std::chrono::milliseconds;

JobEnd RunJob(Job job) {
  auto loop = EventLoop::Create();
  EXPECT_TRUE(loop);
  ChildJobs jobs(**loop);
  JobEnd result;
  EXPECT_TRUE(jobs.Start(job, [&](JobEnd end) {
    result = std::move(end);
    (*loop)->Stop();
  }));
  (*loop)->AddTimer(milliseconds(20000), [&] {
    ADD_FAILURE() << "the child does not end";
    (*loop)->Stop();
  });
  EXPECT_TRUE((*loop)->Run());
  EXPECT_EQ(0u, jobs.running());
  return result;
}

TEST(ChildJobs, TellsWhatAChildWroteAndHowItEnded) {
  Job job;
  job.run = [](int fd) {
    const std::string text(100000, 'x');  // more than a pipe holds
    for (size_t done = 0; done < text.size();) {
      const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
      if (written <= 0) return 9;
      done += static_cast<size_t>(written);
    }
    return 3;
  };
  const JobEnd end = RunJob(std::move(job));
  EXPECT_EQ(100000u, end.output.size());
  EXPECT_FALSE(end.is_success());
  EXPECT_EQ("it ended with 3", end.Problem(milliseconds(1)));
}

TEST(ChildJobs, OutputIsBounded) {
  Job job;
  job.max_output = 10;
  job.run = [](int fd) { return ::write(fd, "0123456789abcdef", 16) == 16 ? 0 : 1; };
  const JobEnd end = RunJob(std::move(job));
  EXPECT_TRUE(end.is_success());
  EXPECT_EQ("0123456789", end.output);
}

TEST(ChildJobs, AProgramGetsItsEnvironmentAndNoOther) {
  Job job;
  job.command = {"/bin/sh", "-c", "echo \"$A:$HOME\""};
  job.environment = {"A=b c"};
  const JobEnd end = RunJob(std::move(job));
  EXPECT_TRUE(end.is_success());
  EXPECT_EQ("b c:\n", end.output);
  Job missing;
  missing.command = {"/nonexistent/program"};
  EXPECT_EQ("it could not be run", RunJob(std::move(missing)).Problem(milliseconds(1)));
}

TEST(ChildJobs, TheDeadlineIsForItsChildrenToo) {
  Job job;
  job.command = {"/bin/sh", "-c", "sleep 100 & sleep 100"};
  job.time = milliseconds(50);
  const JobEnd end = RunJob(std::move(job));
  EXPECT_TRUE(end.is_timed_out);
  EXPECT_EQ("it took longer than 50 ms", end.Problem(milliseconds(50)));
}

TEST(ChildJobs, AChildHasNoneOfOurDescriptors) {
  Job job;
  const UniqueFd ours(::open("/dev/null", O_RDONLY));
  job.run = [](int fd) {
    for (int other = 3; other < 256; ++other) {
      if (other != fd && ::fcntl(other, F_GETFD) != -1) return other;
    }
    return 0;
  };
  EXPECT_TRUE(RunJob(std::move(job)).is_success());
}

}  // namespace
}  // namespace vmcoredd::watch
