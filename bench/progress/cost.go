package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// cost is what a load took.
type cost struct {
	cpu, wall time.Duration
	wal       int64
}

func (c *cost) add(d cost) {
	c.cpu += d.cpu
	c.wall += d.wall
	c.wal += d.wal
}

// measure runs load and tells its cost. Its caller warms up first, so that no page is written whole in the middle.
func measure(ctx context.Context, db *pgxpool.Pool, load func() error) (cost, error) {
	var pid int
	if err := db.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
		return cost{}, err
	}
	postmaster, err := parentOf(pid)
	if err != nil {
		return cost{}, err
	}
	walBefore, err := wal(ctx, db)
	if err != nil {
		return cost{}, err
	}
	cpuBefore, start := cpuTime(postmaster), time.Now()
	if err := load(); err != nil {
		return cost{}, err
	}
	c := cost{cpu: cpuTime(postmaster) - cpuBefore, wall: time.Since(start)}
	walAfter, err := wal(ctx, db)
	c.wal = walAfter - walBefore
	return c, err
}

func wal(ctx context.Context, db *pgxpool.Pool) (n int64, err error) {
	err = db.QueryRow(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&n)
	return n, err
}

// cpuTime is what this process and PostgreSQL with its living children have used.
func cpuTime(postmaster int) time.Duration {
	total := processTime(os.Getpid()) + processTime(postmaster)
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		if parent, err := parentOf(pid); err == nil && parent == postmaster {
			total += processTime(pid)
		}
	}
	return total
}

// clockTick is the unit of /proc/<pid>/stat: USER_HZ is 100 on every Linux.
const clockTick = time.Second / 100

func processTime(pid int) time.Duration {
	fields, err := stat(pid)
	if err != nil {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

func parentOf(pid int) (int, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(fields[1])
}

// stat is proc(5)'s stat from the third field, the state, on.
func stat(pid int) ([]string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	s := string(b)
	return strings.Fields(s[strings.LastIndexByte(s, ')')+1:]), nil
}
