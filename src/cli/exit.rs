//! The exit codes, so that scripts can tell apart what went wrong.
//!
//! | code | means | what to do |
//! |---|---|---|
//! | 0 | done | |
//! | 1 | the command failed while it worked | read the last line on standard error |
//! | 2 | the command line, the settings or the flows are wrong; nothing was started | correct what each line names |

/// The command failed while it worked.
pub const FAILED: u8 = 1;

/// The command line, the settings or the flows are wrong; nothing was started. Clap uses the same code.
pub const REFUSED: u8 = 2;
