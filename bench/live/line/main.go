// Command line is a weak line in front of a server: toxiproxy with 64 kbit/s, 300 ms there and back, and 3 % of the packets
// lost. It is a module of its own, so that the platform does not depend on it.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

func main() {
	if err := serve(os.Getenv("BENCH_UPSTREAM")); err != nil {
		log.Fatal(err)
	}
}

func serve(upstream string) error {
	toxics.Register("loss", new(lossToxic))
	zerolog.SetGlobalLevel(zerolog.ErrorLevel)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, "line", "127.0.0.1:0", upstream)
	if err := proxy.Start(); err != nil {
		return err
	}
	for _, stream := range []string{"upstream", "downstream"} {
		for _, toxic := range []string{
			`{"type":"latency","stream":"%s","attributes":{"latency":150}}`,
			`{"type":"bandwidth","stream":"%s","attributes":{"rate":8}}`,
			`{"type":"loss","stream":"%s","attributes":{"share":0.03,"again":500}}`,
		} {
			if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(fmt.Sprintf(toxic, stream))); err != nil {
				return err
			}
		}
	}
	fmt.Println("ready", proxy.Listen)
	select {}
}

// lossToxic is what TCP makes of lost packets: one that is lost comes after it was missed and sent again, and all that
// follow wait for it.
type lossToxic struct {
	Share float64 `json:"share"` // of packets
	Again int     `json:"again"` // ms until a lost one has come
}

// packet is the payload of a packet.
const packet = 1400

// Pipe passes data on.
func (t *lossToxic) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case c := <-stub.Input:
			if c == nil {
				stub.Close()
				return
			}
			for n := 0; n < len(c.Data); n += packet {
				if rand.Float64() < t.Share {
					time.Sleep(time.Duration(t.Again) * time.Millisecond)
				}
			}
			stub.Output <- c
		}
	}
}
