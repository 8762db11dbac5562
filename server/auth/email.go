package auth

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"hanzhi/server/fault"
)

// maxEmail is the longest address that SMTP can carry (RFC 5321 §4.5.3.1.3, without the angle brackets).
const maxEmail = 254

// cleanEmail returns the one form of an address: lower case, the domain in ASCII. Two people cannot have the same
// mailbox in other letters: no mail system in use tells "Ann@x" from "ann@x". Addresses whose local part is not ASCII
// are refused, since most servers cannot deliver to them and look-alikes would pass for each other.
func cleanEmail(field, address string) (string, error) {
	bad := fault.NewInvalid(field, "email_invalid", "This is not an e-mail address such as name@example.org.")
	if !utf8.ValidString(address) || len(address) > 4*maxEmail {
		return "", bad
	}
	address = strings.ToLower(strings.TrimSpace(norm.NFKC.String(address)))
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "", bad
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil || !strings.Contains(strings.Trim(domain, "."), ".") && domain != "localhost" {
		return "", bad
	}
	address = address[:at+1] + domain
	// The parser also takes names, comments and quotes; the address itself must be all there is.
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || parsed.Name != "" || strings.ContainsAny(address, "\"\\()<>[],;: ") {
		return "", bad
	}
	for _, c := range []byte(address) {
		if c < 0x21 || c > 0x7e {
			return "", bad
		}
	}
	if len(address) > maxEmail || at > 64 {
		return "", bad
	}
	return address, nil
}
