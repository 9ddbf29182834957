package plan

import (
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/schema"
)

// kmsKeys notes the keys that are stack parameters: ARNs, and those that stand in
// policies and log groups, not of aliases.
func (c *compiler) kmsKeys() {
	runs := len(c.hops) > 0
	queued := map[string]bool{} // parameters of what has a role and a log
	for _, d := range c.out.Destinations {
		if d.Queue != nil {
			runs = true
			queued[d.KMSKey.Param] = true
		}
	}
	note := func(key schema.Scalar) {
		u := use{open: true, pattern: config.KMSKeyPattern, hint: "the ARN of a KMS key, or of its alias"}
		if queued[key.Param] || runs && key.Param == c.file.KMSKey.Param {
			u.pattern, u.hint = config.KMSKeyARNPattern, "the ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/…, not of its alias"
		}
		c.params.text(key, u)
	}
	note(c.file.KMSKey)
	for _, d := range c.out.Destinations {
		note(d.KMSKey)
	}
}
