package webhook

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// Networks are those inside which a webhook may go although they are private: everything else must be a public address.
type Networks []netip.Prefix

// ParseNetworks reads CIDR notations.
func ParseNetworks(written []string) (Networks, error) {
	var read Networks
	for _, one := range written {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, fmt.Errorf("NENEP_WEBHOOK_NETWORKS: %q is no network like 10.0.0.0/8", one)
		}
		read = append(read, prefix.Masked())
	}
	return read, nil
}

// private are ranges that netip has no word for: shared address space of carriers, benchmarks, documentation, reserved ranges, NAT64 and 6to4
// (which may lead to any IPv4 address).
var private = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// Allow tells whether a call may go to the address.
func (n Networks) Allow(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(address) }
	if slices.ContainsFunc(n, within) {
		return true
	}
	return address.IsGlobalUnicast() && !address.IsPrivate() && !slices.ContainsFunc(private, within)
}

var errInside = errors.New("the address is inside a network that webhooks may not reach")

// control judges the address at the moment of dialling, when its name has been resolved: a name that leads elsewhere than it did before
// gains nothing.
func (n Networks) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !n.Allow(to.Addr()) {
		return errInside
	}
	return nil
}

// Why an address is not taken.
var (
	ErrAddress = errors.New("not an address like https://host/path")
	ErrPlain   = errors.New("not https")
	ErrInside  = errInside
)

// CheckURL judges an address as it is typed. Plain http is for loopback alone, where a setting lets webhooks go.
func (n Networks) CheckURL(typed string) error {
	read, err := url.Parse(typed)
	if err != nil || read.Hostname() == "" || read.User != nil || read.Fragment != "" || (read.Scheme != "https" && read.Scheme != "http") {
		return ErrAddress
	}
	literal, err := netip.ParseAddr(read.Hostname())
	isAddress := err == nil
	if read.Scheme == "http" && (!isAddress || !literal.IsLoopback() || !n.Allow(literal)) {
		return ErrPlain
	}
	if isAddress && !n.Allow(literal) || strings.EqualFold(read.Hostname(), "localhost") && !n.Allow(netip.MustParseAddr("127.0.0.1")) {
		return ErrInside
	}
	return nil
}

func (n Networks) dialer() *net.Dialer { return &net.Dialer{Timeout: connectTime, Control: n.control} }
