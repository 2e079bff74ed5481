//! A prediction of the answer to a question of a lesson, as a participant sends it.

use serde::{Deserialize, Serialize};

/// Maximum number of characters in the id of a lesson.
const MAX_LESSON: usize = 32;

/// Maximum number of questions of a lesson, and of choices of a question.
const MAX_CHOICES: u8 = 16;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_lessons_and_numbers_are_refused() {
        let prediction =
            |lesson: &str, question, choice| Prediction { lesson: lesson.to_owned(), question, choice };
        for invalid in [prediction("", 0, 0), prediction("a b", 0, 0), prediction(&"x".repeat(33), 0, 0)] {
            assert!(invalid.check().is_err(), "{invalid:?}");
        }
        assert!(prediction("socket", 16, 0).check().is_err());
        assert!(prediction("socket", 0, 16).check().is_err());
        assert!(prediction("http2", 15, 15).check().is_ok());
    }
}
