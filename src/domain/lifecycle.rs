//! States of records, sources and harvest runs, and the moves between them. Policy: a state changes by a named event
//! through [`RecordState::after`] and in no other way; what is withdrawn stays withdrawn however often it is harvested;
//! nothing is published that was not agreed; a mass removal waits for a person.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A stored or given name that is not a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a {what}")]
pub struct StateNameError {
    what: &'static str,
    name: String,
}

macro_rules! named_states {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every one, in the order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// Its name in the database, in addresses and in machine forms.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = StateNameError;
            fn from_str(name: &str) -> Result<Self, Self::Err> {
                $name::ALL.iter().copied().find(|state| state.as_str() == name)
                    .ok_or_else(|| StateNameError { what: $what, name: name.to_owned() })
            }
        }

        impl TryFrom<String> for $name {
            type Error = StateNameError;
            fn try_from(name: String) -> Result<Self, Self::Error> {
                name.parse()
            }
        }
    };
}

named_states!(
    /// What a record describes.
    RecordKind,
    "kind of record",
    {
        /// A data set (`dcat:Dataset`).
        Dataset = "dataset",
        /// A series of data sets (`dcat:DatasetSeries`).
        Series = "series",
    }
);

named_states!(
    /// Where a record stands. Only [`RecordState::Published`] is visible through any door.
    RecordState,
    "record state",
    {
        /// Harvested and waiting: not yet agreed, or held back because something in it must be mended.
        Quarantined = "quarantined",
        /// The provider agreed to it; it waits for its publication.
        Agreed = "agreed",
        /// Visible to everyone.
        Published = "published",
        /// Taken back by the provider or the operator; stays so until it is reinstated by a person.
        Withdrawn = "withdrawn",
        /// Its source no longer has it.
        Gone = "gone",
    }
);

named_states!(
    /// Where a source stands. Only an approved source's records may be published.
    SourceState,
    "source state",
    {
        /// Registered, tested perhaps, not approved.
        Draft = "draft",
        /// Harvested on schedule; its records may be published.
        Approved = "approved",
        /// Not harvested; its records are withdrawn from every door.
        Suspended = "suspended",
    }
);

named_states!(
    /// How a harvest run ended. Unreachable, forbidden, gone and empty are four different outcomes.
    RunOutcome,
    "run outcome",
    {
        /// Everything was read and taken over.
        Complete = "complete",
        /// Nothing had changed at the source.
        Unchanged = "unchanged",
        /// Taken over, but some records were refused.
        Salvaged = "salvaged",
        /// The answers could not be read or were not complete; nothing changed here.
        Refused = "refused",
        /// No answer, or one after the deadline.
        Unreachable = "unreachable",
        /// The source refused us (401, 403).
        Forbidden = "forbidden",
        /// The address no longer exists (404, 410).
        Gone = "gone",
        /// The source answered with nothing at all; its records are kept until a person accepts it.
        EmptyHeld = "empty-held",
        /// Too many records vanished at once; kept until a person accepts it.
        Held = "held",
        /// We failed: a fault of our own, not of the source.
        Failed = "failed",
    }
);

impl RunOutcome {
    /// Whether the run changed or confirmed what is stored, so that the stored records count as seen.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, RunOutcome::Complete | RunOutcome::Unchanged | RunOutcome::Salvaged)
    }
    /// Whether the run waits for a person to accept it.
    #[must_use]
    pub const fn is_held(self) -> bool {
        matches!(self, RunOutcome::Held | RunOutcome::EmptyHeld)
    }
}

/// What can happen to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordEvent {
    /// The provider agrees to what is shown.
    Agree,
    /// The hub publishes it.
    Publish,
    /// Its source is suspended: it leaves every door and may come back with its source.
    Unpublish,
    /// The provider or the operator takes it back.
    Withdraw,
    /// A withdrawal is undone; it must be published anew.
    Reinstate,
    /// It is held back because something must be mended.
    Quarantine,
    /// A complete harvest no longer has it.
    Vanish,
    /// A harvest has it again; it comes back at the entrance and passes the same gates as a new one.
    Reappear,
}

