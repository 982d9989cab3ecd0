//! Deliberately wrong drivers: each has one bug of a kind that a released driver, or the common code, really had. The suite must
//! find every one of them.

mod data;
mod driver;
mod feature;
mod log;

use std::collections::BTreeSet;

use vfio_migration::driver::Model;
use vfio_migration::machine::v2::LogRange;
use vfio_migration::v2::DeviceState;

use crate::endpoint::reference::Reference;
use crate::endpoint::{
    Ability, Answer, Endpoint, Errno, Fd, FdFlags, Outcome, Positioned, Readiness, Traffic, Work,
};

/// A kind of bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The state machine: a path, a refusal.
    Fsm,
    /// The side effects of an arc.
    Arc,
    /// The protocol of the stream.
    Str,
    /// What is done when something fails.
    Err,
    /// Things that happen at the same time.
    Con,
    /// What is announced, and what is found by a probe.
    Cap,
    /// Hostile data.
    Fuz,
    /// The dirty log.
    Drt,
    /// Counting bytes.
    Acc,
    /// Reset and close.
    Rst,
    /// What an ioctl writes back.
    Out,
}

macro_rules! bugs {
    ($($variant:ident $class:ident $model:ident $name:literal $what:literal,)*) => {
        /// A bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "`what` says it")]
        pub enum Bug {
            $($variant,)*
        }

        impl Bug {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name by which the command line knows it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What the driver does.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }

            /// Its kind.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// The reference driver that has it.
            pub const fn model(self) -> Model {
                match self { $(Self::$variant => Model::$model,)* }
            }
        }
    };
}

