//! The few pages of HTML the sandbox shows: the customer's action, and garbage.

/// What `garbage` answers: a page where JSON was expected, as a proxy in the way would send.
pub(super) const GARBAGE: &str = "<html><body><h1>It works!</h1></body></html>";

/// The address of the action, visited without a result: the customer chooses.
pub(super) const CHOOSE: &str = "<html><body><h1>Sandbox bank</h1><p>Do you authorise this payment?</p>\
    <p><a href=\"?result=success\">Yes</a> <a href=\"?result=fail\">No</a></p></body></html>";

/// The customer is done.
pub(super) const DONE: &str =
    "<html><body><h1>Sandbox bank</h1><p>Thank you. You may go back to the shop.</p></body></html>";

/// There is nothing to authorise.
pub(super) const NOTHING: &str =
    "<html><body><h1>Sandbox bank</h1><p>This payment waits for no action.</p></body></html>";
