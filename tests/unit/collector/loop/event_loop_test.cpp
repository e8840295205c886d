// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/loop/event_loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace vmcoredd {
namespace {

using std::chrono::milliseconds;

struct Pipe {
  Pipe() {
    int fds[2] = {-1, -1};
    EXPECT_EQ(0, ::pipe(fds));
    in.reset(fds[0]);
    out.reset(fds[1]);
  }
  void Put() const { EXPECT_EQ(1, ::write(out.get(), "x", 1)); }
  UniqueFd in, out;
};

std::unique_ptr<EventLoop> MakeLoop() {
  auto loop = EventLoop::Create();
  EXPECT_TRUE(loop);
  return std::move(*loop);
}

TEST(EventLoop, CallsWhoIsReady) {
  const auto loop = MakeLoop();
  const Pipe a, b;
  std::string called;
  ASSERT_TRUE(loop->AddFd(a.in.get(), EPOLLIN, [&](uint32_t) { called += 'a'; }));
  ASSERT_TRUE(loop->AddFd(b.in.get(), EPOLLIN, [&](uint32_t) { called += 'b'; }));
  EXPECT_FALSE(loop->RunOnce(milliseconds(0)).value());
  b.Put();
  EXPECT_TRUE(loop->RunOnce(milliseconds(0)).value());
  EXPECT_EQ("b", called);
}

TEST(EventLoop, RefusesOneTwiceAndWhatCannotBeWaitedFor) {
  const auto loop = MakeLoop();
  const Pipe pipe;
  ASSERT_TRUE(loop->AddFd(pipe.in.get(), EPOLLIN, [](uint32_t) {}));
  EXPECT_EQ(ErrorCode::kAlreadyExists,
            loop->AddFd(pipe.in.get(), EPOLLIN, [](uint32_t) {}).error().code());
  const UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(ErrorCode::kUnsupported,
            loop->AddFd(file.get(), EPOLLIN, [](uint32_t) {}).error().code());
}

TEST(EventLoop, WhatACallbackRemovesIsNotCalledAnyMore) {
  const auto loop = MakeLoop();
  const Pipe a, b;
  int calls = 0;
  const auto remove_both = [&](uint32_t) {
    ++calls;
    loop->RemoveFd(a.in.get());
    loop->RemoveFd(b.in.get());
  };
  ASSERT_TRUE(loop->AddFd(a.in.get(), EPOLLIN, remove_both));
  ASSERT_TRUE(loop->AddFd(b.in.get(), EPOLLIN, remove_both));
  a.Put();
  b.Put();
  ASSERT_TRUE(loop->RunOnce(milliseconds(0)));
  EXPECT_EQ(1, calls);
  EXPECT_FALSE(loop->RunOnce(milliseconds(0)).value());
}

TEST(EventLoop, TheSameNumberAgainIsAnotherDescriptor) {
  const auto loop = MakeLoop();
  const Pipe a, b;
  int first = 0, again = 0;
  const auto replace = [&](int other) {
    loop->RemoveFd(other);
    ASSERT_TRUE(loop->AddFd(other, EPOLLIN, [&](uint32_t) { ++again; }));
  };
  ASSERT_TRUE(loop->AddFd(a.in.get(), EPOLLIN, [&](uint32_t) {
    ++first;
    replace(b.in.get());
  }));
  ASSERT_TRUE(loop->AddFd(b.in.get(), EPOLLIN, [&](uint32_t) {
    ++first;
    replace(a.in.get());
  }));
  a.Put();
  b.Put();
  ASSERT_TRUE(loop->RunOnce(milliseconds(0)));
  EXPECT_EQ(1, first);
  EXPECT_EQ(0, again);
}

TEST(EventLoop, TimersRunInTheirOrderAndOnce) {
  const auto loop = MakeLoop();
  std::string order;
  loop->AddTimer(milliseconds(20), [&] {
    order += 'b';
    loop->Stop();
  });
  loop->AddTimer(milliseconds(1), [&] { order += 'a'; });
  const auto cancelled = loop->AddTimer(milliseconds(2), [&] { order += 'x'; });
  loop->CancelTimer(cancelled);
  loop->CancelTimer(0);
  ASSERT_TRUE(loop->Run());
  EXPECT_EQ("ab", order);
}

TEST(EventLoop, ATimerOfZeroThatAddsItselfLeavesRoomForOthers) {
  const auto loop = MakeLoop();
  const Pipe pipe;
  pipe.Put();
  int turns = 0;
  bool read = false;
  std::function<void()> again = [&] {
    if (++turns < 3) loop->AddTimer(milliseconds(0), again);
  };
  loop->AddTimer(milliseconds(0), again);
  ASSERT_TRUE(loop->AddFd(pipe.in.get(), EPOLLIN, [&](uint32_t) { read = true; }));
  ASSERT_TRUE(loop->RunOnce(milliseconds(0)));
  EXPECT_TRUE(read);
  EXPECT_EQ(1, turns);
}

TEST(EventLoop, ATimerThatAnotherCancelsDoesNotRun) {
  const auto loop = MakeLoop();
  EventLoop::TimerId second = 0;
  bool ran = false;
  loop->AddTimer(milliseconds(0), [&] { loop->CancelTimer(second); });
  second = loop->AddTimer(milliseconds(0), [&] { ran = true; });
  ASSERT_TRUE(loop->RunOnce(milliseconds(0)));
  EXPECT_FALSE(ran);
}

TEST(EventLoop, SignalsComeAsCallbacksAndGoBack) {
  sigset_t before, after;
  ASSERT_EQ(0, ::sigprocmask(SIG_SETMASK, nullptr, &before));
  {
    const auto loop = MakeLoop();
    int hangups = 0;
    ASSERT_TRUE(loop->AddSignal(SIGHUP, [&] { ++hangups; }));
    ASSERT_EQ(0, ::kill(::getpid(), SIGHUP));
    ASSERT_TRUE(loop->RunOnce(milliseconds(1000)));
    EXPECT_EQ(1, hangups);
  }
  ASSERT_EQ(0, ::sigprocmask(SIG_SETMASK, nullptr, &after));
  EXPECT_EQ(::sigismember(&before, SIGHUP), ::sigismember(&after, SIGHUP));
}

TEST(EventLoop, TellsTheEndOfAChildAlsoOfOneThatWasFaster) {
  const auto loop = MakeLoop();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(7);
  siginfo_t info{};
  ASSERT_EQ(0, ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT));
  int status = -1;
  ASSERT_TRUE(loop->AddChild(child, [&](int ended) {
    status = ended;
    loop->Stop();
  }));
  loop->AddTimer(milliseconds(5000), [&] { loop->Stop(); });
  ASSERT_TRUE(loop->Run());
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(7, WEXITSTATUS(status));
}

TEST(EventLoop, AChildGetsItsSignalsBack) {
  const auto loop = MakeLoop();
  ASSERT_TRUE(loop->AddSignal(SIGTERM, [] {}));
  const pid_t child = ::fork();
  if (child == 0) {
    loop->ResetInChild();
    ::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(child, ::waitpid(child, &status, 0));
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(SIGTERM, WTERMSIG(status));
}

}  // namespace
}  // namespace vmcoredd
