package reports

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/gabriel-vasile/mimetype"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// acceptedTypes are the kinds of file that count as evidence, by extension.
var acceptedTypes = map[string]string{
	"pdf":  "application/pdf",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"jpg":  "image/jpeg",
	"png":  "image/png",
}

// officeParts are the parts that make a zip archive a document of its kind.
var officeParts = map[string]string{"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}

type content interface {
	io.ReadSeeker
	io.ReaderAt
}

// mediaTypeOf judges a file by its content. The refusals are E10 to E12.
func mediaTypeOf(name string, file content, size int64) (string, error) {
	extension := extensionOf(name)
	wanted, accepted := acceptedTypes[extension]
	if !accepted {
		return "", notTaken(extension)
	}
	found, err := mimetype.DetectReader(file)
	if err != nil {
		return "", fmt.Errorf("look into the file: %w", err)
	}
	switch part := officeParts[extension]; {
	case part != "" && found.Is("application/x-ole-storage") && isEncryptedOffice(file, size):
		return "", hasPassword(name)
	case part != "" && hasPart(file, size, part):
		return wanted, nil
	case part == "" && found.Is(wanted):
		return wanted, nil
	}
	inside := strings.TrimPrefix(found.Extension(), ".")
	if inside == "" || inside == extension {
		inside = found.String()
	}
	return "", otherInside(name, extension, inside)
}

// hasPart looks into the archive's table: the order of parts differs between office programs, so
// the first bytes do not tell.
func hasPart(file io.ReaderAt, size int64, part string) bool {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return false
	}
	for _, entry := range archive.File {
		if entry.Name == part {
			return true
		}
	}
	return false
}

// isEncryptedOffice finds the stream in which office programs keep a document with a password; its
// name stands in the file in UTF-16.
func isEncryptedOffice(file io.ReaderAt, size int64) bool {
	var name []byte
	for _, letter := range []byte("EncryptedPackage") {
		name = append(name, letter, 0)
	}
	whole, err := io.ReadAll(io.NewSectionReader(file, 0, size))
	return err == nil && bytes.Contains(whole, name)
}

// isEmptyFile is E8.
func isEmptyFile(name string) error {
	return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Tệp “%s” không có nội dung. Chọn lại tệp.", name),
		fmt.Sprintf("The file “%s” is empty. Choose it again.", name))
}

// tooHeavy is E9.
func tooHeavy(name string, size, most int64) error {
	return wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Tệp “%s” nặng %s MB, quá mức %s MB. Giảm dung lượng hoặc tách thành nhiều tệp.", name, megabytes(size, math.Ceil), megabytes(most, math.Floor)),
		fmt.Sprintf("The file “%s” has %s MB, more than %s MB. Make it smaller or split it.", name, megabytes(size, math.Ceil), megabytes(most, math.Floor)))
}

// megabytes has one decimal, rounded away from the limit, so that no file is told to be as heavy
// as the limit it exceeds.
func megabytes(size int64, round func(float64) float64) string {
	tenths := int64(round(float64(size) / (1 << 20) * 10))
	if tenths%10 == 0 {
		return fmt.Sprint(tenths / 10)
	}
	return fmt.Sprintf("%d,%d", tenths/10, tenths%10)
}

// otherInside is E10.
func otherInside(name, extension, inside string) error {
	return wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Tệp “%s” có đuôi %s nhưng bên trong là %s. Tệp không được lưu; chọn đúng tệp văn bản.", name, extension, inside),
		fmt.Sprintf("The file “%s” ends in %s but holds %s. It was not stored; choose the right file.", name, extension, inside))
}

// notTaken is E11.
func notTaken(extension string) error {
	return wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Hệ thống không nhận tệp %s. Chuyển sang PDF, DOCX, XLSX, JPG hoặc PNG rồi tải lên.", extensionOrNone(extension, "không có đuôi")),
		fmt.Sprintf("Files %s are not taken. Convert to PDF, DOCX, XLSX, JPG or PNG and upload that.", extensionOrNone(extension, "without an extension")))
}

func extensionOrNone(extension, none string) string {
	if extension == "" {
		return none
	}
	return extension
}

// hasPassword is E12.
func hasPassword(name string) error {
	return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Tệp “%s” có mật khẩu nên không xem được. Bỏ mật khẩu rồi tải lên lại.", name),
		fmt.Sprintf("The file “%s” has a password and cannot be read. Remove the password and upload it again.", name))
}
