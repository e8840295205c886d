// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/setup/finalise.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "collector/setup/crash_guard.h"
#include "collector/setup/dump_files.h"
#include "collector/setup/finalised_record.h"
#include "collector/setup/host_tag.h"
#include "collector/setup/identity.h"
#include "collector/setup/journal.h"
#include "collector/setup/mounts.h"
#include "collector/setup/sha256.h"
#include "collector/setup/upload.h"
#include "vmcoredd/base/text.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

// A vmcore is written while, or after, its archive is: minutes to hours. Much older ones
// are not opened to look for it; a flattened one takes a pass over all of it.
constexpr int64_t kMaxCoreAge = 30 * 86400;

class Finaliser {
 public:
  Finaliser(const Sysroot& root, const FinaliseSettings& settings, const FinaliseHooks& hooks)
      : root_(root), settings_(settings), hooks_(hooks) {}

  Result<std::vector<FinaliseLine>> Run() {
    const UniqueFd lock = VMCOREDD_TRY(Lock());
    Find();
    for (const DumpFile& archive : files_.archives) {
      FinalisedRecord record{ArchiveId(archive.path), {}, {}};
      const auto old = ReadFinalised(root_, record.id);
      if (old && old->archive == archive.path) continue;
      is_journalled_ = old.has_value();
      if (const auto done = FinaliseOne(archive, record); !done) {
        Tell(FinaliseState::kProblem, archive.path, done.error().ToString());
      }
    }
    ApplyLimits(root_, settings_.config, settings_.now, lines_);
    return std::move(lines_);
  }

 private:
  void Tell(FinaliseState state, const std::string& file, std::string text) {
    lines_.push_back({state, file, std::move(text)});
  }

