package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
	"golang.org/x/sync/errgroup"
)

// filesAtOnce is how many files are under way at the same time.
const filesAtOnce = 8

// copyMark is the object of a copy that says when it was last whole.
const copyMark = "nenep-copy.json"

// Copy says what a copy of a store came to.
type Copy struct {
	Format   int       `json:"format"`
	Program  string    `json:"program"`
	TakenAt  time.Time `json:"taken_at"` // what was in the store before is in the copy
	Files    int64     `json:"files"`
	Bytes    int64     `json:"bytes"`
	Copied   int64     `json:"copied"` // those that were missing
	Damaged  []string  `json:"damaged,omitempty"`
	Replaced int64     `json:"replaced,omitempty"` // were in the copy with other content
}

// And is both copies told as one, as of the earlier.
func (c Copy) And(other Copy) Copy {
	if c.TakenAt.IsZero() {
		return other
	}
	c.Files, c.Bytes, c.Copied, c.Replaced = c.Files+other.Files, c.Bytes+other.Bytes, c.Copied+other.Copied, c.Replaced+other.Replaced
	return c
}

// Rule says how a store is copied.
type Rule struct {
	Program string
	// Reread reads what the copy has already, too, and replaces what does not have its hash.
	Reread bool
	// Only and Without say what keys begin with that are, and are not, copied; empty means all, and none.
	Only, Without string
}

func (r Rule) takes(key string) bool {
	return strings.HasPrefix(key, r.Only) && (r.Without == "" || !strings.HasPrefix(key, r.Without))
}

