//! Finds the ways to recognise an issue that a piece of evidence could be part of.
//!
//! Each way (an [`Alternative`]) is listed under what is rarest in it: its frames, else its stop code, fault,
//! exception, event or phrase. So the cost of a piece depends on what it shares with signatures, not on how
//! many there are.

use super::clauses::{BugcheckPattern, Compared, EventPattern, FaultPattern};
use super::stack::{Row, Rows, StackClause};
use crate::evidence::Fault;
use crate::signature::names::{self, FramePattern, Pattern, folded};
use crate::signature::{Clauses, Database, Entry, RuntimeFrames, Standing};
use memchr::memmem::Finder;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A frame that more ways than this name says little; only those that begin with it are tried.
const COMMON: usize = 64;

/// The clause that a way is listed under: it is held against the piece that the way is tried for, and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    Stack,
    Bugcheck,
    Fault,
    Exception,
    /// Which of its events.
    Event(usize),
    Text,
}

impl Lead {
    fn of(clauses: &Clauses) -> Self {
        if clauses.stack.is_some() {
            Lead::Stack
        } else if clauses.bugcheck.is_some() {
            Lead::Bugcheck
        } else if clauses.fault.is_some() {
            Lead::Fault
        } else if clauses.exception.is_some() {
            Lead::Exception
        } else if clauses.event.is_empty() {
            Lead::Text
        } else {
            Lead::Event(clauses.event.iter().position(|event| event.message.is_some()).unwrap_or(0))
        }
    }
}

/// One `[[match]]` of a signature, made ready.
pub(super) struct Alternative<'db> {
    pub(super) entry: &'db Entry,
    /// Number of the signature in the database.
    pub(super) order: usize,
    pub(super) clauses: &'db Clauses,
    pub(super) lead: Lead,
    pub(super) stack: Option<StackClause<'db>>,
    events: OnceLock<Vec<EventPattern>>,
    bugcheck: OnceLock<Option<BugcheckPattern>>,
    fault: OnceLock<Option<FaultPattern>>,
    text: OnceLock<Vec<String>>,
    /// The fault clause names a module of the runtime.
    common_module: bool,
    /// It asks for nothing but events and phrases, which need no crash.
    pub(super) only_events: bool,
    /// It asks for nothing but a stack.
    pub(super) only_stack: bool,
    /// More than a fault can tell; words or a code speak beside a fault.
    more_tells: bool,
    more_speaks: bool,
}

impl<'db> Alternative<'db> {
    fn new(order: usize, entry: &'db Entry, clauses: &'db Clauses, runtime: &RuntimeFrames) -> Self {
        let faulting = clauses.fault.as_ref().and_then(|fault| fault.module.as_deref());
        let common_module = faulting.is_some_and(|name| {
            FramePattern::read(&format!("{name}!*"))
                .is_ok_and(|frame| runtime.standing(frame.as_name()) < Standing::Own)
        });
        let Clauses { stack, bugcheck, fault, exception, event, text, .. } = clauses;
        let of_crash = bugcheck.is_some() || fault.is_some() || exception.is_some();
        let of_context = !event.is_empty() || text.is_some();
        let address = exception.as_ref().is_some_and(|exception| exception.address.is_some());
        Alternative {
            more_tells: stack.is_some() || bugcheck.is_some() || address || !event.is_empty(),
            more_speaks: exception.is_some() || text.is_some(),
            only_events: stack.is_none() && !of_crash,
            only_stack: stack.is_some() && !of_crash && !of_context,
            entry,
            order,
            clauses,
            lead: Lead::of(clauses),
            stack: StackClause::new(clauses, runtime),
            events: OnceLock::new(),
            bugcheck: OnceLock::new(),
            fault: OnceLock::new(),
            text: OnceLock::new(),
            common_module,
        }
    }
}

