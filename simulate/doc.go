// Package simulate plays events through CloudFormation templates as EventBridge
// would: which rules match, and what each target receives. It reads nothing
// but templates, so it works on those of SAM, the CDK and on hand-written ones,
// and it sends nothing.
package simulate
