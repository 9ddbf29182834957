package plan

import (
	"github.com/notifygen/notifygen/config"
	"github.com/notifygen/notifygen/diag"
)

// checkRegions reports secrets and keys of another Region. Secrets Manager and KMS
// answer for their own Region only, and the signer asks those of the stack's
// (https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html,
// https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html).
// For CloudFormation's dynamic references AWS documents secrets of other accounts,
// not of other Regions
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html).
func (c *compiler) checkRegions() {
	if c.file.Region == "" {
		return
	}
	for _, s := range c.file.Secrets {
		c.checkARN(s.Pos, "the secret "+s.Name, s.SecretsManager, "replicate it to %s, and name the replica")
	}
	const remedy = "name a key of %s, or the replica of a multi-Region key"
	c.checkARN(c.file.KMSKey.Pos, "the key", c.file.KMSKey.Text, remedy)
	for _, d := range c.file.Destinations { // many have the file's: it is told once
		c.checkARN(d.KMSKey.Pos, "the key", d.KMSKey.Text, remedy)
	}
}

func (c *compiler) checkARN(pos diag.Pos, what, arn, remedy string) {
	if region := arnRegion(arn); region != "" && region != c.file.Region {
		if config.Partition(region) != config.Partition(c.file.Region) { // neither replicas nor keys leave it
			remedy = "name one of %s"
		}
		c.ds.Report(pos, diag.OtherRegion, "%s is in %s, the file is for %s", what, region, c.file.Region).
			WithHint(remedy+", or set `region: %s`", c.file.Region, region)
	}
}
