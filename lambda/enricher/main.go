// The enricher, a Lambda function: package enrich tells what it takes and answers.
package main

import (
	"net"
	"time"

	"github.com/notifygen/notifygen/lambda/enricher/awsapi"
	"github.com/notifygen/notifygen/lambda/enricher/enrich"
	"github.com/notifygen/notifygen/lambda/internal/function"
	"github.com/notifygen/notifygen/lambda/internal/sdk"
)

func main() {
	var settings function.Settings
	log := function.Logger()
	config := sdk.Config()
	region := settings.Region()
	active := awsapi.NewActive(region, net.DefaultResolver.LookupCNAME, time.Now, log)
	enricher := &enrich.Enricher{
		Support:     awsapi.NewSupport(config),
		Health:      awsapi.NewHealth(config, active, settings.Bool("ORGANIZATION")),
		MaxReceives: settings.Int("MAX_RECEIVES", 3, 1, 100),
		MaxText:     settings.Int("MAX_TEXT_BYTES", 8000, 100, 32000),
		MaxEntities: settings.Int("MAX_ENTITIES", 200, 1, 1000),
		Region:      region,
		Log:         log,
	}
	function.Start(log, settings.Err(), enricher.Invoke)
}