// CopyStore copies what the other store lacks. Content that bears its hash in its key is verified on the way; what does not have it is not
// copied, is named, and ends the copy with an error after everything else. Nothing is removed. A file is in the copy whole or not at all.
func CopyStore(ctx context.Context, from, to *blob.Bucket, rule Rule) (Copy, error) {
	done := Copy{Format: manifestFormat, Program: rule.Program, TakenAt: time.Now().UTC().Truncate(time.Millisecond)}
	there, err := sizes(ctx, to, rule)
	if err != nil {
		return done, fmt.Errorf("list the files that are there already: %w", explainStore(err))
	}
	wanted, err := sizes(ctx, from, rule)
	if err != nil {
		return done, fmt.Errorf("list the files: %w", explainStore(err))
	}
	var counting sync.Mutex
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(filesAtOnce)
	for key, size := range wanted {
		done.Files, done.Bytes = done.Files+1, done.Bytes+size
		group.Go(func() error {
			have, stands := there[key]
			became, err := one(running, from, to, key, stands && have == size, rule.Reread)
			counting.Lock()
			defer counting.Unlock()
			switch {
			case errors.Is(err, errDamaged):
				done.Damaged = append(done.Damaged, key)
				return nil
			case err != nil:
				return explainStore(err)
			case became && stands:
				done.Replaced++
			case became:
				done.Copied++
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return done, err
	}
	slices.Sort(done.Damaged)
	if len(done.Damaged) > 0 {
		return done, fmt.Errorf("%d files of the store do not have the hash under which they are kept and were not copied: %s; put them back from an older copy", len(done.Damaged), strings.Join(done.Damaged[:min(5, len(done.Damaged))], ", "))
	}
	return done, nil
}

var errDamaged = errors.New("the content does not have its hash")

// one copies one file if need be.
func one(ctx context.Context, from, to *blob.Bucket, key string, stands, reread bool) (copied bool, err error) {
	if stands && (!reread || hashOf(key) == "" || whole(ctx, to, key)) {
		return false, nil
	}
	reader, err := from.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return false, nil // removed since it was listed
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", key, err)
	}
	defer func() { _ = reader.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before the writer is closed: what is half written is not kept
	writer, err := to.NewWriter(ctx, key, &blob.WriterOptions{ContentType: reader.ContentType()})
	if err != nil {
		return false, fmt.Errorf("write %s: %w", key, err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(writer, sum), reader)
	if wanted := hashOf(key); err == nil && wanted != "" && hex.EncodeToString(sum.Sum(nil)) != wanted {
		err = errDamaged
	}
	if err != nil {
		cancel()
		_ = writer.Close()
		return false, fmt.Errorf("copy %s: %w", key, err)
	}
	if err := writer.Close(); err != nil {
		return false, fmt.Errorf("write %s: %w", key, err)
	}
	return true, nil
}

// whole tells whether content has the hash of its key.
func whole(ctx context.Context, in *blob.Bucket, key string) bool {
	reader, err := in.NewReader(ctx, key, nil)
	if err != nil {
		return false
	}
	defer func() { _ = reader.Close() }()
	sum := sha256.New()
	_, err = io.Copy(sum, reader)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == hashOf(key)
}

// hashOf is the hash that content bears in its key (sha256/ab/ab…); empty where the key is a name.
func hashOf(key string) string {
	name := path.Base(key)
	if _, err := hex.DecodeString(name); !strings.HasPrefix(key, "sha256/") || len(name) != 2*sha256.Size || err != nil {
		return ""
	}
	return name
}

// sizes are the files of a store by key. Half-written files of a process that was killed, and the mark of a copy, are none.
func sizes(ctx context.Context, of *blob.Bucket, rule Rule) (map[string]int64, error) {
	found := map[string]int64{}
	listed := of.List(nil)
	for {
		object, err := listed.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if rule.takes(object.Key) && !object.IsDir && object.Key != copyMark && !strings.HasSuffix(object.Key, ".tmp") {
			found[object.Key] = object.Size
		}
	}
}

// Mark writes into a copy that it is whole, and as of when.
func (c Copy) Mark(ctx context.Context, to *blob.Bucket) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return explainStore(to.WriteAll(ctx, copyMark, append(text, '\n'), &blob.WriterOptions{ContentType: "application/json"}))
}

// ReadMark reads it, and refuses a store that has none: no copy into it has ever ended.
func ReadMark(ctx context.Context, of *blob.Bucket, shown string) (Copy, error) {
	text, err := of.ReadAll(ctx, copyMark)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return Copy{}, refuse(
			fmt.Sprintf("“%s” không phải là bản sao tệp hoàn chỉnh: không có %s. Chọn nơi mà `nenep backup files` đã sao lưu xong.", shown, copyMark),
			fmt.Sprintf("%s is no whole copy of files: it has no %s. Name a place where `nenep backup files` has ended.", shown, copyMark))
	}
	if err != nil {
		return Copy{}, explainStore(err)
	}
	var mark Copy
	if err := json.Unmarshal(text, &mark); err != nil {
		return mark, fmt.Errorf("%s of the copy is damaged: %w", copyMark, err)
	}
	return mark, nil
}

// RemoveDeleted takes out of a copy the content that was destroyed by a numbered decision, as the database lists it: what nobody may keep is
// not kept in the backup either.
func RemoveDeleted(ctx context.Context, database Source, from *blob.Bucket) (removed int64, err error) {
	at, err := database.address()
	if err != nil {
		return 0, err
	}
	connection, err := at.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.Close(ctx) }()
	found, err := connection.Query(ctx, `SELECT DISTINCT gone.blob_key FROM reports.files gone JOIN reports.deleted_files d ON d.file_id = gone.id AND d.content = 'removed'
		WHERE NOT EXISTS (SELECT 1 FROM reports.files kept WHERE kept.blob_key = gone.blob_key AND NOT EXISTS (SELECT 1 FROM reports.deleted_files WHERE file_id = kept.id))`)
	if err != nil {
		return 0, fmt.Errorf("read what was destroyed by decision: %w", err)
	}
	keys, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("read what was destroyed by decision: %w", err)
	}
	for _, key := range keys {
		err := from.Delete(ctx, key)
		if gcerrors.Code(err) == gcerrors.NotFound {
			continue
		}
		if err != nil {
			return removed, explainStore(err)
		}
		removed++
	}
	return removed, nil
}

// explainStore says in a sentence what a store refused.
func explainStore(err error) error {
	if err == nil {
		return nil
	}
	if gcerrors.Code(err) == gcerrors.PermissionDenied {
		return fmt.Errorf("the store refuses: check its credentials and rights (%w)", err)
	}
	return explainDisk(err, "the store of files")
}
