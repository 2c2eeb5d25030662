//! All forms for callers of edition 2021, where fewer lifetimes are captured and temporaries live longer.

#[path = "../../../forms.rs"]
mod forms;
#[path = "../../../methods.rs"]
mod methods;
