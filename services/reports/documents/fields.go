package documents

import (
	"slices"

	"nenep/services/internal/wordtemplate"
)

// Field is a word that a template may name.
type Field struct {
	Key    string
	VI, EN string
	Rows   bool // of a repeated row
	Block  bool // in its place several paragraphs stand
}

var everywhere = []Field{
	{Key: "co_quan_cap_tren", VI: "tên cơ quan cấp trên trực tiếp", EN: "body above"}, {Key: "co_quan", VI: "tên cơ quan ban hành", EN: "issuing body"},
	{Key: "so", VI: "số văn bản (để trống khi chưa cấp số)", EN: "number (empty until it is given)"}, {Key: "ky_hieu", VI: "ký hiệu văn bản", EN: "symbol"},
	{Key: "dia_danh", VI: "địa danh", EN: "place"}, {Key: "ngay", VI: "ngày lập, 2 chữ số", EN: "day"}, {Key: "thang", VI: "tháng lập, 2 chữ số", EN: "month"},
	{Key: "nam", VI: "năm lập", EN: "year"}, {Key: "loai_van_ban", VI: "tên loại văn bản", EN: "kind of paper"}, {Key: "trich_yeu", VI: "trích yếu nội dung", EN: "what it is about"},
	{Key: "kinh_gui", VI: "nơi kính gửi", EN: "addressee"}, {Key: "tham_quyen", VI: "quyền hạn ký (TM., KT.)", EN: "authority of the signature"},
	{Key: "chuc_vu", VI: "chức vụ người ký", EN: "post of the signatory"}, {Key: "nguoi_ky", VI: "họ tên người ký", EN: "name of the signatory"},
	{Key: "noi_dung", VI: "toàn bộ nội dung; đứng riêng một đoạn", EN: "the whole text; alone in a paragraph", Block: true},
	{Key: "noi_nhan", VI: "các nơi nhận; đứng riêng một đoạn", EN: "copies; alone in a paragraph", Block: true},
}

var ofReports = []Field{
	{Key: "ky_bao_cao", VI: "kỳ báo cáo", EN: "period"}, {Key: "tu_ngay", VI: "ngày đầu kỳ số liệu", EN: "first day of the data"}, {Key: "den_ngay", VI: "ngày cuối kỳ số liệu", EN: "last day of the data"},
	{Key: "mo_dau", VI: "đoạn mở đầu", EN: "opening", Block: true}, {Key: "ket_qua", VI: "phần I, tình hình, kết quả", EN: "part I, results", Block: true},
	{Key: "danh_gia", VI: "phần II, đánh giá", EN: "part II, assessment", Block: true}, {Key: "phuong_huong", VI: "phần III, phương hướng, nhiệm vụ", EN: "part III, directions", Block: true},
	{Key: "kien_nghi", VI: "phần IV, kiến nghị, đề xuất", EN: "part IV, proposals", Block: true},
	{Key: "stt", VI: "số thứ tự", EN: "ordinal", Rows: true}, {Key: "phan", VI: "tên phần của biểu", EN: "section", Rows: true}, {Key: "chi_tieu", VI: "tên chỉ tiêu", EN: "indicator", Rows: true},
	{Key: "don_vi_tinh", VI: "đơn vị tính", EN: "unit of measure", Rows: true}, {Key: "ky_nay", VI: "số liệu kỳ này", EN: "figure of this period", Rows: true}, {Key: "ky_truoc", VI: "số liệu kỳ trước", EN: "figure of the period before", Rows: true},
}

