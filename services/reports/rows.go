package reports

import (
	"time"

	"gorm.io/gorm"
)

// The rows of the schema as the migrations define it; times are UTC, days are civil days.

type caseRow struct {
	ID                 string `gorm:"primaryKey"`
	ObligationID       string
	UnitID             string
	PeriodID           string
	AreaID             string
	WorkflowType       string
	RunID              string
	TitleVi            string
	State              string
	Round              int32
	Submission         int32
	DueDay             *string
	DueOfLaw           bool
	Extended           bool
	DutyDoneOn         *string
	SubmittedAt        *time.Time
	AcceptedAt         *time.Time
	LateWorkingDays    int32
	NextRungID         string
	NextRungDay        *string
	ReviewerUnitID     string
	Sealed             bool
	ClockOffsetSeconds int64
	Sequence           int64
	Input              string
	StateBody          string
	CaseClock          time.Time
	OpenedAt           time.Time
	UpdatedAt          time.Time `gorm:"autoUpdateTime:false"`
	ExportSha256       string    `gorm:"column:export_sha256"`
	OriginCaseID       string
	ReinstatedAs       string
	OpenedWith         *string
}

// TableName is the table of the row.
func (caseRow) TableName() string { return "cases" }

type actRow struct {
	ActID         string `gorm:"primaryKey"`
	CaseID        string
	Kind          string
	OfficialID    string
	ContentSha256 []byte `gorm:"column:content_sha256"`
	Body          string
	StoredAt      time.Time
	DeliveredAt   *time.Time
	Outcome       *string
}

// TableName is the table of the row.
func (actRow) TableName() string { return "acts" }

type fileRow struct {
	ID         string `gorm:"primaryKey"`
	CaseID     string
	StepID     string
	Name       string
	Size       int64
	MediaType  string
	Sha256     string `gorm:"column:sha256"`
	BlobKey    string
	OfficialID string
	UploadedAt time.Time
}

// TableName is the table of the row.
func (fileRow) TableName() string { return "files" }

type exportRow struct {
	CaseID     string `gorm:"primaryKey"`
	RunID      string `gorm:"primaryKey"`
	Sha256     string `gorm:"column:sha256"`
	Events     int64
	BlobKey    string
	ExportedAt time.Time
}

// TableName is the table of the row.
func (exportRow) TableName() string { return "exports" }

type eventRow struct {
	ID             string `gorm:"primaryKey"`
	ObligationID   string
	UnitID         string
	OnDay          string
	Words          string
	Example        bool
	IdempotencyKey string
	ContentSha256  []byte `gorm:"column:content_sha256"`
	OfficialID     string
	RecordedAt     time.Time
	TriggerID      string
	Facts          string
	OriginCaseID   *string
	RaisedByStep   string
	BoardID        string
	PassedToUnitID string
	PassedBy       string
}

// TableName is the table of the row.
func (eventRow) TableName() string { return "trigger_events" }

// lineageRow says that a case goes on with another.
type lineageRow struct {
	CaseID     string `gorm:"primaryKey"`
	FromCaseID string `gorm:"primaryKey"`
}

// TableName is the table of the row.
func (lineageRow) TableName() string { return "lineage" }

// orderRow is an order to amend running cases, with the words the amendments are told with.
type orderRow struct {
	OrderID      string `gorm:"primaryKey"`
	CaseID       string
	ObligationID string
	Reason       string
	Document     string
	Words        string
	OfficialID   string
	OrderedAt    time.Time
}

// TableName is the table of the row.
func (orderRow) TableName() string { return "amendment_orders" }

type auditRow struct {
	ID         int64 `gorm:"primaryKey"`
	At         time.Time
	Kind       string
	CaseID     string
	OfficialID string
	Body       string
	PrevHash   []byte
	Hash       []byte
}

// TableName is the table of the row.
func (auditRow) TableName() string { return "audit" }

// register holds the facts: every read and write of the schema goes through it.
type register struct {
	db       *gorm.DB
	reckoned *reckoned
}