impl RecordEvent {
    /// Every event.
    pub const ALL: [RecordEvent; 8] = [
        RecordEvent::Agree,
        RecordEvent::Publish,
        RecordEvent::Unpublish,
        RecordEvent::Withdraw,
        RecordEvent::Reinstate,
        RecordEvent::Quarantine,
        RecordEvent::Vanish,
        RecordEvent::Reappear,
    ];
}

/// A move that the rules do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {state} record cannot take the step {event:?}")]
pub struct NotAllowed {
    /// Where the record stands.
    pub state: RecordState,
    /// What was asked.
    pub event: RecordEvent,
}

impl RecordState {
    /// The state after the event. An event that asks for the present state changes nothing and is allowed.
    ///
    /// # Errors
    /// [`NotAllowed`] where the rules have no such move.
    pub const fn after(self, event: RecordEvent) -> Result<RecordState, NotAllowed> {
        use RecordEvent as E;
        use RecordState as S;
        let next = match (self, event) {
            (S::Quarantined | S::Agreed, E::Agree)
            | (S::Withdrawn, E::Reinstate)
            | (S::Agreed | S::Published, E::Unpublish) => S::Agreed,
            (S::Agreed | S::Published, E::Publish) => S::Published,
            (S::Quarantined | S::Agreed | S::Published | S::Withdrawn, E::Withdraw)
            | (S::Withdrawn, E::Vanish | E::Reappear) => S::Withdrawn,
            (S::Quarantined | S::Agreed | S::Published, E::Quarantine) | (S::Gone, E::Reappear) => S::Quarantined,
            (S::Quarantined | S::Agreed | S::Published | S::Gone, E::Vanish) => S::Gone,
            _ => return Err(NotAllowed { state: self, event }),
        };
        Ok(next)
    }

    /// Whether the record may be seen through any door.
    #[must_use]
    pub const fn is_visible(self) -> bool {
        matches!(self, RecordState::Published)
    }
}

/// The state in which a harvest leaves a record of a source in this state: the gates that a new record passes at once.
/// `sound`: nothing in it must be mended first.
#[must_use]
pub const fn entrance(source: SourceState, sound: bool) -> RecordState {
    match (source, sound) {
        (SourceState::Approved, true) => RecordState::Published,
        _ => RecordState::Quarantined,
    }
}

/// Fall of the number of records above which a harvest waits for a person, in per cent of what was there.
pub const MASS_REMOVAL_PERCENT: u64 = 20;
/// Fewest vanished records that make a mass removal; one record of three may go without asking.
pub const MASS_REMOVAL_MINIMUM: u64 = 2;

/// The fall of a source's records above which a harvest waits for a person; both must be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FallLimits {
    /// More than this many per cent of what was there.
    pub percent: u64,
    /// At least this many records.
    pub records: u64,
}

impl Default for FallLimits {
    fn default() -> Self {
        Self { percent: MASS_REMOVAL_PERCENT, records: MASS_REMOVAL_MINIMUM }
    }
}

/// What the number of vanished records means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemovalVerdict {
    /// The harvest may be taken over.
    Proceed,
    /// Too many vanished at once: hold.
    HeldMassRemoval,
    /// Everything vanished: hold.
    HeldEmpty,
}

impl RemovalVerdict {
    /// The outcome under which the run waits, or `None` where it need not.
    #[must_use]
    pub const fn held_as(self) -> Option<RunOutcome> {
        match self {
            RemovalVerdict::Proceed => None,
            RemovalVerdict::HeldMassRemoval => Some(RunOutcome::Held),
            RemovalVerdict::HeldEmpty => Some(RunOutcome::EmptyHeld),
        }
    }
}

