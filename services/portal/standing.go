package portal

import (
	"fmt"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// dueSoonDays is how many calendar days before the due date a case is shown as due soon.
const dueSoonDays = 7

// standing is how a case stands on a day: one state, three signs (shape, word, colour).
// Days left are calendar days, days late are working days, as the ladder counts them.
type standing struct {
	Key    string // class of tag and cell, and id of the shape
	Shape  string
	Word   string
	Number string // in the cell, beside the shape
	Hidden string // what a screen reader hears instead of the shape
	Unit   string // and after the number
	Late   int    // working days; only while Overdue or accepted late
	Left   int    // calendar days to the due date
	// Overdue tells that the due date has passed and the unit still has to act.
	Overdue bool
	// Waiting tells that the unit still has to act.
	Waiting bool
}

// standingOf judges a case by its register row; today is the case's own day.
func standingOf(state *casefilev1.CaseState, today calendar.Date, days *calendar.Calendar) standing {
	switch state.GetState() {
	case casefilev1.State_STATE_SUBMITTED:
		return standing{Key: "submitted", Shape: "up", Word: "Đã nộp, chờ xác nhận", Hidden: "đã nộp, chờ xác nhận"}
	case casefilev1.State_STATE_ACCEPTED:
		return standingAccepted(int(state.GetLateWorkingDays()))
	case casefilev1.State_STATE_EXEMPTED:
		return standing{Key: "exempted", Shape: "diamond", Word: "Không thuộc đối tượng", Hidden: "không thuộc đối tượng"}
	case casefilev1.State_STATE_WITHDRAWN:
		return standing{Key: "withdrawn", Shape: "barred", Word: "Đã thu hồi", Hidden: "đã thu hồi"}
	case casefilev1.State_STATE_SUCCEEDED:
		return standing{Key: "succeeded", Shape: "wall", Word: "Đã chuyển đơn vị kế thừa", Hidden: "đã chuyển đơn vị kế thừa"}
	case casefilev1.State_STATE_UNSPECIFIED, casefilev1.State_STATE_OPEN, casefilev1.State_STATE_RETURNED:
	}
	return standingOpen(state, today, days)
}

func standingAccepted(late int) standing {
	if late > 0 {
		return standing{
			Key: "accepted-late", Shape: "tick", Late: late, Number: fmt.Sprintf("+%d", late), Hidden: "hoàn thành quá hạn", Unit: "ngày làm việc",
			Word: fmt.Sprintf("Hoàn thành quá hạn %d ngày làm việc", late),
		}
	}
	return standing{Key: "accepted", Shape: "tick", Word: "Hoàn thành đúng hạn", Hidden: "hoàn thành đúng hạn"}
}

func standingOpen(state *casefilev1.CaseState, today calendar.Date, days *calendar.Calendar) standing {
	due, err := calendar.ParseDate(state.GetDueDay())
	if err != nil {
		return standing{Key: "open", Shape: "ring", Word: "Trong hạn, chưa tính được hạn", Hidden: "trong hạn", Waiting: true}
	}
	left := due.Sub(today)
	late := int(state.GetLateWorkingDays())
	switch {
	case left < 0 || late > 0:
		return standingLate(due, today, days, late)
	case state.GetState() == casefilev1.State_STATE_RETURNED:
		return standing{Key: "returned", Shape: "hook", Word: "Trả lại, nộp lại chậm nhất " + due.Vietnamese(), Hidden: "trả lại", Left: left, Waiting: true}
	case left == 0:
		return standing{Key: "due-soon", Shape: "half", Word: "Đến hạn hôm nay", Number: "0", Hidden: "đến hạn hôm nay, còn", Unit: "ngày", Waiting: true}
	case left <= dueSoonDays:
		return standing{
			Key: "due-soon", Shape: "half", Word: fmt.Sprintf("Sắp đến hạn, còn %d ngày", left), Number: fmt.Sprint(left),
			Hidden: "sắp đến hạn, còn", Unit: "ngày", Left: left, Waiting: true,
		}
	default:
		return standing{Key: "open", Shape: "ring", Word: "Trong hạn", Hidden: "trong hạn", Left: left, Waiting: true}
	}
}

// standingLate takes the register's count, which is reckoned by the case's own calendar whenever the
// register is read; only where it has none the days are counted here.
func standingLate(due, today calendar.Date, days *calendar.Calendar, late int) standing {
	if late == 0 {
		late, _ = days.WorkingDaysBetween(due, today)
	}
	word := fmt.Sprintf("Quá hạn %d ngày làm việc", late)
	if late == 0 {
		word = "Quá hạn, chưa hết 1 ngày làm việc"
	}
	return standing{
		Key: lateStep(late), Shape: "triangle", Word: word, Number: fmt.Sprint(late), Hidden: "quá hạn", Unit: "ngày làm việc",
		Late: late, Left: due.Sub(today), Overdue: true, Waiting: true,
	}
}

// lateStep is the darkness of a late case: the ladder's rungs after the due date.
func lateStep(late int) string {
	switch {
	case late >= 14:
		return "late-4"
	case late >= 7:
		return "late-3"
	case late >= 3:
		return "late-2"
	default:
		return "late-1"
	}
}

// caseDay is the day a case believes it is: a demonstration's clock may be shifted.
func caseDay(now time.Time, state *casefilev1.CaseState) calendar.Date {
	return calendar.DateOf(now.Add(time.Duration(state.GetClockOffsetSeconds()) * time.Second))
}
