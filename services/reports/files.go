package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"gocloud.dev/blob"
	"google.golang.org/protobuf/encoding/protojson"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// handIn takes one evidence file: POST /files?case=ID&step=ID, multipart field "file". The answer
// is a reports.v1.File in JSON; the same content for the same step again gets the same one.
func (s *server) handIn(c echo.Context) error {
	ctx, err := s.caller(c)
	if err != nil {
		return err
	}
	row, err := s.register.find(ctx, c.QueryParam("case"))
	if err != nil {
		return err
	}
	if err := s.mayHandIn(ctx, row, c.QueryParam("step")); err != nil {
		return err
	}
	part, err := filePart(c.Request())
	if err != nil {
		return err
	}
	defer func() { _ = part.Close() }()
	arrived, err := s.receive(part, c.Request().ContentLength)
	if err != nil {
		return err
	}
	defer arrived.discard()
	if err := s.antivirus.judge(ctx, arrived.name, io.NewSectionReader(arrived.file, 0, arrived.size)); err != nil {
		return err
	}
	stored, err := s.keep(ctx, arrived, fileRow{CaseID: row.ID, StepID: c.QueryParam("step"), OfficialID: wire.IdentityOf(ctx).OfficialID})
	if err != nil {
		return err
	}
	text, err := protojson.Marshal(stored.tell())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, text)
}

// caller is the context with the identity that the request's token shows: an official's, or for reading the terminal's, whose key only
// administrators of the cluster hold.
func (s *server) caller(c echo.Context) (context.Context, error) {
	id, err := s.listener.IdentityOfHeader(c.Request().Header)
	if err != nil {
		s.logger.Warn("call refused", zap.String("procedure", c.Path()), zap.String("from", c.Request().RemoteAddr), zap.Error(err))
		if errors.Is(err, wire.ErrMayNotCall) {
			return nil, echo.NewHTTPError(http.StatusForbidden, "not for this caller")
		}
		return nil, echo.NewHTTPError(http.StatusUnauthorized, "a service token is needed")
	}
	if readsAlone := id.Service == "terminal" && c.Request().Method == http.MethodGet; id.OfficialID == "" && !readsAlone {
		return nil, wire.Forbidden("Chưa biết cán bộ nào mở tệp. Đăng nhập rồi thử lại.", "It is not known which official asks for files. Sign in and try again.")
	}
	return wire.WithIdentity(c.Request().Context(), id), nil
}

func (s *server) mayHandIn(ctx context.Context, row caseRow, stepID string) error {
	hats, err := s.hats(ctx, wire.IdentityOf(ctx).OfficialID)
	if err != nil {
		return err
	}
	if !mayHandIn(hats, bodiesOf(row)) {
		return s.notYours(ctx, "thêm minh chứng", "add evidence", row.UnitID)
	}
	if row.Sealed || ended(row.State) {
		return wire.Refuse(contract.CodeWrongState, "Hồ sơ đã kết thúc nên không thêm minh chứng được.", "The case is closed and takes no more evidence.")
	}
	input, state, err := row.casefileOf()
	if err != nil || stepID == "" {
		return err
	}
	j := &judge{setting: setting{input: input, state: state}}
	j.step("step", stepID)
	return refuseFields(j.faults)
}

func filePart(request *http.Request) (*multipart.Part, error) {
	refusal := wire.Refuse(contract.CodeInvalid, "Chưa có tệp. Chọn tệp rồi tải lên.", "There is no file. Choose one and upload it.")
	reader, err := request.MultipartReader()
	if err != nil {
		return nil, refusal
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return nil, refusal
		}
		if part.FormName() == "file" {
			return part, nil
		}
	}
}

// arrival is a file that has arrived whole and has been judged, not yet kept.
type arrival struct {
	name      string
	mediaType string
	sha256    string
	size      int64
	file      *os.File
}

func (a arrival) discard() {
	_ = a.file.Close()
	_ = os.Remove(a.file.Name())
}

// receive streams the part to a temporary file, so that a large upload costs no memory, and
// refuses what may not be evidence.
func (s *server) receive(part *multipart.Part, announced int64) (arrival, error) {
	name := safeName(fileNameOf(part))
	if _, accepted := acceptedTypes[extensionOf(name)]; !accepted {
		return arrival{}, notTaken(extensionOf(name))
	}
	file, err := os.CreateTemp("", "nenep-evidence-")
	if err != nil {
		return arrival{}, s.fileNotKept(name, fmt.Errorf("receive a file: %w", err))
	}
	arrived := arrival{name: name, file: file}
	if err := s.fill(&arrived, part, announced); err != nil {
		arrived.discard()
		return arrival{}, err
	}
	return arrived, nil
}