impl Alternative<'_> {
    /// Its event clauses, made ready when they are first asked for: most never are.
    pub(super) fn events(&self) -> &[EventPattern] {
        self.events.get_or_init(|| self.clauses.event.iter().map(EventPattern::new).collect())
    }

    /// Its bugcheck clause.
    pub(super) fn bugcheck(&self) -> Option<&BugcheckPattern> {
        self.bugcheck.get_or_init(|| self.clauses.bugcheck.as_ref().map(BugcheckPattern::new)).as_ref()
    }

    /// Its fault clause.
    pub(super) fn fault(&self) -> Option<&FaultPattern> {
        let made = || self.clauses.fault.as_ref().map(|fault| FaultPattern::new(fault, self.common_module));
        self.fault.get_or_init(made).as_ref()
    }

    /// Its phrases, folded.
    pub(super) fn text(&self) -> &[String] {
        let folded = || self.clauses.text.iter().flatten().map(|phrase| folded(phrase)).collect();
        self.text.get_or_init(folded)
    }

    /// Whether a fault speaks for it, or leaves it to what else it asks for.
    fn may_be_fault(&self, fault: &Fault, compared: &Compared<'_>) -> bool {
        let Some(clause) = self.fault() else { return false };
        // Words and a code tell only beside a fault that is the one asked for in every field.
        self.more_tells || clause.tells(compared) || (self.more_speaks && clause.holds(fault, compared))
    }
}

/// All ways to recognise an issue, by what is rarest in them.
pub(super) struct Index<'db> {
    alternatives: Vec<Alternative<'db>>,
    frames: Frames,
    bugchecks: FxHashMap<u32, Vec<usize>>,
    /// By process and by module; those that name neither by an exact name are under the empty one.
    faults: FxHashMap<String, Vec<FaultPosting>>,
    /// By address, for a fault without names.
    fault_addresses: FxHashMap<u64, Vec<usize>>,
    exceptions: FxHashMap<u32, Vec<usize>>,
    /// By event id: the way, and which of its events.
    events: FxHashMap<u32, Vec<(usize, usize)>>,
    /// By folded phrase.
    phrases: FxHashMap<String, Vec<usize>>,
    /// Ids of all events that any way names.
    event_ids: FxHashSet<u32>,
}

impl<'db> Index<'db> {
    pub(super) fn new(database: &'db Database) -> Self {
        let runtime = database.runtime();
        let all = database.entries().enumerate();
        let alternatives = all.flat_map(|(order, entry)| {
            entry.clauses().iter().map(move |clauses| Alternative::new(order, entry, clauses, runtime))
        });
        let mut index = Index {
            alternatives: alternatives.collect(),
            frames: Frames::default(),
            bugchecks: FxHashMap::default(),
            faults: FxHashMap::default(),
            fault_addresses: FxHashMap::default(),
            exceptions: FxHashMap::default(),
            events: FxHashMap::default(),
            phrases: FxHashMap::default(),
            event_ids: FxHashSet::default(),
        };
        for number in 0..index.alternatives.len() {
            index.list(number);
        }
        let frames = &index.frames;
        for stack in index.alternatives.iter_mut().filter_map(|alternative| alternative.stack.as_mut()) {
            stack.weigh(|frame| frames.named_by(frame));
        }
        index
    }

    /// Lists a way under what is rarest in it.
    fn list(&mut self, number: usize) {
        let Some(alternative) = self.alternatives.get(number) else { return };
        let clauses = alternative.clauses;
        self.event_ids.extend(clauses.event.iter().map(|event| event.id));
        match alternative.lead {
            Lead::Stack => alternative.stack.iter().for_each(|stack| self.frames.list(number, stack)),
            Lead::Bugcheck => {
                let codes = clauses.bugcheck.iter().map(|bugcheck| bugcheck.code);
                codes.for_each(|code| self.bugchecks.entry(code).or_default().push(number));
            }
            Lead::Fault => {
                let Some(fault) = &clauses.fault else { return };
                let pattern = |name: &Option<String>| name.as_deref().map(Pattern::module);
                let (process, module) = (pattern(&fault.process), pattern(&fault.module));
                let of_module = module.as_ref().filter(|_| !alternative.common_module).map(Pattern::exact);
                let address = fault.address.as_deref().and_then(names::address);
                let posting = FaultPosting {
                    number,
                    module: of_module.flatten().map(names::module_key),
                    address,
                    other: of_module == Some(None) || alternative.more_tells || alternative.more_speaks,
                };
                let names = [&process, &module].into_iter().flatten().filter_map(Pattern::exact);
                let mut keys: BTreeSet<&str> = names.collect();
                if keys.is_empty() {
                    keys.insert("");
                }
                for key in keys {
                    self.faults.entry(key.to_owned()).or_default().push(posting);
                }
                if let Some(address) = address {
                    self.fault_addresses.entry(address).or_default().push(number);
                }
            }
            Lead::Exception => {
                let codes = clauses.exception.iter().map(|exception| exception.code);
                codes.for_each(|code| self.exceptions.entry(code).or_default().push(number));
            }
            Lead::Event(telling) => {
                let ids = clauses.event.get(telling).map(|event| event.id);
                ids.iter().for_each(|id| self.events.entry(*id).or_default().push((number, telling)));
            }
            Lead::Text => {
                if let Some(longest) = alternative.text().iter().max_by_key(|phrase| phrase.len()) {
                    self.phrases.entry(longest.clone()).or_default().push(number);
                }
            }
        }
    }

