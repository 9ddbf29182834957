// Package server is an EventBridge on the desk: the part of AWS's API that
// events need, and a page that shows what they cause.
package server
