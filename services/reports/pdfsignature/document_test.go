package pdfsignature_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/stretchr/testify/require"

	"nenep/services/internal/signedpdf"
	"nenep/services/reports/pdfsignature"
)

var (
	chairman = pkix.Name{CommonName: "Nguyễn Văn Bình", Organization: []string{"UBND xã Khoái Châu"}}
	stamping = func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} }
)

func read(t *testing.T, content []byte) pdfsignature.Document {
	t.Helper()
	found, err := pdfsignature.Read(t.Context(), bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	return found
}

func only(t *testing.T, content []byte) pdfsignature.Signature {
	t.Helper()
	found := read(t, content)
	require.Len(t, found.Signatures, 1)
	return found.Signatures[0]
}

func TestASignatureThatHoldsTellsWhoWhenAndWhat(t *testing.T) {
	root := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc thử nghiệm"})
	for name, who := range map[string]*signedpdf.Identity{"elliptic curve": signedpdf.Issue(t, root, chairman), "RSA": signedpdf.Issue(t, root, signedpdf.WithRSA(chairman))} {
		for _, how := range []signedpdf.Signing{{}, {Kind: "ETSI.CAdES.detached"}, {Bare: true}, {Digest: pkcs7.OIDDigestAlgorithmSHA512}} {
			t.Run(fmt.Sprintf("%s %+v", name, how), func(t *testing.T) {
				got := only(t, signedpdf.Plain().Sign(t, who, how).Bytes())
				require.Equal(t, pdfsignature.Intact, got.Integrity, got.Fault)
				require.Equal(t, pdfsignature.Person{Name: "Nguyễn Văn Bình", Organisation: "UBND xã Khoái Châu"}, got.Signer)
				require.Equal(t, "Gốc thử nghiệm", got.Issuer.Name)
				require.Zero(t, got.Added)
				require.False(t, got.Weak)
				if how.Bare {
					require.Equal(t, "2026-11-20T02:30:00Z", got.ClaimedAt.UTC().Format(time.RFC3339))
				} else {
					require.WithinDuration(t, time.Now(), got.ClaimedAt, time.Hour) // signed attribute before the dictionary's word
				}
				_, stamped := got.At()
				require.False(t, stamped)
				inForce, known := got.CertificateInForce()
				require.True(t, inForce && known)
			})
		}
	}
}

func TestAnotherProgramAgrees(t *testing.T) {
	who := signedpdf.Issue(t, signedpdf.Issue(t, nil, signedpdf.WithRSA(pkix.Name{CommonName: "Gốc"})), signedpdf.WithRSA(pkix.Name{CommonName: "Binh", Organization: []string{"UBND"}}))
	twice := signedpdf.Plain().Sign(t, who, signedpdf.Signing{}).Sign(t, who, signedpdf.Signing{})
	for name, f := range map[string]*signedpdf.File{"once": signedpdf.Plain().Sign(t, who, signedpdf.Signing{}), "twice": twice} {
		path := filepath.Join(t.TempDir(), name+".pdf")
		require.NoError(t, os.WriteFile(path, f.Bytes(), 0o600))
		said, err := exec.CommandContext(t.Context(), "pdfsig", "-nocert", path).CombinedOutput()
		require.NoError(t, err, string(said))
		require.Equal(t, len(read(t, f.Bytes()).Signatures), strings.Count(string(said), "Signature is Valid"), string(said))
		require.Contains(t, string(said), "Total document signed")
	}
}

func TestAStampShowsTheTime(t *testing.T) {
	root, elsewhere := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc"}), signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc khác"})
	who := signedpdf.Issue(t, root, chairman)
	authority := signedpdf.Issue(t, root, pkix.Name{CommonName: "Dấu thời gian"}, stamping)
	at := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

	got := only(t, signedpdf.Plain().Sign(t, who, signedpdf.Signing{Authority: authority, StampedAt: at}).Bytes())
	require.Equal(t, pdfsignature.Intact, got.Integrity)
	require.Equal(t, at, got.StampedAt)
	require.Equal(t, "Dấu thời gian", got.Authority.Name)

	roots, err := pdfsignature.LoadRoots(signedpdf.RootsFile(t, root))
	require.NoError(t, err)
	signer, stamp := roots.JudgeSignature(got)
	require.Equal(t, [2]pdfsignature.Trust{pdfsignature.Trusted, pdfsignature.Trusted}, [2]pdfsignature.Trust{signer, stamp})

	foreign := only(t, signedpdf.Plain().Sign(t, who, signedpdf.Signing{Authority: signedpdf.Issue(t, elsewhere, pkix.Name{CommonName: "Lạ"}, stamping), StampedAt: at}).Bytes())
	signer, stamp = roots.JudgeSignature(foreign)
	require.Equal(t, [2]pdfsignature.Trust{pdfsignature.Trusted, pdfsignature.Untrusted}, [2]pdfsignature.Trust{signer, stamp})

	whole := only(t, signedpdf.Plain().Sign(t, authority, signedpdf.Signing{Kind: "ETSI.RFC3161", StampedAt: at}).Bytes())
	require.True(t, whole.Timestamp)
	require.Equal(t, pdfsignature.Intact, whole.Integrity)
	require.Equal(t, at, whole.StampedAt)
	signer, _ = roots.JudgeSignature(whole)
	require.Equal(t, pdfsignature.Trusted, signer)
}

