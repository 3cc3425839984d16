package wire

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Faults are all that is wrong with the settings, one sentence each.
type Faults []string

// Error is one sentence a line.
func (f Faults) Error() string { return strings.Join(f, "\n") }

// orNil is the error to return.
func (f Faults) orNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// unreadable says which variables hold a value of the wrong kind. What a secret holds is not repeated.
func unreadable(err error) Faults {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return Faults{"NENEP_* variables cannot be read: " + err.Error()}
	}
	var faults Faults
	for _, one := range all.Errors {
		var broken env.ParseError
		if !errors.As(one, &broken) {
			faults = append(faults, "NENEP_* variables cannot be read: "+one.Error())
			continue
		}
		field, _ := reflect.TypeFor[Config]().FieldByName(broken.Name)
		name := field.Tag.Get("env")
		faults = append(faults, fmt.Sprintf("%s: %s is not %s", name, quotedValue(field, os.Getenv(name)), kindInWords(broken.Type)))
	}
	return faults
}

func quotedValue(field reflect.StructField, value string) string {
	if field.Tag.Get("secret") == "true" {
		return "its value"
	}
	return fmt.Sprintf("%q", value)
}

func kindInWords(kind reflect.Type) string {
	switch kind.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	default:
		return "a " + kind.String()
	}
}

// outside are the NENEP_* variables that Config does not hold: what only make run and the tests read.
var outside = regexp.MustCompile(`^NENEP_(DATA|MAILBOX_ADDR|PICTURES|TEST_.+|CLUSTER_.+)$`)

// ofServiceLinks are the variables by which Kubernetes names the Services of a namespace; one called nenep-portal makes NENEP_PORTAL_PORT.
var ofServiceLinks = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// Strangers are the NENEP_* variables of the environment that no setting has, each with the setting it comes nearest to. Misspelt tells that
// it is so near that it is meant: such a one keeps the program from starting, since it would run with another value than was asked for.
func (c Config) Strangers() []Stranger {
	known := settingNames()
	declared, _ := os.ReadFile(c.Channels) // its file names variables of its own
	var strangers []Stranger
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "NENEP_") || slices.Contains(known, name) || ofServiceLinks.MatchString(name) ||
			outside.MatchString(name) || strings.Contains(string(declared), name) {
			continue
		}
		nearest, apart := nearestOf(name, known)
		strangers = append(strangers, Stranger{Name: name, Nearest: nearest, Misspelt: apart <= 1 || continues(name, nearest)})
	}
	slices.SortFunc(strangers, func(a, b Stranger) int { return strings.Compare(a.Name, b.Name) })
	return strangers
}

// Stranger is a variable that no setting has.
type Stranger struct {
	Name, Nearest string
	Misspelt      bool
}

// String is the sentence about it.
func (s Stranger) String() string {
	return fmt.Sprintf("%s: there is no such variable; the nearest is %s (`nenep config` lists all)", s.Name, s.Nearest)
}

func settingNames() []string {
	kind := reflect.TypeFor[Config]()
	names := make([]string, kind.NumField())
	for i := range names {
		names[i] = kind.Field(i).Tag.Get("env")
	}
	return names
}

// nearestOf finds the name with the fewest letters apart; underscores are not counted.
func nearestOf(name string, known []string) (nearest string, apart int) {
	apart = len(name) + 1
	for _, other := range known {
		distance := lettersApart(strings.ReplaceAll(name, "_", ""), strings.ReplaceAll(other, "_", ""))
		if continues(name, other) {
			distance = min(distance, 2)
		}
		if distance < apart {
			nearest, apart = other, distance
		}
	}
	return nearest, apart
}

// continues tells of a word left unfinished or written out: NENEP_TEMPORAL_ADDRESS for NENEP_TEMPORAL_ADDR.
func continues(name, other string) bool {
	shorter, longer := name, other
	if len(longer) < len(shorter) {
		shorter, longer = longer, shorter
	}
	rest, begins := strings.CutPrefix(longer, shorter)
	return begins && len(shorter) > len("NENEP_") && len(rest) <= 4 && !strings.Contains(rest, "_")
}

// lettersApart counts the letters to put in, leave out, replace or swap with their neighbour to make one word of the other.
func lettersApart(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
