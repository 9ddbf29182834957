// Command generate writes a notifygen.yaml with N routes, for benchmarks.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
)

func main() {
	routes := flag.Int("routes", 100, "number of routes")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	fmt.Fprint(w, `version: 1
name: bench
quotas: {rules-per-event-bus: 100000}
secrets:
  slack-token: {secretsmanager: notify/slack, key: token}
sources:
  orders:
    bus: {create: orders}
    pattern: {source: [orders]}
    trusted: [detail.id]
    lists: []
destinations:
`)
	for i := range destinations(*routes) {
		fmt.Fprintf(w, "  team-%d: {type: slack, channel: C%08d, token: slack-token}\n", i, i)
	}
	fmt.Fprint(w, "routes:\n")
	for i := range *routes {
		fmt.Fprintf(w, `  order-%05d:
    from: orders
    when: {detail: {kind: ["kind-%d"]}}
    to: [team-%d]
    message:
      title: "Order ${detail.id}"
      text: "${detail.text}"
      fields: {Account: "${account}", Region: "${region}"}
      severity: info
`, i, i, i%destinations(*routes))
	}
}

// destinations gives one destination for every 200 routes.
func destinations(routes int) int { return 1 + routes/200 }
