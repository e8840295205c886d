// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/ask_plugins.h"

#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "collector/capture/child_process.h"
#include "collector/capture/frame_decoder.h"
#include "collector/capture/request.h"
#include "collector/capture/stop_signal.h"
#include "driver-plugins/abi/runner/runner.h"
#include "vmcoredd/base/output_stream.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

using std::chrono::milliseconds;

constexpr int kForgivenHangs = 1;
// The deadline of a batch moves with every answer; this is only where it ends for certain.
constexpr std::chrono::hours kWholeBatch{1};

struct Question {
  const Device* device;
  const Plugin* plugin;
};

bool IsHang(const ChildEnd& end) {
  return end.kind == ChildEnd::Kind::kTimedOut || end.kind == ChildEnd::Kind::kStuck;
}

milliseconds TimeOf(const ChildDeadline& deadline) {
  const auto left = deadline.last - ChildDeadline::Clock::now();
  return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(1));
}

// One after the other, each with its own session.
class Interview final : public FrameHandler {
 public:
  Interview(std::vector<Question> questions,
            const CaptureSettings& settings,
            const Budget& budget,
            const AnswerCallback& on_answer)
      : questions_(std::move(questions)),
        settings_(settings),
        budget_(budget),
        on_answer_(on_answer) {}

  void Run() {
    while (SkipWhatHung(), next_ < questions_.size()) {
      if (!budget_.MayAsk()) {
        GiveUp(StopRequested() ? "the capture was ended by a signal"
                               : "there was no time left to ask it");
        ++next_;
      } else {
        RunProcess();
      }
    }
  }

 private:
  Result<void> OnFrame(const Frame& frame) override {
    if (!session_) return Fail(ErrorCode::kCorrupt, "the plugin goes on after its end");
    VMCOREDD_TRY(session_->OnFrame(frame));
    if (!session_->ended()) return {};
    Conclude({});
    ++next_;
    session_.reset();
    if (is_batch_ && next_ < questions_.size() && questions_[next_].plugin->entry) {
      Begin();
      deadline_.at = budget_.ForQuestion().at;
      // The child goes on with a question that must not be asked: start anew behind it.
      if (IsHung(questions_[next_]) || !budget_.MayAsk()) is_cut_ = true;
      if (is_cut_) return Fail(ErrorCode::kRefused, "not to be asked");
    }
    return {};
  }

  void Begin() { session_.emplace(questions_[next_].plugin->name, settings_.quota()); }

  void RunProcess() {
    const Question& question = questions_[next_];
    is_batch_ = question.plugin->entry != nullptr;
    is_cut_ = false;
    Begin();
    deadline_ = budget_.ForQuestion();
    if (is_batch_) deadline_.last += kWholeBatch;
    FrameDecoder decoder(*this);
    ChildTask task = TaskOf(*question.plugin, "collect");
    std::string request;
    if (is_batch_) {
      task.run = [this] { return AnswerAll(); };
    } else {
      request = OfferRequest(*question.device, settings_, TimeOf(deadline_));
    }
    const size_t begun_at = next_;
    auto end = RunChild(task, request, deadline_,
                        [&](std::span<const std::byte> bytes) { return decoder.Feed(bytes); });
    if (is_cut_ || (!session_ && next_ > begun_at)) return;
    // The question it was at when it ended.
    if (!end) {
      GiveUp(end.error().ToString());
    } else {
      if (IsHang(*end)) {
        hung_devices_.insert(questions_[next_].device);
        ++hangs_[questions_[next_].plugin];
      }
      Conclude(*end);
    }
    session_.reset();
    ++next_;
  }

  // In the child: every built-in plugin's answer, from the current question on.
  int AnswerAll() {
    for (size_t i = next_; i < questions_.size() && questions_[i].plugin->entry; ++i) {
      const Question& question = questions_[i];
      const std::string request =
          OfferRequest(*question.device, settings_, TimeOf(budget_.ForQuestion()));
      const UniqueFd file(::memfd_create("request", MFD_CLOEXEC));
      if (!file.is_valid() || !PwriteAll(file.get(), std::as_bytes(std::span(request)), 0) ||
          vmcoredd_runner_serve(question.plugin->entry, file.get(), STDOUT_FILENO) != 0) {
        return 1;
      }
    }
    return 0;
  }

  // Tells what came of the question that is open.
  void Conclude(const ChildEnd& end) {
    const Question& question = questions_[next_];
    Answer answer{question.device, question.plugin, {}, {}, session_->Problem(end), Outcome::kOk};
    if (!answer.problem.empty()) {
      answer.outcome = IsHang(end) ? Outcome::kTimedOut : Outcome::kSkipped;
    } else {
      answer.offers = session_->offers();
      answer.logs = session_->logs();
    }
    on_answer_(answer);
  }
  void GiveUp(std::string problem) {
    on_answer_({questions_[next_].device,
                questions_[next_].plugin,
                {},
                {},
                std::move(problem),
                Outcome::kOverBudget});
  }

  bool IsHung(const Question& question) const {
    const auto hangs = hangs_.find(question.plugin);
    return hung_devices_.contains(question.device) ||
           (hangs != hangs_.end() && hangs->second > kForgivenHangs);
  }
  void SkipWhatHung() {
    for (; next_ < questions_.size() && IsHung(questions_[next_]); ++next_) {
      const Question& question = questions_[next_];
      on_answer_({question.device,
                  question.plugin,
                  {},
                  {},
                  hung_devices_.contains(question.device)
                      ? "not asked: another plugin hung at this device"
                      : "not asked: it hung at other devices",
                  Outcome::kSkipped});
    }
  }

  const std::vector<Question> questions_;
  const CaptureSettings& settings_;
  const Budget& budget_;
  const AnswerCallback& on_answer_;
  size_t next_ = 0;
  std::optional<OfferSession> session_;
  ChildDeadline deadline_{milliseconds(0)};
  bool is_batch_ = false;
  bool is_cut_ = false;
  std::set<const Device*> hung_devices_;
  std::map<const Plugin*, int> hangs_;
};

}  // namespace

std::string OfferRequest(const Device& device, const CaptureSettings& settings, milliseconds time) {
  return MakeRequest(device, settings, "offer", settings.max_class, time);
}

void AskPlugins(const std::vector<const Device*>& devices,
                const std::vector<Plugin>& plugins,
                const CaptureSettings& settings,
                const Budget& budget,
                const AnswerCallback& on_answer) {
  std::vector<Question> questions;
  for (const bool is_builtin : {true, false}) {
    for (const Device* device : devices) {
      for (const Plugin& plugin : plugins) {
        if ((plugin.entry != nullptr) == is_builtin) questions.push_back({device, &plugin});
      }
    }
  }
  Interview(std::move(questions), settings, budget, on_answer).Run();
}

}  // namespace vmcoredd
