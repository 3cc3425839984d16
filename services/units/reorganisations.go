package units

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// States of a reorganisation.
const (
	statePlanned   = "planned"
	stateApplied   = "applied"
	stateFinished  = "finished"
	stateCancelled = "cancelled"
)

type reorganisation struct {
	ID                 string `gorm:"primaryKey"`
	Decision           string
	DecidedOn          day
	EffectiveOn        day
	Title              string
	Operations         []byte
	Successions        []byte
	State              string
	IdempotencyKey     string
	ContentSha256      []byte
	ClockOffsetSeconds int64
	OfficialID         reference
	RecordedAt         time.Time
	Result             *string
}

func (r reorganisation) message() (*unitsv1.Reorganisation, error) {
	message := &unitsv1.Reorganisation{
		Id: r.ID, Decision: r.Decision, DecidedOn: r.DecidedOn.String(), EffectiveOn: r.EffectiveOn.String(), Title: r.Title, State: r.State,
		OfficialId: string(r.OfficialID), RecordedAt: r.RecordedAt.UTC().Format(time.RFC3339),
	}
	if r.Result != nil {
		message.ResultJson = *r.Result
	}
	var err error
	message.Operations, err = fromJSON(r.Operations, func() *unitsv1.Operation { return &unitsv1.Operation{} })
	return message, err
}

// whole is the reorganisation with what follows what.
func (r reorganisation) whole() (*unitsv1.GetReorganisationResponse, error) {
	message, err := r.message()
	if err != nil {
		return nil, fmt.Errorf("read reorganisation %s: %w", r.ID, err)
	}
	successions, err := fromJSON(r.Successions, func() *unitsv1.UnitSuccession { return &unitsv1.UnitSuccession{} })
	if err != nil {
		return nil, fmt.Errorf("read the successions of reorganisation %s: %w", r.ID, err)
	}
	return &unitsv1.GetReorganisationResponse{Reorganisation: message, Successions: successions}, nil
}

// asJSON writes messages as one array.
func asJSON[M proto.Message](messages []M) ([]byte, error) {
	parts := make([]json.RawMessage, len(messages))
	for i, message := range messages {
		part, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return json.Marshal(parts)
}

func fromJSON[M proto.Message](content []byte, empty func() M) ([]M, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(content, &parts); err != nil {
		return nil, err
	}
	messages := make([]M, len(parts))
	for i, part := range parts {
		messages[i] = empty()
		if err := protojson.Unmarshal(part, messages[i]); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// GetReorganisation answers a reorganisation and what follows what by it: what the plan came to, or,
// once applied, what it did.
func (s *server) GetReorganisation(ctx context.Context, r *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	row, err := s.reorganisation(s.db.WithContext(ctx), r.Msg.GetId())
	if err != nil {
		return nil, err
	}
	whole, err := row.whole()
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(whole), nil
}

func (s *server) reorganisation(db *gorm.DB, id string) (reorganisation, error) {
	var row reorganisation
	err := db.Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có phương án sắp xếp nào mang mã “%s”. Kiểm tra mã.", id),
			fmt.Sprintf("No reorganisation has the id %q. Check it.", id))
	}
	if err != nil {
		return row, fmt.Errorf("get reorganisation %s: %w", id, err)
	}
	return row, nil
}

// ListReorganisations answers reorganisations by effective day: those of a state, and those that
// name a unit, its area or what it followed.
func (s *server) ListReorganisations(ctx context.Context, r *connect.Request[unitsv1.ListReorganisationsRequest]) (*connect.Response[unitsv1.ListReorganisationsResponse], error) {
	var read request
	if state := r.Msg.GetState(); state != "" && !slices.Contains([]string{statePlanned, stateApplied, stateFinished, stateCancelled}, state) {
		read.fault("state", fmt.Sprintf("Không có trạng thái “%s”. Chọn planned, applied, finished hoặc cancelled.", state),
			fmt.Sprintf("There is no state %q. Choose planned, applied, finished or cancelled.", state))
	}
	if err := read.err(); err != nil {
		return nil, err
	}
	var rows []reorganisation
	if err := s.db.WithContext(ctx).Scopes(equal("state", r.Msg.GetState())).Order("effective_on, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list reorganisations: %w", err)
	}
	answer := &unitsv1.ListReorganisationsResponse{}
	for _, row := range rows {
		whole, err := row.whole()
		if err != nil {
			return nil, err
		}
		if r.Msg.GetUnitId() == "" || concerns(whole, r.Msg.GetUnitId()) {
			answer.Reorganisations = append(answer.Reorganisations, whole.GetReorganisation())
		}
	}
	return connect.NewResponse(answer), nil
}