func TestTheChainIsJudgedByTheTimeOfSigning(t *testing.T) {
	root := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc"}, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = signedpdf.Day("2010-01-01"), signedpdf.Day("2050-01-01")
	})
	between := signedpdf.Issue(t, root, pkix.Name{CommonName: "Trung gian"}, func(c *x509.Certificate) {
		c.IsCA, c.NotBefore, c.NotAfter = true, signedpdf.Day("2010-01-01"), signedpdf.Day("2050-01-01")
	})
	expired := signedpdf.Issue(t, between, chairman, func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = signedpdf.Day("2019-01-01"), signedpdf.Day("2021-01-01")
	})
	roots, err := pdfsignature.LoadRoots(signedpdf.RootsFile(t, root))
	require.NoError(t, err)

	then := only(t, signedpdf.Plain().Sign(t, expired, signedpdf.Signing{Bare: true, Claimed: "D:20200601090000+07'00'"}).Bytes())
	inForce, known := then.CertificateInForce()
	require.True(t, inForce && known)
	trust, _ := roots.JudgeSignature(then)
	require.Equal(t, pdfsignature.Untrusted, trust) // the intermediate certificate did not come along

	both, err := pdfsignature.LoadRoots(signedpdf.RootsFile(t, root, between))
	require.NoError(t, err)
	trust, _ = both.JudgeSignature(then)
	require.Equal(t, pdfsignature.Trusted, trust)

	later := only(t, signedpdf.Plain().Sign(t, expired, signedpdf.Signing{Bare: true}).Bytes())
	require.Equal(t, pdfsignature.Intact, later.Integrity)
	inForce, known = later.CertificateInForce()
	require.True(t, known)
	require.False(t, inForce)
	trust, _ = both.JudgeSignature(later)
	require.Equal(t, pdfsignature.Untrusted, trust)

	none, err := pdfsignature.LoadRoots("")
	require.NoError(t, err)
	trust, _ = none.JudgeSignature(then)
	require.Equal(t, pdfsignature.Unchecked, trust)
}

func TestRootsThatCannotBeReadAreTold(t *testing.T) {
	_, err := pdfsignature.LoadRoots(filepath.Join(t.TempDir(), "none.pem"))
	require.Error(t, err)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	_, err = pdfsignature.LoadRoots(empty)
	require.ErrorContains(t, err, "holds no root certificate")
}

