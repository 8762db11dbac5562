package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hanzhi/demo"
	"hanzhi/server/httpapi"
)

// The demonstration's accounts are public: the sign-in page lists them. They exist only where HANZHI_DEMO is on.
const demoPassword = "hanzhi-demo-1"

var demoPeople = demo.Accounts{
	Admin:   demo.Account{Name: "Administrator", Email: "admin@hanzhi.example", Password: demoPassword},
	Author:  demo.Account{Name: "Author", Email: "author@hanzhi.example", Password: demoPassword},
	Teacher: demo.Account{Name: "Teacher", Email: "teacher@hanzhi.example", Password: demoPassword},
	Student: demo.Account{Name: "Student", Email: "student@hanzhi.example", Password: demoPassword},
}

func (a *App) demoAccounts() []httpapi.DemoAccount {
	if !a.Config.Demo {
		return nil
	}
	account := func(d demo.Account, role string) httpapi.DemoAccount {
		return httpapi.DemoAccount{Email: d.Email, Password: d.Password, Role: role}
	}
	return []httpapi.DemoAccount{
		account(demoPeople.Student, "student"), account(demoPeople.Teacher, "teacher"),
		account(demoPeople.Author, "author"), account(demoPeople.Admin, "admin"),
	}
}

// showDemo loads the demo courses into this running copy and tells the person at the terminal what to do meanwhile.
func (a *App) showDemo(ctx context.Context, out io.Writer) {
	if err := a.awaitServing(ctx); err != nil {
		return
	}
	fmt.Fprintf(out, "\n  Hanzhi 汉职 is open at %s\n\n", a.Config.PublicURL)
	for _, account := range a.demoAccounts() {
		fmt.Fprintf(out, "    %-8s %s  %s\n", account.Role, account.Email, account.Password)
	}
	fmt.Fprintf(out, "\n  Stop it with Ctrl-C. Everything it keeps lies in %s\n\n", a.Config.DataDir)
	bar := &progressBar{out: out, live: isTerminal(out)}
	err := a.LoadDemo(ctx, bar.show)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		bar.line(fmt.Sprintf("  The demo courses are not complete: %v\n  The next start goes on with them.", err))
	default:
		bar.line("  The demo courses are complete.")
	}
}

// LoadDemo puts the demo courses in over the public API; a second call changes nothing.
func (a *App) LoadDemo(ctx context.Context, progress func(demo.Step)) error {
	if _, err := a.Auth.EnsureAdmin(ctx, demoPeople.Admin.Email, demoPeople.Admin.Password); err != nil {
		return err
	}
	return demo.Load(ctx, demo.Options{
		BaseURL: a.URL(), Accounts: demoPeople, MediaDir: filepath.Join(a.Config.DataDir, "demo"), Progress: progress,
	})
}

// awaitServing waits until the listener is served.
func (a *App) awaitServing(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-a.serving:
		return nil
	}
}

// progressBar redraws one line on a terminal, and prints plain lines elsewhere.
type progressBar struct {
	out  io.Writer
	live bool
	last string
}

const barCells = 24

func (b *progressBar) show(s demo.Step) {
	text := fmt.Sprintf("%2d/%d  %s: %s", s.Done, s.Total, s.Lesson, s.Phase)
	if !b.live {
		if text != b.last {
			fmt.Fprintf(b.out, "  demo %s\n", text)
		}
		b.last = text
		return
	}
	full := barCells * s.Done / max(s.Total, 1)
	fmt.Fprintf(b.out, "\r\x1b[K  %s%s %s", strings.Repeat("█", full), strings.Repeat("░", barCells-full), text)
}

func (b *progressBar) line(text string) {
	if b.live {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
	fmt.Fprintf(b.out, "%s  (%s)\n", text, time.Now().Format("15:04"))
}

// isTerminal reports whether somebody watches out.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
