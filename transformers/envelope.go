package transformers

// Envelope is what waits in a destination's queue: the message with the route it
// came by and the id of its event. The id keeps apart two equal messages of two
// events, which a queue that drops copies by their content would take for one. A
// nil body passes the event as it is. Where the people on call are mentioned, service
// tells whose they are, be it empty; nil mentions nobody but those in the body.
func Envelope(route string, body *Value, service Text) *Value {
	if body == nil {
		body = Whole(Part{Reserved: "aws.events.event.json"})
	}
	out := Obj(
		M("route", Const(route)),
		M("event", Str(Text{{Path: "id", Trusted: true}})),
		M("message", body),
	)
	if service != nil {
		out.Set("service", Str(service))
	}
	return out
}
