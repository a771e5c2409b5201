//! What is wrong with a setting, where it stands and what to do; values of secrets are never repeated.

use std::fmt;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The file's path, or `environment`.
    pub file: String,
    /// Counted from 1; none for what is missing or comes from the environment.
    pub line: Option<usize>,
    /// `mail.port`, `region[au].database`, or the variable's name.
    pub key: String,
    pub problem: String,
    /// What to do about it; may be empty where the problem says it.
    pub advice: String,
}

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: Option<usize>,
}

impl Place {
    pub fn problem(
        &self,
        key: impl Into<String>,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> ConfigProblem {
        ConfigProblem {
            file: self.file.clone(),
            line: self.line,
            key: key.into(),
            problem: problem.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.problem)?;
        if !self.advice.is_empty() {
            write!(f, "; {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblem {}