func TestAScanHasNoSignature(t *testing.T) {
	require.Empty(t, read(t, signedpdf.Plain().Bytes()).Signatures)
	// a form with an empty field for a signature, and a page that speaks of one, are none either
	f := signedpdf.Plain()
	f.Update("/Root 1 0 R", map[int]string{6: "<< /FT /Sig /T (Ky) >>", 7: "<< /Length 60 >>\nstream\nBT (the key /ByteRange holds four numbers) Tj ET\nendstream"}, 6, 7)
	require.Empty(t, read(t, f.Bytes()).Signatures)
}

func TestWhatWasWrittenAfterASignatureIsTold(t *testing.T) {
	root := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc"})
	who, second := signedpdf.Issue(t, root, chairman), signedpdf.Issue(t, root, pkix.Name{CommonName: "Người thứ hai"})

	changed := signedpdf.Plain().Sign(t, who, signedpdf.Signing{})
	signedLength := changed.Len()
	other := strings.Replace(signedpdf.Words, "Bao cao", "Gia mao", 1)
	changed.Update("/Root 1 0 R", map[int]string{4: fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(other), other)}, 4)
	got := only(t, changed.Bytes())
	require.Equal(t, pdfsignature.Intact, got.Integrity) // over what it covers
	require.EqualValues(t, changed.Len()-signedLength, got.Added)
	require.Zero(t, got.AddedCoveredBy)

	twice := read(t, signedpdf.Plain().Sign(t, who, signedpdf.Signing{}).Sign(t, second, signedpdf.Signing{}).Bytes())
	require.Len(t, twice.Signatures, 2)
	require.Positive(t, twice.Signatures[0].Added)
	require.Equal(t, 2, twice.Signatures[0].AddedCoveredBy)
	require.Zero(t, twice.Signatures[1].Added)
	require.Equal(t, "Người thứ hai", twice.Signatures[1].Signer.Name)

	lineEnd := append(bytes.Clone(signedpdf.Plain().Sign(t, who, signedpdf.Signing{}).Bytes()), "\r\n"...)
	require.Zero(t, only(t, lineEnd).Added)
}