bugs! {
    BlockedArcLoops Fsm Buffering "blocked-arc-loops" "a request for PRE_COPY in STOP_COPY never returns",
    BlockedArcTaken Fsm Buffering "blocked-arc-taken" "a request for a pre-copy state in STOP_COPY goes through RUNNING",
    PathByTheLetter Fsm Buffering "path-by-the-letter" "PRE_COPY to STOP_COPY leaves the session and begins another",
    UnknownMasked Fsm Buffering "unknown-masked" "of an unknown state only the lowest three bits are looked at",
    UnknownIgnored Fsm Buffering "unknown-ignored" "a request for an unknown state succeeds and does nothing",
    ErrorGranted Fsm Buffering "error-granted" "a request for ERROR succeeds and does nothing",
    SelfRestarts Fsm Buffering "self-restarts" "a request for the same state begins the session anew",
    SelfRefused Fsm Buffering "self-refused" "a request for the same state fails",
    StopsHalfWay Fsm Buffering "stops-half-way" "a request of several arcs takes only the first, and succeeds",
    RefusalStops Fsm Buffering "refusal-stops" "a refused request stops the device all the same",
    StateMovesOn Fsm Buffering "state-moves-on" "a device whose stream was read to its end goes to STOP by itself",
    WorkStops Fsm Buffering "work-stops" "a device that is given work goes to STOP by itself",
    RefusalDropsStream Err Buffering "refusal-drops-stream" "a refused request empties the stream in hand",
    P2pNotGated Cap Quiet "p2p-not-gated" "a device without P2P takes RUNNING_P2P for RUNNING",
    AbsentIsEinval Cap Buffering "absent-is-einval" "a feature that is not there fails with EINVAL",
    FlagsVary Cap Buffering "flags-vary" "after a reset the device has no pre-copy any more",
    FlagsVaryByState Cap Buffering "flags-vary-by-state" "no pre-copy is announced while the device is stopped",
    FlagsVaryByFailure Cap Buffering "flags-vary-by-failure" "no pre-copy is announced after a request that failed",
    UnknownFlag Cap Buffering "unknown-flag" "a flag is announced that nobody knows",
    P2pMissing Cap Buffering "p2p-missing" "P2P is announced and refused",
    ProbeActs Cap Buffering "probe-acts" "a probe of a set does it",
    ProbeWantsPayload Cap Buffering "probe-wants-payload" "a probe without a payload fails",
    ReservedFlags Cap Buffering "reserved-flags" "bits of flags that mean nothing are ignored",
    OperationUnchecked Cap Buffering "operation-unchecked" "a set of a feature that can only be read succeeds",
    ArgszUnchecked Cap Buffering "argsz-unchecked" "argsz is not looked at",
    ArgszExact Cap Buffering "argsz-exact" "a longer argsz is refused",
    OrderSwapped Cap Buffering "order-swapped" "the length is checked before the feature is looked for",
    OptInUnrefused Cap Quiet "opt-in-unrefused" "the second version can be asked for without pre-copy",
    LogHalfThere Cap Buffering "log-half-there" "the dirty log can be started, and not stopped",
    FailureTellsState Out Buffering "failure-tells-state" "a failed request writes back the state that is",
    FailureLeavesFd Out Buffering "failure-leaves-fd" "a failed request leaves data_fd as it was",
    GetLeavesFd Out Buffering "get-leaves-fd" "a get leaves data_fd as it was",
    FdForgotten Out Buffering "fd-forgotten" "a request of several arcs that starts a session gives no fd",
    FdAgain Out Buffering "fd-again" "a move within the session gives its fd again",
    StatePartly Out Buffering "state-partly" "a get of the stream's size writes four of eight bytes",
    WritesBehind Out Buffering "writes-behind" "a get writes behind its payload",
    PrecopyFlagsEchoed Out Buffering "precopy-flags-echoed" "in the second version, flags come back as they were given",
    PrecopyFlagsCleared Out Buffering "precopy-flags-cleared" "in the first version, flags come back as 0",
    OptInForgotten Out Buffering "opt-in-forgotten" "a reset ends the second version",
    PrecopyArgszFault Err Buffering "precopy-argsz-fault" "too short an argument of pre-copy info fails with EFAULT",
    PrecopyEverywhere Err Buffering "precopy-everywhere" "pre-copy info is answered in STOP_COPY too",
    BadLoadPasses Fuz Buffering "bad-load-passes" "an invalid stream is forgotten, and the load succeeds",
    BadLoadStops Err Buffering "bad-load-stops" "a load that failed leaves the device in STOP",
    BadLoadEnds Err Buffering "bad-load-ends" "a load that failed ends the session",
    BadLoadErrno Err Direct "bad-load-errno" "an invalid stream fails with EBADF",
    ErrorLeft Err Buffering "error-left" "a request for RUNNING leads out of ERROR",
    ErrorNoGet Err Buffering "error-no-get" "in ERROR, the state cannot be read",
    ErrorKeepsSession Err Buffering "error-keeps-session" "in ERROR, a session can still be read",
    DeadIsUndone Err Buffering "dead-is-undone" "hardware that does not answer counts as an arc that was undone",
    Seekable Str Buffering "seekable" "a data fd can be read and written at a position",
    FromZeroAgain Str Buffering "from-zero-again" "after pre-copy the stream begins again from its first byte",
    ZeroInPreCopy Str Buffering "zero-in-pre-copy" "a read at the temporary end gives 0",
    AlwaysReadable Str Buffering "always-readable" "a poll finds the fd readable at the temporary end too",
    NeverReadable Str Buffering "never-readable" "a poll does not find bytes that are there",
    MsgAtFinalEnd Str Buffering "msg-at-final-end" "a read at the final end fails with ENOMSG",
    EndOnce Str Buffering "end-once" "a read behind the final end begins the stream again",
    EmptyWhilePending Con Buffering "empty-while-pending" "a read gives ENOMSG while the first bytes are still being saved",
    ByteLost Str Buffering "byte-lost" "a long write loses its last byte",
    SmallWritesLost Str Buffering "small-writes-lost" "a write of a single byte is taken and lost",
    SmallReadsEnd Str Buffering "small-reads-end" "a read with room for less than eight bytes gives the end",
    ReadsOverrun Str Buffering "reads-overrun" "a read says that it gave more than there was room for",
    EmptyReadSkips Str Buffering "empty-read-skips" "a read without room fails",
    WriteTakesNone Str Buffering "write-takes-none" "a write of more than a page takes nothing",
    ReadOnResuming Str Buffering "read-on-resuming" "a read of a resuming session gives 0",
    WriteOnSaving Str Buffering "write-on-saving" "a write to a saving session succeeds",
    StaleReadsNew Str Buffering "stale-reads-new" "an old fd reads the new session",
    StaleIsEnd Str Buffering "stale-is-end" "an old fd gives the end instead of ENODEV",
    StalePollWaits Str Buffering "stale-poll-waits" "a poll of an old fd waits",
    CloseDiscards Str Buffering "close-discards" "closing the fd of a load drops what was written",
    CloseStops Str Buffering "close-stops" "closing the fd of a saving session resets the device",
    FdBothWays Str Buffering "fd-both-ways" "a data fd is opened for reading and writing",
    StopRunsOn Arc Buffering "stop-runs-on" "a device in STOP goes on",
    QuiesceRunsOn Arc Buffering "quiesce-runs-on" "a device in RUNNING_P2P goes on with all DMA",
    StartForgets Arc Buffering "start-forgets" "going from STOP to a running state resets the device",
    RestMissing Arc Buffering "rest-missing" "after pre-copy, what changed since is not captured",
    CancelBreaksNext Arc Buffering "cancel-breaks-next" "after a pre-copy that was given up, the next stream lacks its end",
    CaptureOnlyOnce Arc Buffering "capture-only-once" "a second stream from STOP has no bytes",
    PreCopyStops Arc Buffering "pre-copy-stops" "the device does no work while in PRE_COPY",
    HeldBackDropped Arc Buffering "held-back-dropped" "leaving RUNNING_P2P drops the work that was held back",
    IdleNotLoaded Arc Buffering "idle-not-loaded" "the stream of a device that no guest has set up does not load",
    LoadMerges Arc Buffering "load-merges" "a load keeps the second half of the device's own memory",
    LoadLoses Arc Direct "load-loses" "a load forgets the clock",
    ResumeNeedsReset Arc Buffering "resume-needs-reset" "RESUMING is refused to a device that has worked",
    CaptureDisturbs Arc Buffering "capture-disturbs" "capturing moves the device's clock",
    KeepsNothing Arc Buffering "keeps-nothing" "a move between pre-copy states empties the stream",
    TouchAnswers Arc Buffering "touch-answers" "a stopped device answers MMIO and takes writes",
    CutPasses Fuz Buffering "cut-passes" "a stream that was cut off loads",
    EmptyPasses Fuz Buffering "empty-passes" "a load of nothing succeeds",
    TailIgnored Fuz Buffering "tail-ignored" "bytes behind the end of a stream are ignored",
    FlipsPass Fuz Buffering "flips-pass" "a stream with a flipped bit loads",
    ForeignPasses Fuz Buffering "foreign-passes" "what is no stream of this driver loads",
    CheckedOnce Fuz Buffering "checked-once" "after one good load, streams are not checked any more",
    ForgivesEarly Fuz Direct "forgives-early" "after a write that was refused, the rest of the stream is taken and loads",
    TooLongErrno Fuz Buffering "too-long-errno" "too long a stream fails with E2BIG",
    TooLongForgotten Fuz Buffering "too-long-forgotten" "too long a stream loads all the same",
    LongWriteCrashes Fuz Buffering "long-write-crashes" "a write beyond the buffer crashes the process",
    FuzzHangs Fuz Buffering "fuzz-hangs" "a stream of zeros is read for ever",
    ResetKeepsFd Rst Buffering "reset-keeps-fd" "a data fd can still be read after a reset",
    ResetDeferred Con Buffering "reset-deferred" "right after a reset the old state is still there",
    ResetToStop Rst Buffering "reset-to-stop" "a reset leads to STOP",
    ResetKeepsState Rst Buffering "reset-keeps-state" "a reset leaves the internal state as it was",
    ErrorOutlivesReset Rst Buffering "error-outlives-reset" "a reset in ERROR leaves the device in ERROR",
    OpenKeepsState Rst Buffering "open-keeps-state" "a device that is opened is in the state in which it was closed",
    CloseKeepsDevice Rst Buffering "close-keeps-device" "closing leaves the internal state to whoever opens next",
    CloseKeepsOptIn Rst Buffering "close-keeps-opt-in" "closing leaves the second version in force",
    CloseKeepsLog Rst Buffering "close-keeps-log" "closing leaves the dirty log running",
    CloseKeepsFd Rst Buffering "close-keeps-fd" "a data fd can still be read after the device was closed and opened",
    ResetEndsLog Drt Buffering "reset-ends-log" "a reset ends the dirty log",
    StopEndsLog Drt Buffering "stop-ends-log" "the dirty log ends with the device's work",
    BitmapBase Drt Buffering "bitmap-base" "bits count from address 0 instead of the report's",
    BitmapClears Drt Buffering "bitmap-clears" "a report clears the bits that it does not set",
    BitmapOverruns Drt Buffering "bitmap-overruns" "a report sets a bit behind the end of its range",
    LastPageLost Drt Buffering "last-page-lost" "the last page of a report is never dirty",
    UnalignedLost Drt Buffering "unaligned-lost" "a report that begins within a page loses that page",
    NotCleared Drt Buffering "not-cleared" "a report does not clear the log",
    AllCleared Drt Buffering "all-cleared" "a report of one page clears the whole log",
    RangesIgnored Drt Buffering "ranges-ignored" "everything is logged, whatever the ranges",
    PageSizeIgnored Drt Buffering "page-size-ignored" "a report takes all pages for 4096 bytes",
    PageSizeEchoed Drt Buffering "page-size-echoed" "a start gives back one less than the page size",
    AlwaysClean Drt Buffering "always-clean" "reports succeed and are empty",
    ReportWithoutLog Drt Buffering "report-without-log" "a report without a log succeeds",
    ReportTouches Drt Buffering "report-touches" "a report that is refused clears the bitmap",
    StartUnchecked Drt Buffering "start-unchecked" "ranges of a start are not checked",
    StartTwice Drt Buffering "start-twice" "a start while the log runs succeeds",
    FewRanges Drt Buffering "few-ranges" "no more than 64 ranges are accepted",
    StopFails Drt Buffering "stop-fails" "a stop without a log fails",
    SizeZero Acc Buffering "size-zero" "the estimate of the stream's length is 0 while the device runs",
    SizeOnlyStopped Acc Buffering "size-only-stopped" "the estimate of the stream's length is refused while the device runs",
    SizeOnlyRunning Acc Buffering "size-only-running" "the estimate of the stream's length is refused while the device is stopped",
    CountedTwice Acc Buffering "counted-twice" "initial bytes that were read are still counted",
    InitialRises Acc Buffering "initial-rises" "initial_bytes grows with every question",
    InitialZero Acc Buffering "initial-zero" "initial_bytes is 0 when the session begins",
    DirtyAtOnce Acc Buffering "dirty-at-once" "dirty_bytes counts the initial data",
    AskingReads Acc Buffering "asking-reads" "a question for estimates takes bytes out of the stream",
    ReinitDirty Acc Buffering "reinit-dirty" "new initial data count as dirty too",
}

