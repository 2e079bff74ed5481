//! The predictions of participants: one for each question of a lesson. They are kept in memory only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::participants::Id;

/// Maximum number of predictions of a participant. All lessons have fewer questions.
const MAX_PREDICTIONS: usize = 100;

/// Maximum number of characters in the id of a lesson.
const MAX_LESSON: usize = 32;

/// Maximum number of questions of a lesson, and of choices of a question.
const MAX_CHOICES: u8 = 16;

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

/// Body of `POST /api/room/predict`.
#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prediction {
    /// Id of the lesson.
    pub(crate) lesson: String,
    /// Number of the question in the lesson, from 0.
    pub(crate) question: u8,
    /// Number of the chosen answer, from 0.
    pub(crate) choice: u8,
}

/// How many participants have chosen each answer, by question and choice.
pub(crate) type Tally = BTreeMap<u8, BTreeMap<u8, usize>>;

impl Prediction {
    /// Checks the numbers and the id.
    ///
    /// # Errors
    /// A message that names the field.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !is_lesson(&self.lesson) {
            return Err(invalid_lesson());
        }
        let numbers = [("question", self.question), ("choice", self.choice)];
        match numbers.iter().find(|(_, number)| *number >= MAX_CHOICES) {
            Some((field, number)) => {
                Err(format!("{field} {number} does not exist; use a number from 0 to {}", MAX_CHOICES - 1))
            }
            None => Ok(()),
        }
    }
}

/// Returns `true` if the text can be the id of a lesson.
pub(crate) fn is_lesson(id: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=MAX_LESSON).contains(&id.len()) && id.bytes().all(is_valid)
}

/// Returns the error message for an invalid id of a lesson.
pub(crate) fn invalid_lesson() -> String {
    format!("lesson must be the id of a lesson: 1 to {MAX_LESSON} letters a to z, digits or hyphens")
}

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
        for invalid in [prediction("", 0, 0), prediction("a b", 0, 0), prediction(&"x".repeat(33), 0, 0)] {
            assert!(invalid.check().is_err(), "{invalid:?}");
        }
        assert!(prediction("socket", 16, 0).check().is_err());
        assert!(prediction("socket", 0, 16).check().is_err());
        assert!(prediction("http2", 15, 15).check().is_ok());
    }
}