func TestASignatureThatDoesNotHoldSaysWhy(t *testing.T) {
	root := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc"})
	who := signedpdf.Issue(t, root, chairman)
	sound := signedpdf.Plain().Sign(t, who, signedpdf.Signing{}).Bytes()
	replaced := func(from, to string) []byte {
		require.Len(t, to, len(from))
		require.Contains(t, string(sound), from)
		return bytes.Replace(sound, []byte(from), []byte(to), 1)
	}
	valued := func(value []byte) []byte {
		return signedpdf.Plain().Sign(t, who, signedpdf.Signing{Value: func([]byte) []byte { return value }}).Bytes()
	}
	rangeOf := func(content []byte) string {
		at := bytes.Index(content, []byte("/ByteRange"))
		return string(content[at : at+bytes.IndexByte(content[at:], ']')+1])
	}
	said := rangeOf(sound)
	var first, third, fourth int
	_, err := fmt.Sscanf(said, "/ByteRange [0 %d %d %d", &first, &third, &fourth)
	require.NoError(t, err)
	ranged := func(a, b, c, d int) []byte {
		return replaced(said, fmt.Sprintf("%-*s", len(said), fmt.Sprintf("/ByteRange [%d %d %d %d]", a, b, c, d)))
	}
	for name, row := range map[string]struct {
		content   []byte
		integrity pdfsignature.Integrity
		fault     pdfsignature.Fault
	}{
		"a covered letter is another":             {replaced("Bao cao", "Gia mao"), pdfsignature.Broken, pdfsignature.FaultChanged},
		"the value belongs to another document":   {valued(signedpdf.Value(t, who, []byte("another document"), signedpdf.Signing{})), pdfsignature.Broken, pdfsignature.FaultChanged},
		"the range begins later":                  {ranged(9, first-9, third, fourth), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range leaves out a wider hole":       {ranged(0, first-600, third, fourth), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range leaves out a hole behind":      {ranged(0, first, third+40, fourth-40), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range leaves out another place":      {ranged(0, 200, 300, fourth), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range ends beyond the file":          {ranged(0, first, third, fourth+99999), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range runs backwards":                {ranged(0, third, first, fourth), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range has no hole":                   {ranged(0, first, first, fourth), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range overflows":                     {replaced(said, fmt.Sprintf("%-*s", len(said), "/ByteRange [0 999999999999 99 9]")), pdfsignature.Broken, pdfsignature.FaultRange},
		"the range stands elsewhere":              {replaced(said, fmt.Sprintf("%-*s", len(said), "/ByteRange 12 0 R")), pdfsignature.Broken, pdfsignature.FaultRange},
		"the value is empty":                      {valued(nil), pdfsignature.Unread, pdfsignature.FaultMalformed},
		"the value is noise":                      {valued(bytes.Repeat([]byte{0x1f, 0xff, 0x80}, 3000)), pdfsignature.Unread, pdfsignature.FaultMalformed},
		"the value is no hexadecimal":             {replaced("/Contents <30", "/Contents <xy"), pdfsignature.Unread, pdfsignature.FaultMalformed},
		"the value is nested without end":         {valued(bytes.Repeat([]byte{0x30, 0x80}, 5000)), pdfsignature.Unread, pdfsignature.FaultMalformed},
		"the value says it is larger":             {valued([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1}), pdfsignature.Unread, pdfsignature.FaultMalformed},
		"the kind is unknown":                     {replaced("/SubFilter /adbe.pkcs7.detached", "/SubFilter /adbe.x509.rsa_sha1 "), pdfsignature.Unread, pdfsignature.FaultKind},
		"the certificate is not there":            {valued(signedpdf.WithoutCertificates(t, who)), pdfsignature.Unread, pdfsignature.FaultCertificate},
		"the value was made with another's key":   {signedpdf.NamedAnother(t, who), pdfsignature.Broken, pdfsignature.FaultForeign},
		"the certificate's key is there for time": {valued(signedpdf.HugeKey(t)), pdfsignature.Unread, pdfsignature.FaultMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			got := only(t, row.content)
			require.Equal(t, row.integrity, got.Integrity, got.Fault)
			require.Equal(t, row.fault, got.Fault)
		})
	}
}

func TestFilesThatAreNotWholeAreRefused(t *testing.T) {
	sound := signedpdf.Plain().Sign(t, signedpdf.Issue(t, nil, chairman), signedpdf.Signing{}).Bytes()
	locked := signedpdf.Plain()
	locked.Update("/Root 1 0 R /Encrypt 9 0 R", map[int]string{9: "<< /Filter /Standard /V 4 >>"}, 9)
	for name, row := range map[string]struct {
		content []byte
		err     error
	}{
		"nothing":                {nil, pdfsignature.ErrNotPDF},
		"a program":              {[]byte("MZ\x90\x00 this program cannot be run"), pdfsignature.ErrNotPDF},
		"cut in the value":       {sound[:len(sound)/2], pdfsignature.ErrTruncated},
		"cut before the table":   {sound[:len(sound)-40], pdfsignature.ErrTruncated},
		"its table is elsewhere": {append(bytes.Clone(sound), "\nstartxref\n99999999999\n%%EOF\n"...), pdfsignature.ErrTruncated},
		"locked":                 {locked.Bytes(), pdfsignature.ErrEncrypted},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pdfsignature.Read(t.Context(), bytes.NewReader(row.content), int64(len(row.content)))
			require.ErrorIs(t, err, row.err)
		})
	}
}

// Files that are built to cost time or memory cost neither: what is reckoned is their size.
func TestHostileFilesComeToAnEnd(t *testing.T) {
	who := signedpdf.Issue(t, nil, chairman)
	var bomb bytes.Buffer
	zipped := zlib.NewWriter(&bomb)
	for range 64 {
		_, _ = zipped.Write(make([]byte, 1<<20))
	}
	require.NoError(t, zipped.Close())
	deep := strings.Repeat("<< /A ", 100_000)
	for name, row := range map[string]struct {
		build   func(f *signedpdf.File)
		further int
		number  int
	}{
		"pages that are their own parents": {func(f *signedpdf.File) {
			f.Update("/Root 1 0 R", map[int]string{2: "<< /Type /Pages /Kids [2 0 R 2 0 R] /Parent 2 0 R /Count 2 >>"}, 2)
		}, 0, 0},
		"a table that follows itself": {func(f *signedpdf.File) { f.Last = f.Len(); f.Update("/Root 1 0 R", nil) }, 0, 0},
		"object streams of 64 MB": {func(f *signedpdf.File) {
			f.Update("/Root 1 0 R", map[int]string{6: fmt.Sprintf("<< /Type /ObjStm /N 9999999 /First 9 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", bomb.Len(), bomb.String())}, 6)
		}, 0, 0},
		"a hundred thousand dictionaries in each other": {func(f *signedpdf.File) { f.WriteString(deep); f.Update("/Root 1 0 R", nil) }, 0, 0},
		"ten thousand signatures": {func(f *signedpdf.File) {
			f.Sign(t, who, signedpdf.Signing{})
			one := "\n9 0 obj\n<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 10 20 30] /Contents <30> >>\nendobj\n"
			f.WriteString(strings.Repeat(one, 10_000))
			f.Update("/Root 1 0 R", nil)
		}, 480, pdfsignature.MostSignatures},
		"ranges without signatures on 8 MB": {func(f *signedpdf.File) {
			f.WriteString(strings.Repeat("/ByteRange [0 1 9 1] ", 400_000))
			f.Update("/Root 1 0 R", nil)
		}, 0, 0},
		"many values of millions of elements": {func(f *signedpdf.File) {
			f.Room = 900_000
			for range 6 {
				f.Sign(t, who, signedpdf.Signing{Value: func([]byte) []byte {
					return append([]byte{0x30, 0x84, 0x00, 0x0d, 0xbb, 0x9a}, bytes.Repeat([]byte{5, 0}, 449_997)...)
				}})
			}
		}, 0, 6},
		"values without told lengths": {func(f *signedpdf.File) {
			f.Room = 400_000
			for range 6 {
				f.Sign(t, who, signedpdf.Signing{Value: func([]byte) []byte {
					return append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x30, 0x80, 2, 1, 1, 0, 0}, 50_000)...)
				}})
			}
		}, 0, 6},
	} {
		t.Run(name, func(t *testing.T) {
			f := signedpdf.Plain()
			row.build(f)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			found, err := pdfsignature.Read(ctx, bytes.NewReader(f.Bytes()), int64(f.Len()))
			runtime.ReadMemStats(&after)
			require.NoError(t, err)
			require.Len(t, found.Signatures, row.number)
			require.Equal(t, row.further, found.Further)
			t.Logf("%d kB: %s, %d MB allocated in all", f.Len()>>10, time.Since(begun).Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	content := signedpdf.Plain().Sign(t, signedpdf.Issue(t, nil, chairman), signedpdf.Signing{}).Bytes()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := pdfsignature.Read(ctx, bytes.NewReader(content), int64(len(content)))
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzNoFileBreaksTheReader(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<< /Type /Sig /SubFilter /adbe.pkcs7.detached /ByteRange [0 9 12 3] /Contents <30> >>\nendobj\nstartxref\n3\n%%EOF\n"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_, _ = pdfsignature.Read(context.Background(), bytes.NewReader(content), int64(len(content)))
	})
}
