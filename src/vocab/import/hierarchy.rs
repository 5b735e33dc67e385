//! The hierarchy that a file states, made free of circles.

use std::collections::HashMap;

use super::{ImportedConcept, Note, Notes};

/// The statements of the file about what is above what, without circles.
pub struct Hierarchy {
    /// Places of the parents of each class.
    parents: Vec<Vec<usize>>,
    /// Parents that the file does not describe.
    pub outside: Vec<Vec<String>>,
    /// Every class after its parents.
    pub order: Vec<usize>,
}

impl Hierarchy {
    /// Reads the statements; each one that closes a circle is left out and noted.
    pub fn of(concepts: &[ImportedConcept], notes: &mut Notes) -> Self {
        let known: HashMap<&str, usize> =
            concepts.iter().enumerate().map(|(place, concept)| (concept.iri.as_str(), place)).collect();
        let mut parents = Vec::with_capacity(concepts.len());
        let mut outside = Vec::with_capacity(concepts.len());
        for concept in concepts {
            let (mut inside, mut elsewhere) = (Vec::new(), Vec::new());
            for parent in &concept.broader {
                match known.get(parent.as_str()) {
                    Some(place) => inside.push(*place),
                    None => elsewhere.push(parent.clone()),
                }
            }
            parents.push(inside);
            outside.push(elsewhere);
        }
        let order = without_circles(concepts, &mut parents, notes);
        Self { parents, outside, order }
    }

    /// The parents that the file describes.
    pub fn parents(&self, place: usize) -> &[usize] {
        self.parents.get(place).map_or(&[], Vec::as_slice)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    New,
    Open,
    Done,
}

/// Takes out each statement that closes a circle, walking from the first class up; answers every class after its
/// parents.
fn without_circles(concepts: &[ImportedConcept], parents: &mut [Vec<usize>], notes: &mut Notes) -> Vec<usize> {
    let mut state = vec![Walk::New; concepts.len()];
    let mut order = Vec::with_capacity(concepts.len());
    let iri = |place: usize| concepts.get(place).map(|concept| concept.iri.clone()).unwrap_or_default();
    let set = |state: &mut Vec<Walk>, place: usize, walk: Walk| {
        if let Some(one) = state.get_mut(place) {
            *one = walk;
        }
    };
    for start in 0..concepts.len() {
        if state.get(start) != Some(&Walk::New) {
            continue;
        }
        set(&mut state, start, Walk::Open);
        let mut stack = vec![(start, 0_usize)];
        while let Some((at, next)) = stack.pop() {
            let Some(parent) = parents.get(at).and_then(|list| list.get(next)).copied() else {
                set(&mut state, at, Walk::Done);
                order.push(at);
                continue;
            };
            match state.get(parent).copied().unwrap_or(Walk::Done) {
                Walk::Done => stack.push((at, next + 1)),
                Walk::New => {
                    stack.push((at, next + 1));
                    set(&mut state, parent, Walk::Open);
                    stack.push((parent, 0));
                }
                Walk::Open => {
                    notes.push(Note::Cycle { iri: iri(at), parent: iri(parent) });
                    if let Some(list) = parents.get_mut(at) {
                        list.remove(next);
                    }
                    stack.push((at, next));
                }
            }
        }
    }
    order
}