/// A driver with a bug.
pub struct Wrong {
    bug: Bug,
    inner: Reference,
    memory: Memory,
}

/// What bugs remember.
#[derive(Default)]
struct Memory {
    /// Data fds, in the order in which they came.
    fds: Vec<Fd>,
    /// What was read or written in the session that is open.
    stream: Vec<u8>,
    /// Streams that were read to their end.
    good: Vec<Vec<u8>>,
    /// A mark that the bug sets.
    on: bool,
    /// A counter.
    count: u64,
    /// Bytes that come before those of the stream.
    before: Vec<u8>,
    /// Pages that were reported dirty.
    pages: BTreeSet<u64>,
}

impl Wrong {
    /// Opens the device with this driver.
    pub fn open(bug: Bug) -> Self {
        let inner = Reference::with_driver(bug.model(), |port| {
            driver::wrong(bug, bug.model().driver_v2(1, port))
        });
        Self {
            bug,
            inner,
            memory: Memory::default(),
        }
    }

    fn state(&self) -> DeviceState {
        self.inner.state()
    }
}

fn fail<T>(fault: vfio_migration::v2::Fault) -> Outcome<T> {
    Err(fault.into())
}

fn refuse(errno: i32) -> Answer {
    Answer {
        result: Err(Errno(errno)),
        argument: None,
    }
}