// fileNameOf is what the browser called the file; Part.FileName would apply this machine's rules
// of paths to another machine's name.
func fileNameOf(part *multipart.Part) string {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return part.FileName()
	}
	return parameters["filename"]
}

func (s *server) fill(arrived *arrival, part io.Reader, announced int64) error {
	hash, here := sha256.New(), &rememberedWriter{to: arrived.file}
	size, err := io.Copy(io.MultiWriter(here, hash), io.LimitReader(part, s.cfg.MaxFileBytes+1))
	if here.err != nil {
		s.readOut(part)
		return s.fileNotKept(arrived.name, fmt.Errorf("receive a file in %s: %w", os.TempDir(), here.err))
	}
	if err != nil {
		return interrupted(arrived.name, size, announced)
	}
	if size > s.cfg.MaxFileBytes {
		s.readOut(part)
		return tooHeavy(arrived.name, max(size, announced), s.cfg.MaxFileBytes)
	}
	if size == 0 {
		return isEmptyFile(arrived.name)
	}
	if _, err := arrived.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	arrived.size, arrived.sha256 = size, hex.EncodeToString(hash.Sum(nil))
	arrived.mediaType, err = mediaTypeOf(arrived.name, arrived.file, size)
	return err
}

// readOut reads on: a caller in the middle of sending would see a broken line instead of the sentence.
func (s *server) readOut(part io.Reader) {
	_, _ = io.Copy(io.Discard, io.LimitReader(part, 4*s.cfg.MaxFileBytes))
}

// interrupted is E14.
func interrupted(name string, size, announced int64) error {
	share := int64(0)
	if announced > 0 {
		share = min(size*100/announced, 99)
	}
	return wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Đường truyền bị ngắt khi tải “%s” được %d%%. Nội dung đã nhập vẫn còn; chọn lại tệp này để tải lại.", name, share),
		fmt.Sprintf("The connection broke when %d%% of “%s” had arrived. What you typed is kept; choose this file again.", share, name))
}

// keep stores content first and row second: a crash between them leaves content nobody names,
// never a name without content.
func (s *server) keep(ctx context.Context, arrived arrival, row fileRow) (fileRow, error) {
	sum := sha256.Sum256([]byte(row.CaseID + "\n" + row.StepID + "\n" + arrived.sha256))
	row.ID = "F-" + hex.EncodeToString(sum[:12])
	row.Name, row.Size, row.MediaType, row.Sha256 = arrived.name, arrived.size, arrived.mediaType, arrived.sha256
	row.BlobKey, row.UploadedAt = contentKey(arrived.sha256), s.now().UTC()
	if _, err := arrived.file.Seek(0, io.SeekStart); err != nil {
		return row, err
	}
	if err := s.keepContent(ctx, row.BlobKey, row.MediaType, arrived.file); err != nil {
		return row, s.fileNotKept(row.Name, err)
	}
	stored, err := s.register.addFile(ctx, row)
	if err != nil {
		return row, err
	}
	// The same content may just have been removed with a deleted file; from the row on it stays.
	if _, err := arrived.file.Seek(0, io.SeekStart); err != nil {
		return row, err
	}
	if err := s.keepContent(ctx, row.BlobKey, row.MediaType, arrived.file); err != nil {
		return stored, s.fileNotKept(row.Name, err)
	}
	return stored, nil
}

// contentKey is where content lies in the evidence store: by its hash, so that equal content is
// stored once.
func contentKey(sha string) string { return "sha256/" + sha[:2] + "/" + sha }

func (s *server) keepContent(ctx context.Context, key, mediaType string, from io.Reader) error {
	there, err := s.evidence.Exists(ctx, key)
	if err != nil {
		return fmt.Errorf("ask the evidence store for %s: %w", key, err)
	}
	if there {
		return nil
	}
	if err := s.evidence.Upload(ctx, key, from, &blob.WriterOptions{ContentType: mediaType}); err != nil {
		return fmt.Errorf("write %s to the evidence store: %w", key, err)
	}
	return nil
}

