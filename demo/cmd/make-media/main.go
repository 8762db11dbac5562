// Command make-media makes the videos and captions of the demo courses in a folder:
//
//	go run ./demo/cmd/make-media OUT
//
// Films that are there already are left alone. Needs espeak-ng, ffmpeg and fonts-noto-cjk.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	"hanzhi/demo/film"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: make-media OUT")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	start := time.Now()
	var mu sync.Mutex
	err := film.MakeAll(ctx, film.Options{Dir: os.Args[1], Progress: func(done, total int, name string, made bool) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf("%2d/%d %s %s\n", done, total, map[bool]string{true: "made ", false: "ready"}[made], name)
	}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("done in %.1f s\n", time.Since(start).Seconds())
}