impl Endpoint for Wrong {
    fn describe(&self) -> String {
        format!("{}, wrong: {}", self.inner.describe(), self.bug.what())
    }

    fn abilities(&self) -> &[Ability] {
        self.inner.abilities()
    }

    fn feature(&mut self, argument: &[u8]) -> Outcome<Answer> {
        self.wrong_feature(argument)
    }

    fn read(&mut self, fd: Fd, into: &mut [u8]) -> Outcome<usize> {
        self.wrong_read(fd, into)
    }

    fn write(&mut self, fd: Fd, from: &[u8]) -> Outcome<usize> {
        self.wrong_write(fd, from)
    }

    fn poll(&mut self, fd: Fd) -> Outcome<Readiness> {
        self.wrong_poll(fd)
    }

    fn positioned(&mut self, fd: Fd, operation: Positioned) -> Outcome<usize> {
        match self.bug {
            Bug::Seekable if operation != Positioned::Seek => Ok(1),
            _ => self.inner.positioned(fd, operation),
        }
    }

    fn data_ioctl(&mut self, fd: Fd, request: u32, argument: &[u8]) -> Outcome<Answer> {
        self.wrong_info(fd, request, argument)
    }

    fn close_fd(&mut self, fd: Fd) -> Outcome {
        self.inner.close_fd(fd)?;
        let state = self.state();
        match self.bug {
            Bug::CloseDiscards if state.resuming() => {
                self.memory.on = true;
                Ok(())
            }
            Bug::CloseStops if state.saving() => self.inner.reset(),
            _ => Ok(()),
        }
    }

