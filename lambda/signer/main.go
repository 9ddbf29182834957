// The signer, a Lambda function: package handler tells what it takes and answers.
package main

import (
	"os"
	"time"

	"github.com/notifygen/notifygen/lambda/internal/environment"
	"github.com/notifygen/notifygen/lambda/internal/function"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
	"github.com/notifygen/notifygen/lambda/signer/handler"
	"github.com/notifygen/notifygen/lambda/signer/secrets"
)

func main() {
	settings := environment.New(os.Getenv)
	settings.Region()
	maxAge := settings.Duration("SECRET_MAX_AGE", 5*time.Minute, time.Second, time.Hour)
	grace := settings.Duration("SECRET_GRACE", 5*time.Minute, 0, time.Hour)
	log := function.Logger()
	signer := handler.New(secrets.New(sdk.Config(os.Getenv)), time.Now, maxAge, grace, log)
	function.Start(log, settings.Err(), signer.Invoke)
}
