//go:build !lambdas

package assets

// Embedded are the functions in this binary: none, without the build tag lambdas.
func Embedded() Set { return Set{} }
