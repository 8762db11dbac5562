package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"hanzhi/server/fault"
)

// client speaks to the API as the browser of one account does: with its cookies, its origin and its CSRF token.
type client struct {
	base    string
	http    *http.Client
	account Account
	csrf    string
}

const (
	patience   = 2 * time.Minute // how long a server that is down or starting is waited for
	firstPause = 200 * time.Millisecond
	longPause  = 5 * time.Second
)

// signIn opens a session, signing up first when there is no such account.
func signIn(ctx context.Context, o Options, a Account, mayRegister bool) (*client, error) {
	jar, _ := cookiejar.New(nil) // fails never without options
	hc := http.Client{Timeout: time.Minute}
	if o.HTTP != nil {
		hc = *o.HTTP
	}
	hc.Jar = jar
	c := &client{base: strings.TrimRight(o.BaseURL, "/"), http: &hc, account: a}
	err := c.enter(ctx)
	if mayRegister && status(err) == http.StatusUnauthorized {
		body := map[string]string{"name": a.Name, "email": a.Email, "password": a.Password}
		if err := c.call(ctx, http.MethodPost, "/api/accounts", body, nil); err != nil {
			return nil, fmt.Errorf("sign up %s: %w", a.Email, err)
		}
		err = c.readToken(ctx) // who signs up is signed in
	}
	if err != nil {
		return nil, fmt.Errorf("sign in %s: %w", a.Email, err)
	}
	return c, nil
}

func (c *client) enter(ctx context.Context) error {
	c.csrf = ""
	err := c.call(ctx, http.MethodPost, "/api/session", map[string]string{"email": c.account.Email, "password": c.account.Password}, nil)
	if err != nil {
		return err
	}
	return c.readToken(ctx)
}

// readToken asks for the session's CSRF token.
func (c *client) readToken(ctx context.Context) error {
	var session struct{ CSRFToken string }
	if err := c.call(ctx, http.MethodGet, "/api/session", nil, &session); err != nil {
		return err
	}
	if session.CSRFToken == "" {
		return fault.New(fault.Unauthenticated, "unauthenticated", "%s has an account with another password.", c.account.Email)
	}
	c.csrf = session.CSRFToken
	return nil
}

// answerError is an answer that is no success: a problem of the API.
type answerError struct {
	Status       int
	Code, Detail string
	Field        string
	request      string
	retryAfter   time.Duration
}

func (e *answerError) Error() string {
	return fmt.Sprintf("%s: %d %s %s %s", e.request, e.Status, e.Code, e.Field, e.Detail)
}

// status is the HTTP status of an error of the API, 0 of any other.
func status(err error) int {
	var e *answerError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// call sends JSON and reads JSON. Every call of this package may be repeated, so one that fails for want of a server is
// sent again, and one whose session has ended is sent again from a new one.
func (c *client) call(ctx context.Context, method, path string, body, into any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return c.patiently(ctx, func() error {
		header := http.Header{}
		if body != nil {
			header.Set("Content-Type", "application/json")
		}
		answer, err := c.send(ctx, method, path, header, payload)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if into == nil || answer.StatusCode == http.StatusNoContent {
			_, err = io.Copy(io.Discard, answer.Body)
			return err
		}
		return json.NewDecoder(answer.Body).Decode(into)
	})
}

// send makes one request. An answer of 400 or more comes as an error with its body read.
func (c *client) send(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = header
	if u, err := url.Parse(c.base); err == nil {
		req.Header.Set("Origin", u.Scheme+"://"+u.Host)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if c.csrf != "" {
		req.Header.Set("X-CSRF-Token", c.csrf)
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= 400 {
		defer answer.Body.Close()
		return nil, problem(answer, method+" "+path)
	}
	return answer, nil
}

func problem(answer *http.Response, request string) error {
	e := &answerError{Status: answer.StatusCode, request: request}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	var body struct {
		Code, Detail, Field string
		RetryAfter          float64
	}
	if err == nil && json.Unmarshal(text, &body) == nil {
		e.Code, e.Detail, e.Field = body.Code, body.Detail, body.Field
		e.retryAfter = time.Duration(body.RetryAfter * float64(time.Second))
	}
	return e
}

// patiently repeats what fails while the server is down, starting or busy. Every other error is final.
func (c *client) patiently(ctx context.Context, try func() error) error {
	pause, deadline, entered := firstPause, time.Now().Add(patience), false
	for {
		err := try()
		switch s := status(err); {
		case err == nil || ctx.Err() != nil:
			return err
		case s == http.StatusUnauthorized && c.csrf != "" && !entered:
			entered = true // a restart may have cost the session
			if err := c.enter(ctx); err != nil {
				return err
			}
			continue
		case s != 0 && s != http.StatusTooManyRequests && s < http.StatusBadGateway:
			return err
		case time.Now().After(deadline):
			return fault.Wrap(err, fault.Unavailable, "server_down", "The server has not answered for %v.", patience)
		}
		var e *answerError
		wait := pause
		if errors.As(err, &e) && e.retryAfter > 0 {
			wait = e.retryAfter
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		pause = min(2*pause, longPause)
	}
}
