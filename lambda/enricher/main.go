// The enricher, a Lambda function: package enrich tells what it takes and answers.
package main

import (
	"net"
	"os"
	"time"

	"github.com/notifygen/notifygen/lambda/enricher/awsapi"
	"github.com/notifygen/notifygen/lambda/internal/function"
)

func main() {
	log := function.Logger()
	enricher, err := awsapi.NewEnricher(awsapi.Environment{
		Getenv: os.Getenv, LookupCNAME: net.DefaultResolver.LookupCNAME, Now: time.Now, Log: log,
	})
	function.Start(log, err, enricher.Invoke)
}