/// Judges a harvest by numbers: `live` records stood before it (those not gone), of which it would remove `vanished`.
/// A fall to nothing always waits; else one above the limits.
#[must_use]
pub const fn judge_removal(live: u64, vanished: u64, found: u64, limits: FallLimits) -> RemovalVerdict {
    if live > 0 && found == 0 {
        return RemovalVerdict::HeldEmpty;
    }
    let large = vanished.saturating_mul(100) > live.saturating_mul(limits.percent);
    if large && vanished >= limits.records {
        return RemovalVerdict::HeldMassRemoval;
    }
    RemovalVerdict::Proceed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_event() -> impl Strategy<Value = RecordEvent> {
        prop::sample::select(RecordEvent::ALL.to_vec())
    }

    #[test]
    fn names_read_back() {
        for state in RecordState::ALL {
            assert_eq!(state.as_str().parse::<RecordState>().unwrap(), *state);
        }
        for outcome in RunOutcome::ALL {
            assert_eq!(outcome.as_str().parse::<RunOutcome>().unwrap(), *outcome);
        }
        assert_eq!("open".parse::<SourceState>().unwrap_err().to_string(), "\"open\" is not a source state");
    }

    #[test]
    fn nothing_is_published_that_was_not_agreed() {
        for state in [RecordState::Quarantined, RecordState::Withdrawn, RecordState::Gone] {
            assert!(state.after(RecordEvent::Publish).is_err(), "{state}");
        }
    }

    #[test]
    fn harvesting_never_undoes_a_withdrawal() {
        let mut state = RecordState::Withdrawn;
        for event in [RecordEvent::Vanish, RecordEvent::Reappear, RecordEvent::Vanish, RecordEvent::Reappear] {
            state = state.after(event).unwrap();
            assert_eq!(state, RecordState::Withdrawn);
        }
    }

    #[test]
    fn only_sound_records_of_approved_sources_enter_at_once() {
        for source in SourceState::ALL {
            for sound in [true, false] {
                let visible = entrance(*source, sound).is_visible();
                assert_eq!(visible, *source == SourceState::Approved && sound);
            }
        }
    }

    #[test]
    fn mass_removal_at_its_edges() {
        use RemovalVerdict::{HeldEmpty, HeldMassRemoval, Proceed};
        assert_eq!(judge_removal(0, 0, 0, FallLimits::default()), Proceed);
        assert_eq!(judge_removal(1, 1, 0, FallLimits::default()), HeldEmpty);
        assert_eq!(judge_removal(3, 1, 2, FallLimits::default()), Proceed);
        assert_eq!(judge_removal(10, 2, 8, FallLimits::default()), Proceed);
        assert_eq!(judge_removal(9, 2, 7, FallLimits::default()), HeldMassRemoval);
        assert_eq!(judge_removal(5, 5, 5, FallLimits::default()), HeldMassRemoval);
        let careful = FallLimits { percent: 5, records: 1 };
        assert_eq!(judge_removal(10, 1, 9, careful), HeldMassRemoval);
    }

    proptest! {
        #[test]
        fn a_walk_reaches_published_only_through_agreed(events in prop::collection::vec(any_event(), 0..40)) {
            let mut state = RecordState::Quarantined;
            for event in events {
                let Ok(next) = state.after(event) else { continue };
                if next == RecordState::Published {
                    prop_assert!(matches!(state, RecordState::Agreed | RecordState::Published));
                }
                state = next;
            }
        }

        #[test]
        fn more_removals_are_never_judged_milder(live in 1u64..5_000, first in 0u64..5_000, more in 0u64..5_000) {
            let fewer = first.min(live);
            let many = (first + more).min(live);
            if judge_removal(live, fewer, live - fewer, FallLimits::default()) != RemovalVerdict::Proceed {
                prop_assert_ne!(judge_removal(live, many, live - many, FallLimits::default()), RemovalVerdict::Proceed);
            }
        }

        #[test]
        fn small_falls_pass(live in 5u64..100_000, percent in 0u64..=20) {
            let vanished = live * percent / 100;
            prop_assert_eq!(judge_removal(live, vanished, live - vanished, FallLimits::default()), RemovalVerdict::Proceed);
        }
    }
}
