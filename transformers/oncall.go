package transformers

// OnCall declares how people whose mobile numbers are read when a message is sent
// get into it. Everything about the lists is in package plan.
type OnCall struct {
	// Message is JSONata: the message that mentions them. $message is the message
	// as it was rendered, $mobiles an array of numbers, which may be empty, and
	// $all tells whether to mention everybody. It may not fail whatever $message
	// is.
	Message string
	// Number is a regular expression that a number matches whole.
	Number string
}