func (r register) addFile(ctx context.Context, row fileRow) (fileRow, error) {
	err := r.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := lockContent(tx, row.BlobKey); err != nil {
			return err
		}
		inserted := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if inserted.Error != nil {
			return fmt.Errorf("store file %s: %w", row.ID, inserted.Error)
		}
		if inserted.RowsAffected == 0 {
			return tx.Where("id = ?", row.ID).Take(&row).Error
		}
		body, err := canonicalJSON(fmt.Appendf(nil, `{"file_id":%q,"step_id":%q,"sha256":%q,"size":%d}`, row.ID, row.StepID, row.Sha256, row.Size))
		if err != nil {
			return err
		}
		return appendAudit(tx, auditEntry{at: row.UploadedAt, kind: "file-stored", caseID: row.CaseID, officialID: row.OfficialID, body: body})
	})
	return row, err
}

func (r register) filesOf(ctx context.Context, caseIDs ...string) ([]*reportsv1.File, error) {
	var rows []fileRow
	if err := r.db.WithContext(ctx).Where("case_id = ANY(?)", textArray(caseIDs)).Order("uploaded_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the files of %v: %w", caseIDs, err)
	}
	files := make([]*reportsv1.File, len(rows))
	for i, row := range rows {
		files[i] = row.tell()
	}
	return files, nil
}

// fileIDs are the ids of the files that an act upon the case may name: its own, and those of the cases it goes on with.
func (r register) fileIDs(ctx context.Context, caseID string) ([]string, error) {
	var ids []string
	err := r.db.WithContext(ctx).Raw(wentOn+" SELECT files.id FROM files JOIN went_on ON went_on.id = files.case_id", textArray([]string{caseID})).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("read the files of %s: %w", caseID, err)
	}
	return ids, nil
}

func (row fileRow) tell() *reportsv1.File {
	return &reportsv1.File{Id: row.ID, CaseId: row.CaseID, StepId: row.StepID, Name: row.Name, Size: row.Size, MediaType: row.MediaType,
		Sha256: row.Sha256, OfficialId: row.OfficialID, UploadedAt: row.UploadedAt.UTC().Format(time.RFC3339)}
}

// handOut gives an evidence file to who may read it, always as a download: what officials hand in
// never runs on a page of ours.
func (s *server) handOut(c echo.Context) error {
	ctx, err := s.caller(c)
	if err != nil {
		return err
	}
	file, err := s.readable(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	reader, err := s.evidence.NewReader(ctx, file.BlobKey, nil)
	if err != nil {
		return s.fileNotGiven(file, fmt.Errorf("read %s from the evidence store: %w", file.BlobKey, err))
	}
	defer func() { _ = reader.Close() }()
	header := c.Response().Header()
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cache-Control", "private, no-store")
	header.Set(echo.HeaderContentLength, strconv.FormatInt(file.Size, 10))
	return c.Stream(http.StatusOK, file.MediaType, reader)
}

// describe answers what is known of a file, as a reports.v1.File in JSON, to who may read it.
func (s *server) describe(c echo.Context) error {
	ctx, err := s.caller(c)
	if err != nil {
		return err
	}
	file, err := s.readable(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	text, err := protojson.Marshal(file.tell())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, text)
}

// readable finds the file if the caller may read it.
func (s *server) readable(ctx context.Context, id string) (fileRow, error) {
	var file fileRow
	err := s.register.db.WithContext(ctx).Where("id = ?", id).Take(&file).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return file, wire.Refuse(contract.CodeNotFound, "Không có tệp này. Tải lại trang hồ sơ.", "There is no such file. Reload the case's page.")
	}
	if err != nil {
		return file, fmt.Errorf("read file %s: %w", id, err)
	}
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" { // the terminal, which archives
		return file, s.register.refuseDeleted(ctx, file)
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return file, err
	}
	if err := s.mayReadFileOf(ctx, file.CaseID, hats); err != nil {
		return file, err
	}
	return file, s.register.refuseDeleted(ctx, file)
}

// mayReadFileOf lets in who may read the case, or one that goes on with it: evidence goes along.
func (s *server) mayReadFileOf(ctx context.Context, caseID string, hats []hat) error {
	heirs, err := s.register.heirs(ctx, caseID)
	if err != nil {
		return err
	}
	sees, err := s.sightOf(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(heirs, func(row caseRow) bool { return mayRead(hats, bodiesOf(row)) && sees.sees(row) }) {
		return nil
	}
	_, unit, _, err := contract.CaseIDParts(caseID)
	if err != nil {
		return err
	}
	return s.notYours(ctx, "xem minh chứng", "read evidence", unit)
}
