package cdkapp

// RunApp is Main with an app that a test makes.
var RunApp = runApp