    pub(super) fn alternative(&self, number: usize) -> Option<&Alternative<'db>> {
        self.alternatives.get(number)
    }

    /// Whether any way asks for events of this id.
    pub(super) fn names_event(&self, id: u32) -> bool {
        self.event_ids.contains(&id)
    }

    pub(super) fn by_stack(&self, rows: &Rows<'_>, room: &mut Room) {
        self.frames.candidates(rows, room);
    }

    pub(super) fn by_bugcheck(&self, code: u32) -> &[usize] {
        self.bugchecks.get(&code).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_exception(&self, code: u32) -> &[usize] {
        self.exceptions.get(&code).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_event(&self, id: u32) -> &[(usize, usize)] {
        self.events.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_phrase(&self, phrase: &str) -> &[usize] {
        self.phrases.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// The ways that a fault may be part of.
    pub(super) fn by_fault(&self, fault: &Fault, compared: &Compared<'_>, room: &mut Room) {
        let Room { numbers, name: folded, .. } = room;
        let address = compared.address.flatten();
        let mut key_of = |name: &str| {
            folded.clear();
            folded.push_str(name);
            folded.make_ascii_lowercase();
            (names::module_key(folded), self.faults.get(folded.as_str()))
        };
        let may_be = |number: &usize| {
            self.alternative(*number).is_some_and(|alternative| alternative.may_be_fault(fault, compared))
        };
        if compared.process.is_none() && compared.module.is_none() {
            let list = address.and_then(|address| self.fault_addresses.get(&address));
            numbers.extend(list.into_iter().flatten().copied().filter(may_be));
        } else {
            let (_, of_process) = compared.process.map_or((0, None), &mut key_of);
            let (module, of_module) = compared.module.map_or((0, None), &mut key_of);
            let (_, of_none) = key_of("");
            // Most that is known of a process are other faults.
            let postings = [of_process, of_module, of_none].into_iter().flatten().flatten();
            let telling = postings.filter(|posting| posting.may_tell(module, address));
            numbers.extend(telling.map(|posting| posting.number).filter(may_be));
        }
        numbers.sort_unstable();
        numbers.dedup();
    }
}

/// A fault clause: the way, and what alone makes a fault speak for it, unless something other may.
#[derive(Debug, Clone, Copy)]
struct FaultPosting {
    number: usize,
    /// Key of a module.
    module: Option<u64>,
    address: Option<u64>,
    other: bool,
}

impl FaultPosting {
    fn may_tell(&self, module: u64, address: Option<u64>) -> bool {
        self.other || self.module == Some(module) || (self.address.is_some() && self.address == address)
    }
}

/// A frame of a stack clause: the way, the frame's place among the telling ones, whether the clause may stand anywhere.
#[derive(Debug, Clone, Copy)]
struct Posting {
    number: u32,
    place: u16,
    anywhere: bool,
}

/// A frame that a stack shares with a way: the way, the frame's place, whether it leads there.
type Shared = (u32, u16, bool);

impl Posting {
    fn shared(&self) -> Shared {
        (self.number, self.place, self.place < 2 || self.anywhere)
    }
}

/// What is found for a piece of evidence, and room to find it in, used again for the next.
#[derive(Default)]
pub(super) struct Room {
    /// The ways that the piece could be part of.
    pub(super) numbers: Vec<usize>,
    shared: Vec<Shared>,
    seen: FxHashSet<u64>,
    name: String,
}

/// The ways that name a frame; mostly one.
type Postings = SmallVec<[Posting; 2]>;

/// The telling frames of all stack clauses.
#[derive(Default)]
struct Frames {
    /// By the key of those that are one name; of two names with a key the clauses see which it is.
    exact: FxHashMap<u64, Postings>,
    /// Those with a `*` or with an offset, by the key of their module; with what their function begins with, if that is known.
    open: FxHashMap<u64, Vec<(Option<u8>, usize)>>,
    /// Those of any module, and what each of their names holds: few stacks have it in any.
    anywhere: Vec<(Finder<'static>, usize)>,
    /// Each of those frames once, and the ways that name it.
    patterns: Vec<(FramePattern, Vec<Posting>)>,
    known: FxHashMap<FramePattern, usize>,
}

impl Frames {
    fn list(&mut self, number: usize, stack: &StackClause<'_>) {
        for (place, frame) in stack.telling().enumerate() {
            let (number, place) = (number as u32, place.min(usize::from(u16::MAX)) as u16);
            let posting = Posting { number, place, anywhere: stack.anywhere };
            match frame.key() {
                Some(key) => self.exact.entry(key).or_default().push(posting),
                None => {
                    let next = self.patterns.len();
                    let number = *self.known.entry(frame.clone()).or_insert(next);
                    if number == next {
                        self.patterns.push((frame.clone(), Vec::new()));
                        if frame.module.as_ref().and_then(Pattern::exact).is_some() {
                            let open = self.open.entry(frame.as_name().module_key()).or_default();
                            open.push((frame.function.first_letter(), number));
                        } else {
                            self.anywhere.push((Finder::new(frame.function.longest()).into_owned(), number));
                        }
                    }
                    if let Some((_, list)) = self.patterns.get_mut(number) {
                        list.push(posting);
                    }
                }
            }
        }
    }

    /// How many ways name a frame.
    fn named_by(&self, frame: &FramePattern) -> usize {
        frame.key().and_then(|key| self.exact.get(&key)).map_or(1, SmallVec::len)
    }

    /// The ways that share their first or second telling frame with a stack, or any two.
    fn candidates(&self, rows: &Rows<'_>, room: &mut Room) {
        let Room { numbers, shared, seen, .. } = room;
        shared.clear();
        seen.clear();
        let mut hold = |number: usize, row: &Row<'_>| {
            if let Some((frame, list)) = self.patterns.get(number)
                && frame.holds(&rows.name(row))
            {
                shared.extend(list.iter().map(Posting::shared));
            }
        };
        for (row, module) in rows.all.iter().zip(&rows.modules) {
            let Some(open) = self.open.get(module) else { continue };
            let letter = rows.name(row).function.bytes().next();
            let may = open.iter().filter(|(first, _)| first.is_none() || *first == letter);
            may.for_each(|(_, number)| hold(*number, row));
        }
        for (_, number) in self.anywhere.iter().filter(|(longest, _)| rows.may_hold(longest)) {
            rows.all.iter().for_each(|row| hold(*number, row));
        }
        for key in &rows.keys {
            if let Some(list) = self.exact.get(key)
                && seen.insert(*key)
            {
                let telling = list.iter().filter(|posting| posting.place < 2 || list.len() <= COMMON);
                shared.extend(telling.map(Posting::shared));
            }
        }
        shared.sort_unstable();
        shared.dedup();
        let tells = |way: &&[Shared]| way.len() > 1 || way.iter().any(|(_, _, leads)| *leads);
        let ways = shared.chunk_by(|one, other| one.0 == other.0).filter(tells);
        numbers.extend(ways.filter_map(|way| Some(way.first()?.0 as usize)));
    }
}
