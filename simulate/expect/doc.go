// Package expect runs files of expectations against a simulated world: an event,
// and which targets receive what because of it.
//
// Mistakes in a file are findings with positions, as in the file of routes; an
// expectation that is not met is a [Failure], which says what differs and where
// it was written.
package expect
