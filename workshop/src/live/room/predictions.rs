//! The predictions of participants: one for each question of a lesson. They are kept in memory only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::participants::Id;
use super::prediction::Prediction;

/// Maximum number of predictions of a participant. All lessons have fewer questions.
const MAX_PREDICTIONS: usize = 100;

/// The predictions of all participants.
#[derive(Debug, Default)]
pub(crate) struct Predictions(Mutex<BTreeMap<Id, Choices>>);

/// The chosen answers of a participant: the numbers of the choices, from 0.
type Choices = BTreeMap<Question, u8>;

/// A question of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    lesson: String,
    /// Number of the question in its lesson, from 0.
    number: u8,
}

/// How many participants have chosen each answer, by question and choice.
pub(crate) type Tally = BTreeMap<u8, BTreeMap<u8, usize>>;

impl Predictions {
    /// Stores a prediction. It replaces an earlier one of the participant for the same question.
    ///
    /// # Errors
    /// If the participant has too many predictions.
    pub(crate) fn set(&self, id: Id, prediction: Prediction) -> Result<(), String> {
        let Prediction { lesson, question: number, choice } = prediction;
        let question = Question { lesson, number };
        let mut all = self.lock();
        let own = all.entry(id).or_default();
        if own.len() >= MAX_PREDICTIONS && !own.contains_key(&question) {
            return Err(format!("a participant may predict the answers of {MAX_PREDICTIONS} questions"));
        }
        own.insert(question, choice);
        Ok(())
    }

    /// Returns the predictions of a participant.
    pub(crate) fn of(&self, id: Id) -> Vec<Prediction> {
        let all = self.lock();
        let own = all.get(&id).into_iter().flatten();
        own.map(|(Question { lesson, number }, choice)| Prediction {
            lesson: lesson.clone(),
            question: *number,
            choice: *choice,
        })
        .collect()
    }

    /// Returns how many participants have chosen each answer of the lesson.
    pub(crate) fn tally(&self, lesson: &str) -> Tally {
        let mut tally = Tally::new();
        for (Question { number, .. }, choice) in
            self.lock().values().flatten().filter(|(question, _)| question.lesson == lesson)
        {
            *tally.entry(*number).or_default().entry(*choice).or_default() += 1;
        }
        tally
    }

    /// Drops the predictions of a participant who has left.
    pub(crate) fn forget(&self, id: Id) {
        self.lock().remove(&id);
    }

    /// Drops all predictions.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Id, Choices>> {
        // Each change is complete before the lock is released.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(lesson: &str, question: u8, choice: u8) -> Prediction {
        Prediction { lesson: lesson.to_owned(), question, choice }
    }

    #[test]
    fn each_participant_counts_once_for_each_question() {
        let (all, [anna, ben]) = (Predictions::default(), [Id::new(1), Id::new(2)]);
        for (id, choice) in [(anna, 0), (ben, 2), (anna, 2)] {
            all.set(id, prediction("socket", 0, choice)).unwrap();
        }
        all.set(ben, prediction("socket", 1, 0)).unwrap();
        all.set(ben, prediction("end", 0, 1)).unwrap();
        let tally = |of: &[(u8, u8, usize)]| {
            let mut tally = Tally::new();
            for (question, choice, count) in of {
                tally.entry(*question).or_default().insert(*choice, *count);
            }
            tally
        };
        assert_eq!(all.tally("socket"), tally(&[(0, 2, 2), (1, 0, 1)]));
        assert_eq!(all.of(anna), [prediction("socket", 0, 2)]);
        all.forget(ben);
        assert_eq!(all.tally("socket"), tally(&[(0, 2, 1)]));
        all.clear();
        assert_eq!(all.tally("socket"), Tally::new());
    }

    #[test]
    fn memory_of_a_participant_is_bounded() {
        let (all, anna) = (Predictions::default(), Id::new(1));
        let set = |number: usize| all.set(anna, prediction(&format!("lesson-{number}"), 0, 0));
        assert!((0..MAX_PREDICTIONS).all(|number| set(number).is_ok()));
        assert!(set(MAX_PREDICTIONS).is_err());
        assert!(set(0).is_ok(), "a known question can be answered again");
    }
}
