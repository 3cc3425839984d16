// Package reach reads the addresses by which an official is reached, as people type them, and says
// in a sentence why one cannot serve.
package reach

import (
	"fmt"
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// Fault says what is wrong with an address, to the person who typed it.
type Fault struct{ VI, EN string }

func (f *Fault) Error() string { return f.EN }

func fault(vi, en string, a ...any) *Fault {
	return &Fault{fmt.Sprintf(vi, a...), fmt.Sprintf(en, a...)}
}

const (
	longestAddress = 254 // RFC 5321, 4.5.3.1.3, without the brackets of the path
	longestLocal   = 64  // RFC 5321, 4.5.3.1.1
	longestNumber  = 40
)

var (
	localPart   = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	domainLabel = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	numberSigns = regexp.MustCompile(`^\+?[0-9 .()-]+$`)
	onlyDigits  = regexp.MustCompile(`^[0-9]+$`)
)

// Email reads one mail address of RFC 5321 whose domain has a dot; spaces around it are left out.
// Quoted local parts, address literals and letters beyond ASCII are refused: not every relay between
// here and the official carries them. Nothing is no address and no fault.
func Email(text string) (string, *Fault) {
	address := strings.Trim(text, " \t")
	if address == "" {
		return "", nil
	}
	if strings.ContainsFunc(address, unicode.IsControl) {
		return "", fault("Địa chỉ thư có dấu xuống dòng hoặc ký tự điều khiển. Nhập lại địa chỉ trên một dòng.",
			"The mail address holds a line break or a control character. Enter it again on one line.")
	}
	if len(address) > longestAddress {
		return "", fault("Địa chỉ thư dài %d ký tự, nhiều nhất là %d. Kiểm tra lại địa chỉ.", "The mail address has %d characters, at most %d are possible. Check it.", len(address), longestAddress)
	}
	local, domain, _ := strings.Cut(address, "@")
	if wrong := domainFault(address, domain); wrong != nil {
		return "", wrong
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(local) > longestLocal || !localPart.MatchString(local) {
		return "", fault("Phần trước dấu @ của địa chỉ thư “%s” không dùng được. Chỉ nhập chữ không dấu, chữ số, dấu chấm, dấu nối.",
			"What stands before the @ of the mail address %q cannot be used. Enter letters without marks, digits, dots and hyphens only.", address)
	}
	return address, nil
}

func domainFault(address, domain string) *Fault {
	literal := strings.HasPrefix(domain, "[")
	if _, err := netip.ParseAddr(domain); err == nil {
		literal = true
	}
	labels := strings.Split(domain, ".")
	switch {
	case strings.Contains(domain, "@"):
		return fault("Địa chỉ thư “%s” có nhiều hơn một dấu @. Mỗi lần chỉ nhập một địa chỉ.", "The mail address %q has more than one @. Enter one address.", address)
	case literal:
		return fault("Địa chỉ thư “%s” dùng địa chỉ số thay cho tên miền. Nhập tên miền sau dấu @.", "The mail address %q has a numeric address in place of a domain. Enter a domain after the @.", address)
	case len(labels) < 2:
		return fault("Địa chỉ thư “%s” thiếu tên miền. Nhập đủ phần sau dấu @.", "The mail address %q lacks its domain. Enter all that follows the @.", address)
	}
	for i, label := range labels {
		if !domainLabel.MatchString(label) || i == len(labels)-1 && onlyDigits.MatchString(label) {
			return fault("Tên miền của địa chỉ thư “%s” không đúng. Kiểm tra phần sau dấu @.", "The domain of the mail address %q is wrong. Check what follows the @.", address)
		}
	}
	return nil
}

// Phone reads a telephone number as it is dialled in Việt Nam, or with its country, and answers it as
// E.164. Nothing is no number and no fault.
func Phone(text string) (string, *Fault) {
	typed := strings.Trim(text, " \t")
	if typed == "" {
		return "", nil
	}
	wrong := fault("Số điện thoại này không đúng. Nhập đủ các chữ số, ví dụ 0912 345 678 hoặc +84 912 345 678.",
		"This telephone number is wrong. Enter all its digits, for example 0912 345 678 or +84 912 345 678.")
	if len(typed) > longestNumber || !numberSigns.MatchString(typed) {
		return "", wrong
	}
	number, err := phonenumbers.Parse(typed, "VN")
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", wrong
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}
