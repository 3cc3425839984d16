package synthesis

import (
	"fmt"

	"nenep/rules/calendar"
)

// Why says in a sentence why the unit stands where it stands, in both languages.
func (u Unit) Why() (vi, en string) {
	switch u.Standing {
	case InTime:
		return fmt.Sprintf("Nộp ngày %s, trong hạn %s%s.", plain(u.SubmittedOn), plain(u.DueDay), u.waitsVI()),
			fmt.Sprintf("Submitted on %s, due %s%s.", plain(u.SubmittedOn), plain(u.DueDay), u.waitsEN())
	case Late:
		return fmt.Sprintf("Nộp ngày %s, quá hạn %02d ngày làm việc (hạn %s)%s.", plain(u.SubmittedOn), u.LateDays, plain(u.DueDay), u.waitsVI()),
			fmt.Sprintf("Submitted on %s, %d working days late (due %s)%s.", plain(u.SubmittedOn), u.LateDays, plain(u.DueDay), u.waitsEN())
	case Returned:
		return fmt.Sprintf("Đã trả lại để bổ sung, hoàn thiện và chưa nộp lại; hạn nộp lại %s.", plain(u.DueDay)),
			fmt.Sprintf("Returned and not submitted again; due again %s.", plain(u.DueDay))
	case Exempted:
		if u.Ground == "" {
			return "Không thuộc đối tượng.", "Not obliged."
		}
		return "Không thuộc đối tượng theo " + u.Ground + ".", "Not obliged: " + u.Ground + "."
	default:
		return fmt.Sprintf("Chưa nộp báo cáo; hạn %s.", plain(u.DueDay)), fmt.Sprintf("Not submitted; due %s.", plain(u.DueDay))
	}
}

func (u Unit) waitsVI() string {
	if u.Accepted {
		return ""
	}
	return ", đang chờ xác nhận"
}

func (u Unit) waitsEN() string {
	if u.Accepted {
		return ""
	}
	return ", waits for review"
}

func plain(day string) string {
	d, err := calendar.ParseDate(day)
	if err != nil || d.IsZero() {
		return "–"
	}
	return d.Vietnamese()
}