  Result<UniqueFd> Lock() {
    const std::string path = root_.Host(kStateFolder) + "/finalise.lock";
    VMCOREDD_TRY(MakeFolders(root_.Host(kStateFolder)));
    UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.is_valid()) return FailIo("cannot open " + EscapeBytes(path), errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      return Fail(ErrorCode::kAlreadyExists, "another finalise is under way");
    }
    return lock;
  }

  void Find() {
    std::vector<std::string> folders = {root_.Host(settings_.target.folder),
                                        root_.Host(kPendingFolder)};
    for (const std::string& folder : settings_.config.directories) {
      folders.push_back(root_.Host(folder));
    }
    folders.insert(folders.end(), settings_.directories.begin(), settings_.directories.end());
    // An NFS target is there only if somebody mounts it: then the vmcore is, too.
    const auto mountinfo = root_.Text("/proc/self/mountinfo");
    for (const Mount& mount : ParseMountinfo(mountinfo ? *mountinfo : "")) {
      if (!settings_.target.nfs.empty() && mount.source == settings_.target.nfs) {
        folders.push_back(root_.Host(mount.folder));
      }
    }
    std::sort(folders.begin(), folders.end());
    folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
    for (const std::string& folder : folders) FindDumpFiles(folder, files_);
    // A folder within another was looked at twice.
    const auto by_path = [](const DumpFile& a, const DumpFile& b) { return a.path < b.path; };
    const auto same = [](const DumpFile& a, const DumpFile& b) { return a.path == b.path; };
    for (auto* const list : {&files_.cores, &files_.archives}) {
      std::sort(list->begin(), list->end(), by_path);
      list->erase(std::unique(list->begin(), list->end(), same), list->end());
    }
  }

  bool IsSettled(const DumpFile& file) const {
    const int64_t age = settings_.now - file.mtime;
    const auto limit = static_cast<int64_t>(settings_.config.settle_s);
    return age >= limit || age < -limit;  // a clock that was wrong says nothing
  }

  const Result<CrashFile>& Open(const std::string& path) {
    const auto found = opened_.find(path);
    if (found != opened_.end()) return found->second;
    return opened_.emplace(path, hooks_.open(path)).first->second;
  }

  // The vmcore of this crash; beside the archive first.
  const DumpFile* FindCore(const DumpFile& archive, const std::string& crash) {
    const DumpFile* found = nullptr;
    for (const DumpFile& core : files_.cores) {
      if (core.mtime + kMaxCoreAge < archive.mtime) continue;
      const bool is_beside = core.folder() == archive.folder();
      if (found && !is_beside) continue;
      if (!IsSettled(core)) {
        has_unsettled_ = true;
        continue;
      }
      const auto& facts = Open(core.path);
      if (facts && facts->crash == crash) found = &core;
    }
    return found;
  }

  Result<void> FinaliseOne(const DumpFile& archive, FinalisedRecord& record) {
    const CrashFile facts = VMCOREDD_TRY(hooks_.open(archive.path));
    has_unsettled_ = false;
    const DumpFile* const core = facts.crash.empty() ? nullptr : FindCore(archive, facts.crash);
    if (core) return Place(archive, facts, *core, record);
    const bool takes_uploads = !settings_.target.ssh.empty() || !settings_.target.ftp.empty();
    if (takes_uploads && settings_.config.upload) {
      return Upload(archive, facts, record);
    }
    std::string why = "waits: no vmcore of its crash is here";
    if (facts.crash.empty()) why = "stays: it does not say of which crash it is";
    if (has_unsettled_) why = "waits: a vmcore is still being written";
    Tell(FinaliseState::kWaiting, archive.path, why);
    return {};
  }

  Result<void> Place(const DumpFile& archive,
                     const CrashFile& facts,
                     const DumpFile& core,
                     FinalisedRecord& record) {
    size_t problems = VMCOREDD_TRY(hooks_.verify(archive.path));
    const auto core_problems = hooks_.verify(core.path);
    problems += core_problems ? *core_problems : 1;
    const std::string stem = core.folder() + "/vmcoredd-" + record.id;
    record.archive = stem + ".vmcoredd";
    record.vmcore = core.path;
    VMCOREDD_TRY(MoveFile(archive.path, record.archive));
    const CrashFile core_facts = VMCOREDD_TRY(hooks_.open(core.path));
    const int64_t time = core_facts.time != 0 ? core_facts.time : core.mtime;
    if (const auto identity = IdentityAt(root_, time)) {
      VMCOREDD_TRY(ReplaceFile(stem + ".identity", *identity));
    }
    if (settings_.config.attach) Attach(facts, core_facts, record);
    if (settings_.config.checksum) VMCOREDD_TRY(WriteChecksums(stem, record));
    Journal(facts, core_facts.release, record, problems, {});
    VMCOREDD_TRY(WriteFinalised(root_, record, settings_.now));
    std::string text = "is of " + EscapeBytes(core.path);
    if (problems != 0) text += "; something is wrong with one of them: see vmcoredd verify";
    Tell(problems == 0 ? FinaliseState::kPlaced : FinaliseState::kProblem, record.archive,
         std::move(text));
    return {};
  }

  void Attach(const CrashFile& facts, const CrashFile& core, const FinalisedRecord& record) {
    // A run that was killed may have done it.
    const bool is_there =
        std::any_of(facts.captures.begin(), facts.captures.end(), [&](const std::string& id) {
          return std::find(core.captures.begin(), core.captures.end(), id) != core.captures.end();
        });
    if (is_there) return;
    const auto attached = hooks_.attach(record.vmcore, record.archive);
    if (!attached) {
      Tell(FinaliseState::kProblem, record.vmcore,
           "the device dumps are not attached: " + attached.error().ToString());
    }
  }

  // As sha256sum(1) checks them, in that folder.
  Result<void> WriteChecksums(const std::string& stem, const FinalisedRecord& record) {
    std::string text;
    for (const std::string& path : {record.archive, record.vmcore}) {
      const std::string name(BaseName(path));
      // sha256sum has another form for names with newlines; ours have none.
      if (EscapeBytes(name) != name) continue;
      text += VMCOREDD_TRY(Sha256OfFile(path)) + "  " + name + '\n';
    }
    VMCOREDD_TRY(ReplaceFile(stem + ".sha256", text));
    return {};
  }

  Result<void> Upload(const DumpFile& archive, const CrashFile& facts, FinalisedRecord& record) {
    const size_t problems = VMCOREDD_TRY(hooks_.verify(archive.path));
    const std::string hash = VMCOREDD_TRY(Sha256OfFile(archive.path));
    const std::string name(BaseName(archive.path));
    const std::string where = VMCOREDD_TRY(Send(archive.path, name, hash));
    Journal(facts, {}, record, problems, where);
    VMCOREDD_TRY(WriteFinalised(root_, record, settings_.now));
    // Its copy has the same checksum.
    if (::unlink(archive.path.c_str()) != 0) return FailIo("cannot remove it", errno);
    Tell(FinaliseState::kUploaded, archive.path, "is now " + EscapeBytes(where));
    return {};
  }

  // Where it is then. kdump-tools sends to both when both are set; one is enough for us.
  Result<std::string> Send(const std::string& path,
                           const std::string& name,
                           const std::string& hash) {
    const KdumpTarget& target = settings_.target;
    if (!target.ssh.empty()) {
      VMCOREDD_TRY(UploadBySsh(target, hooks_, path, name, hash));
      return target.ssh + ':' + target.folder + "/vmcoredd/" + name;
    }
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) return FailIo("cannot look at it", errno);
    return UploadByFtp(
        target, hooks_,
        {path, name, HostTag(root_, target), hash, static_cast<uint64_t>(st.st_size)});
  }

  void Journal(const CrashFile& facts,
               const std::string& release,
               const FinalisedRecord& record,
               size_t problems,
               const std::string& remote) {
    if (!settings_.config.journal || is_journalled_) return;
    const std::string archive = remote.empty() ? record.archive : remote;
    const Properties fields = {
        {"MESSAGE", "device dumps of a crash: " + archive +
                        (record.vmcore.empty() ? "" : ", beside " + record.vmcore)},
        {"MESSAGE_ID", std::string(kFinalisedMessageId)},
        {"PRIORITY", problems == 0 ? "5" : "4"},
        {"SYSLOG_IDENTIFIER", "vmcoredd"},
        {"VMCOREDD_ARCHIVE", archive},
        {"VMCOREDD_VMCORE", record.vmcore},
        {"VMCOREDD_CRASH", facts.crash},
        {"VMCOREDD_CAPTURE", facts.captures.empty() ? "" : facts.captures.front()},
        {"VMCOREDD_RELEASE", release},
        {"VMCOREDD_DUMPS", std::to_string(facts.dumps)},
        {"VMCOREDD_PROBLEMS", std::to_string(problems)}};
    const auto written = WriteJournalEntry(root_, fields);
    if (!written) Tell(FinaliseState::kProblem, record.archive, written.error().ToString());
  }

  const Sysroot& root_;
  const FinaliseSettings& settings_;
  const FinaliseHooks& hooks_;
  DumpFiles files_;
  std::map<std::string, Result<CrashFile>> opened_;
  bool has_unsettled_ = false;
  bool is_journalled_ = false;
  std::vector<FinaliseLine> lines_;
};

}  // namespace

Result<std::vector<FinaliseLine>> Finalise(const Sysroot& root,
                                           const FinaliseSettings& settings,
                                           const FinaliseHooks& hooks) {
  return Finaliser(root, settings, hooks).Run();
}

}  // namespace vmcoredd