var ofKind = map[string][]Field{
	KindUnitReport: ofReports,
	KindSynthesis: append(slices.Clone(ofReports), Field{Key: "phai_bao_cao", VI: "số đơn vị phải báo cáo", EN: "units that owe a report"}, Field{Key: "dung_han", VI: "số đơn vị báo cáo đúng hạn", EN: "in time"},
		Field{Key: "qua_han", VI: "số đơn vị báo cáo quá hạn", EN: "late"}, Field{Key: "chua_bao_cao", VI: "số đơn vị chưa báo cáo", EN: "missing"}),
	KindLateList: {
		{Key: "ky_bao_cao", VI: "kỳ báo cáo", EN: "period"}, {Key: "so_don_vi", VI: "số đơn vị trong danh sách", EN: "units in the list"}, {Key: "mo_dau", VI: "đoạn mở đầu", EN: "opening", Block: true},
		{Key: "stt", VI: "số thứ tự", EN: "ordinal", Rows: true}, {Key: "ten_don_vi", VI: "tên đơn vị", EN: "unit", Rows: true}, {Key: "han", VI: "hạn báo cáo", EN: "due day", Rows: true},
		{Key: "ngay_nop", VI: "ngày nộp", EN: "day of submission", Rows: true}, {Key: "so_ngay_qua_han", VI: "số ngày làm việc quá hạn", EN: "working days late", Rows: true},
		{Key: "tinh_trang", VI: "tình trạng", EN: "standing", Rows: true}},
	KindMinutes: {
		{Key: "ngay_to_chuc", VI: "ngày tổ chức hội nghị", EN: "day of the conference"}, {Key: "chu_toa", VI: "họ tên chủ tọa", EN: "chair"}, {Key: "nguoi_ghi", VI: "họ tên thư ký", EN: "secretary"},
		{Key: "thanh_phan", VI: "thành phần, số người dự", EN: "attendance", Block: true}, {Key: "bieu_quyet", VI: "kết quả biểu quyết", EN: "votes", Block: true}},
	KindDecision: {
		{Key: "ten_ban", VI: "tên ban", EN: "board"}, {Key: "nhiem_ky_tu", VI: "ngày đầu nhiệm kỳ", EN: "first day of the term"}, {Key: "nhiem_ky_den", VI: "ngày cuối nhiệm kỳ", EN: "last day of the term"},
		{Key: "so_thanh_vien", VI: "số thành viên", EN: "number of members"}, {Key: "can_cu", VI: "các căn cứ", EN: "grounds", Block: true},
		{Key: "stt", VI: "số thứ tự", EN: "ordinal", Rows: true}, {Key: "ho_ten", VI: "họ tên thành viên", EN: "member's name", Rows: true}, {Key: "chuc_vu_trong_ban", VI: "chức vụ trong Ban", EN: "seat", Rows: true}},
}

// Kinds are the kinds of documents, in the order of lists.
var Kinds = []string{KindUnitReport, KindSynthesis, KindLateList, KindMinutes, KindDecision}

// FieldsOf are the fields of a kind of document.
func FieldsOf(kind string) []Field { return slices.Concat(everywhere, ofKind[kind]) }

// KnownTo is what a template of the kind may name.
func KnownTo(kind string) wordtemplate.Known {
	var known wordtemplate.Known
	for _, f := range FieldsOf(kind) {
		switch {
		case f.Block:
			known.Blocks = append(known.Blocks, f.Key)
		case f.Rows:
			known.Rows = append(known.Rows, f.Key)
		default:
			known.Values = append(known.Values, f.Key)
		}
	}
	return known
}

// Example is a filling that says of each field what it means: a preview.
func Example(kind string) wordtemplate.Filling {
	in := wordtemplate.Filling{Values: map[string]string{}, Blocks: map[string][]string{}, Rows: []map[string]string{{}, {}}}
	for _, f := range FieldsOf(kind) {
		switch {
		case f.Block:
			in.Blocks[f.Key] = []string{"[" + f.VI + ", đoạn 1]", "[" + f.VI + ", đoạn 2]"}
		case f.Rows:
			for i := range in.Rows {
				in.Rows[i][f.Key] = "[" + f.VI + "]"
			}
		default:
			in.Values[f.Key] = "[" + f.VI + "]"
		}
	}
	for i := range in.Rows {
		in.Rows[i]["stt"] = numberText(i + 1)
	}
	return in
}

// Filling is the document as a template is filled with it.
func (f Fields) Filling() wordtemplate.Filling {
	return wordtemplate.Filling{Values: f.Values, Blocks: f.Blocks, Rows: f.Rows}
}