    fn fd_flags(&mut self, fd: Fd) -> Outcome<FdFlags> {
        let flags = self.inner.fd_flags(fd)?;
        Ok(match self.bug {
            Bug::FdBothWays => FdFlags {
                read: true,
                write: true,
                ..flags
            },
            _ => flags,
        })
    }

    fn reset(&mut self) -> Outcome {
        self.wrong_reset()
    }

    fn reopen(&mut self) -> Outcome {
        self.wrong_reopen()
    }

    fn log_start(&mut self, page_size: u64, ranges: &[LogRange]) -> Outcome<u64> {
        self.wrong_start(page_size, ranges)
    }

    fn log_report(&mut self, range: LogRange, page_size: u64, bitmap: &mut [u64]) -> Outcome {
        self.wrong_report(range, page_size, bitmap)
    }

    fn work(&mut self) -> Outcome<Work> {
        if self.bug == Bug::StopEndsLog {
            self.stop_log()?;
        }
        if matches!(self.bug, Bug::IdleNotLoaded | Bug::ResumeNeedsReset) {
            self.memory.count += 1;
        }
        let work = self.inner.work()?;
        if self.bug == Bug::WorkStops {
            self.go(DeviceState::STOP)?;
        }
        Ok(work)
    }

    fn image(&mut self) -> Outcome<Vec<u8>> {
        self.inner.image()
    }

    fn touch(&mut self) -> Outcome<bool> {
        match self.bug {
            Bug::TouchAnswers => Ok(false),
            _ => self.inner.touch(),
        }
    }

    fn traffic(&mut self) -> Outcome<Traffic> {
        self.inner.traffic()
    }

    fn break_hardware(&mut self) -> Outcome {
        self.inner.break_hardware()
    }
}
