package reports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// storeFault says to an operator why the evidence store did not take or give something.
func storeFault(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the volume of the evidence store is full: give it more room (NENEP_EVIDENCE_URL)"
	case errors.Is(err, syscall.EROFS):
		return "the volume of the evidence store is mounted read-only (NENEP_EVIDENCE_URL)"
	case errors.Is(err, fs.ErrPermission):
		return "the folder of the evidence store does not let this program write: give it to the user that the program runs as (NENEP_EVIDENCE_URL)"
	case gcerrors.Code(err) == gcerrors.PermissionDenied:
		return "the evidence store refuses the credentials of this program (AWS_* or those of its kind)"
	case gcerrors.Code(err) == gcerrors.NotFound, errors.Is(err, fs.ErrNotExist):
		return "the evidence store is not there: the volume is not mounted, or the bucket does not exist (NENEP_EVIDENCE_URL)"
	default:
		return "the evidence store does not answer"
	}
}

// fileNotKept answers the person whose file could not be kept, and tells the operator why. Nothing of the file stays anywhere.
func (s *server) fileNotKept(name string, cause error) error {
	filesRefused.Inc()
	s.logger.Error("file not kept: "+storeFault(cause), zap.Error(cause))
	vi, en := s.whomToTell()
	return fmt.Errorf("%w: %w", wire.Refuse(contract.CodeUnavailable,
		fmt.Sprintf("Kho minh chứng tạm thời không nhận tệp nên tệp “%s” chưa được lưu. Nội dung đã nhập vẫn còn. Tải lên lại sau ít phút%s.", name, vi),
		fmt.Sprintf("The evidence store takes no files for the moment, so “%s” was not stored. What you typed is kept. Upload it again in a few minutes%s.", name, en)), cause)
}

// fileNotGiven answers who wants a file that the store does not give.
func (s *server) fileNotGiven(file fileRow, cause error) error {
	s.logger.Error("file not read: "+storeFault(cause), zap.String("file", file.ID), zap.String("case", file.CaseID), zap.Error(cause))
	vi, en := s.whomToTell()
	return fmt.Errorf("%w: %w", wire.Refuse(contract.CodeUnavailable,
		fmt.Sprintf("Chưa lấy được tệp “%s” từ kho minh chứng. Thử lại sau ít phút%s.", file.Name, vi),
		fmt.Sprintf("The file “%s” could not be read from the evidence store. Try again in a few minutes%s.", file.Name, en)), cause)
}

func (s *server) whomToTell() (vi, en string) {
	if s.cfg.HelpContact == "" {
		return "", ""
	}
	vi, en = "; nếu vẫn chưa được, báo "+s.cfg.HelpContact, "; if it still fails, tell "+s.cfg.HelpContact
	if s.cfg.HelpPhone != "" {
		vi, en = vi+", điện thoại "+s.cfg.HelpPhone, en+", telephone "+s.cfg.HelpPhone
	}
	return vi, en
}

// storeWatch looks whether the evidence store takes files.
type storeWatch struct {
	folder string // of a store that is a folder; else empty
	bucket *blob.Bucket
	room   int64 // bytes that the next file may need

	mu     sync.Mutex
	asked  time.Time
	answer error
}

// storeFresh is for how long an answer stands: a bucket is asked over the network.
const storeFresh = 10 * time.Second

func newStoreWatch(configured string, bucket *blob.Bucket, largest int64) *storeWatch {
	folder := ""
	if parsed, err := url.Parse(configured); err == nil && parsed.Scheme == "file" {
		folder = parsed.Path
	}
	return &storeWatch{folder: folder, bucket: bucket, room: largest}
}

// Check answers with a sentence while the store would not take the next file.
func (w *storeWatch) Check(ctx context.Context) error {
	if w.folder != "" {
		return w.checkFolder()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.asked) < storeFresh {
		return w.answer
	}
	w.asked, w.answer = time.Now(), nil
	if accessible, err := w.bucket.IsAccessible(ctx); err != nil {
		w.answer = fmt.Errorf("%s; no file is taken (%w)", storeFault(err), err)
	} else if !accessible {
		w.answer = errors.New("the evidence store is not there, or refuses the credentials of this program; no file is taken (NENEP_EVIDENCE_URL)")
	}
	return w.answer
}

// mayWrite is access(2)'s W_OK.
const mayWrite = 2

func (w *storeWatch) checkFolder() error {
	free, err := freeBytes(w.folder)
	if err == nil {
		err = syscall.Access(w.folder, mayWrite)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%s; no file is taken (%w)", storeFault(err), err)
	case free < w.room:
		return fmt.Errorf("the volume of the evidence store has %d MB left, less than one file may have: give it more room (NENEP_EVIDENCE_URL)", free>>20)
	}
	return nil
}

// freeBytes is what this program may still write there.
func freeBytes(folder string) (int64, error) {
	var volume syscall.Statfs_t
	if err := syscall.Statfs(folder, &volume); err != nil {
		return 0, err
	}
	return int64(volume.Bavail) * volume.Bsize, nil //nolint:gosec // a volume has fewer bytes than that
}

// Describe says nothing beforehand: a bucket has no end.
func (w *storeWatch) Describe(chan<- *prometheus.Desc) {}

// Collect tells how much room is left.
func (w *storeWatch) Collect(metrics chan<- prometheus.Metric) {
	if w.folder == "" {
		return
	}
	if free, err := freeBytes(w.folder); err == nil {
		metrics <- prometheus.MustNewConstMetric(evidenceFree, prometheus.GaugeValue, float64(free))
	}
}

// rememberedWriter keeps the error of the writer beneath, which a copy does not tell from that of the reader.
type rememberedWriter struct {
	to  io.Writer
	err error
}

// Write passes on.
func (w *rememberedWriter) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}
