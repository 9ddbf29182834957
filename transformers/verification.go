package transformers

// Verification declares how a service's reply tells whether it took a message.
// Its expressions are JSONata (https://docs.jsonata.org/overview.html, 2.0.6 as
// in Step Functions) on $reply, the reply's body: an object where the service
// answered with one, else any other JSON but a list, a text or nothing at all. None
// may fail whatever $reply is. They are asked of replies with a status of 2xx only; other statuses
// speak for themselves.
type Verification struct {
	// Accepted is true of a reply that takes the message.
	Accepted string
	// Code and Message are the service's own words in one that does not, or
	// nothing.
	Code, Message string
	// Transient is true of a refusal that may pass, so that it is worth trying
	// again.
	Transient string
	// Throttled is true of a refusal because of too many messages.
	Throttled string
	// ThrottleWait is the number of seconds before another attempt at a message
	// that was throttled, HTTP status 429 included: a reply's Retry-After header
	// cannot be read. 0 leaves it to the queue, which takes several minutes.
	ThrottleWait int
}

// Signature declares a signature that goes by the clock, so that it must be
// computed for every attempt.
type Signature struct {
	// Scheme is the name by which the signer knows it.
	Scheme string
	// Label says what is signed, for people: "DingTalk signature".
	Label string
	// Key of the file must have Value for a destination to be signed.
	Key, Value string
	// SecretKey is the key of the file that names the secret to sign with.
	SecretKey string
	// Query are the query parameters that the signer fills, by the members of
	// its answer.
	Query []string
	// Refused is JSONata on $reply: true of a refusal that may be for the
	// signature's sake. A secret that was rotated may be the reason, which the
	// signer then reads anew.
	Refused string
}

// SignatureOf gives the signature of a destination of the file, nil for none.
func (d *Destination) SignatureOf(in Instance) *Signature {
	if s := d.Signature; s != nil && in.Key(s.Key).Text == s.Value {
		return s
	}
	return nil
}