// concerns tells whether the unit ends, begins or changes by the reorganisation.
func concerns(whole *unitsv1.GetReorganisationResponse, unitID string) bool {
	return slices.ContainsFunc(whole.GetSuccessions(), func(s *unitsv1.UnitSuccession) bool { return s.GetFromId() == unitID || s.GetToId() == unitID }) ||
		slices.ContainsFunc(whole.GetReorganisation().GetOperations(), func(op *unitsv1.Operation) bool { return slices.Contains(op.GetFromIds(), unitID) })
}

// CancelReorganisation takes back one that waits for its day; again changes nothing. One that was
// applied is undone only by another reorganisation.
func (s *server) CancelReorganisation(ctx context.Context, r *connect.Request[unitsv1.CancelReorganisationRequest]) (*connect.Response[unitsv1.Reorganisation], error) {
	if err := s.mayAdminister(ctx, "hủy phương án sắp xếp", "cancel reorganisations"); err != nil {
		return nil, err
	}
	if strings.TrimSpace(r.Msg.GetWords()) == "" {
		var read request
		read.fault("words", "Chưa có lý do hủy. Nhập lý do rồi gửi lại.", "The reason is missing. Enter it and send again.")
		return nil, read.err()
	}
	return s.step(ctx, r.Msg.GetId(), changeReorganisationCancelled, map[string]string{"id": r.Msg.GetId(), "words": r.Msg.GetWords()}, func(row *reorganisation) error {
		if row.State == statePlanned {
			row.State = stateCancelled
		}
		return mustBe(*row, stateCancelled, "Phương án %s đã áp dụng nên không hủy được. Lập phương án khác nếu cần thay đổi.", "Reorganisation %s has been applied and cannot be cancelled. Plan another if something must change.")
	})
}

// FinishReorganisation keeps the count of what was passed on; again changes nothing.
func (s *server) FinishReorganisation(ctx context.Context, r *connect.Request[unitsv1.FinishReorganisationRequest]) (*connect.Response[unitsv1.Reorganisation], error) {
	if err := onlyWorkflows(ctx); err != nil {
		return nil, err
	}
	result := r.Msg.GetResultJson()
	if !json.Valid([]byte(result)) {
		var read request
		read.fault("result_json", "Kết quả không đọc được.", "The result is not JSON.")
		return nil, read.err()
	}
	return s.step(ctx, r.Msg.GetId(), changeReorganisationFinished, map[string]any{"id": r.Msg.GetId(), "result": json.RawMessage(result)}, func(row *reorganisation) error {
		if row.State == stateApplied {
			row.State, row.Result = stateFinished, &result
		}
		return mustBe(*row, stateFinished, "Phương án %s chưa áp dụng.", "Reorganisation %s has not been applied.")
	})
}

func mustBe(row reorganisation, state, vi, en string) error {
	if row.State == state {
		return nil
	}
	return wire.Refuse(contract.CodeWrongState, fmt.Sprintf(vi, row.ID), fmt.Sprintf(en, row.ID))
}

// step changes a reorganisation's state and records it; a step that leaves the state as it is
// records nothing.
func (s *server) step(ctx context.Context, id, kind string, payload any, to func(*reorganisation) error) (*connect.Response[unitsv1.Reorganisation], error) {
	var message *unitsv1.Reorganisation
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := s.reorganisation(tx.Clauses(clause.Locking{Strength: "UPDATE"}), id)
		if err != nil {
			return err
		}
		was := row.State
		if err := to(&row); err != nil {
			return err
		}
		if message, err = row.message(); err != nil || row.State == was {
			return err
		}
		if err := tx.Model(&row).Select("state", "result").Updates(&row).Error; err != nil {
			return err
		}
		_, err = s.record(ctx, tx, kind, payload)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, id, err)
	}
	return connect.NewResponse(message), nil
}
