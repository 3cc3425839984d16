package catalogue_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"

	"nenep/proto/contract"
	"nenep/rules/catalogue"
)

// files is a small catalogue as a folder that a test may spoil.
func files(t *testing.T) fstest.MapFS { return folderOf(t, "testdata/mau") }

func folderOf(t *testing.T, path string) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range filesOf(t, path) {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

func spoil(t *testing.T, folder fstest.MapFS, file, old, with string) {
	t.Helper()
	folder[file] = &fstest.MapFile{Data: []byte(replaced(t, string(folder[file].Data), old, with))}
}

func replaced(t *testing.T, text, old, with string) string {
	t.Helper()
	require.Contains(t, text, old)
	return strings.Replace(text, old, with, 1)
}

func lineOf(t *testing.T, folder fstest.MapFS, file, text string) int {
	t.Helper()
	for i, line := range strings.Split(string(folder[file].Data), "\n") {
		if strings.Contains(line, text) {
			return i + 1
		}
	}
	require.Fail(t, text+" is not in "+file)
	return 0
}

func faultsOf(t *testing.T, folder fs.FS) catalogue.Faults {
	t.Helper()
	_, err := catalogue.Load(folder)
	var faults catalogue.Faults
	require.ErrorAs(t, err, &faults)
	return faults
}

// Each row spoils one thing. structural: the schema alone must refuse it too, so that an editor marks it while it is written.
var spoilt = []struct {
	name, file, old, with string
	at                    string // text on the line that the fault names
	vi                    string
	structural            bool
}{
	{"key misspelt", "obligations/DT-01.yaml", "verb:", "vreb:", "vreb:", "Danh mục không có khóa “vreb” ở đây. Có phải “verb”?", true},
	{"key misspelt deep down", "obligations/HN-01.yaml", "at_most: present", "at_mots: present", "at_mots", "Danh mục không có khóa “at_mots” ở đây. Có phải “at_most”?", true},
	{"value misspelt", "obligations/DT-01.yaml", "pattern: conference", "pattern: conferense", "conferense", "“conferense” không phải là giá trị của “pattern”. Có phải “conference”?", true},
	{"workflow type unknown", "obligations/BC-06.yaml", "SemiannualReport", "SemianualReport", "SemianualReport", "“SemianualReport” không phải là giá trị của “workflow”. Có phải “SemiannualReport”?", true},
	{"unit kind misspelt", "obligations/BC-06.yaml", "kind: department", "kind: departement", "departement", "“departement” không phải là giá trị của “kind”. Có phải “department”?", true},
	{"value far from every word", "obligations/BCD-04.yaml", "reviewer: standing-agency", "reviewer: x", "reviewer: x", "“x” không phải là giá trị của “reviewer”. Chọn một trong: parent, standing-agency.", true},
	{"key missing", "obligations/BC-06.yaml", "plan_clause: IV.4\n", "", "code: BC-06", "Thiếu khóa “plan_clause”. Thêm khóa này.", true},
	{"wrong type", "catalogue.yaml", "offset: -14", "offset: nhiều", "offset: nhiều", "“offset” phải là số nguyên. Sửa giá trị này.", true},
	{"wrong form", "rules.yaml", "valid_from: 2016-01-01", "valid_from: 01/01/2016", "01/01/2016", "“01/01/2016” không đúng dạng của “valid_from”: ngày theo dạng 2026-12-31. Sửa giá trị này.", true},
	{"too large", "obligations/DT-01.yaml", "month: 1, day: 1", "month: 13, day: 1", "month: 13", "“month” phải từ 12 trở xuống. Sửa số này.", true},
	{"a yearly one that never opens", "obligations/DT-01.yaml", "opens:\n  - {kind: fixed_day, month: 1, day: 1, ground: R01}\n", "", "code: DT-01", "Thiếu khóa “opens”. Thêm khóa này.", true},
	{"a conference without its rules", "obligations/HN-01.yaml", "conference:\n  quorum: R15\n  ballot_after_convocations: R20\n  pass_over_percent: R16\n", "", "code: HN-01", "Thiếu khóa “conference”. Thêm khóa này.", true},
	{"a choice without a list", "obligations/HN-01.yaml", "kind: count, at_most: present", "kind: choice", "votes_for", "Thiếu khóa “choices”. Thêm khóa này.", true},
	{"rule unknown", "obligations/DT-01.yaml", "notice_days: R02", "notice_days: R92", "R92", "Không có quy tắc hay thiết lập “R92”. Có phải “R02”?", false},
	{"setting unknown", "obligations/DT-01.yaml", "file_days_after_duty: dt-01.file-days", "file_days_after_duty: dt-01.file-day", "dt-01.file-day", "Không có quy tắc hay thiết lập “dt-01.file-day”. Có phải “dt-01.file-days”?", false},
	{"step unknown", "obligations/DT-01.yaml", "duty_step: hold", "duty_step: hodl", "hodl", "Nhiệm vụ không có bước “hodl”. Có phải “hold”?", false},
	{"step of a rung unknown", "obligations/DT-01.yaml", "step: plan, offset: -30", "step: plans, offset: -30", "step: plans", "Nhiệm vụ không có bước “plans”. Có phải “plan”?", false},
	{"ladder unknown", "obligations/BC-06.yaml", "use: default", "use: defualt", "defualt", "Danh mục không có thang nhắc “defualt”. Có phải “default”?", false},
	{"a quorum that is a number of days", "obligations/HN-01.yaml", "quorum: R15", "quorum: R14", "quorum: R14", "Giá trị “3” của “R14” không dùng được ở đây; cần phân số như 2/3.", false},
	{"a report that follows a happening", "obligations/BC-06.yaml", "{kind: fixed_day, ground: bc-06.due, shift: next}", "{kind: days_after, n: 5, ground: bc-06.due}", "kind: days_after", "“days_after” tính từ một sự việc, nhiệm vụ định kỳ không có. Chọn cách tính theo kỳ.", false},
	{"conditions without a rest", "obligations/HN-01.yaml", "  - {kind: months_after_period, ground: R14}\n", "", "month: 11", "Cách tính cuối danh sách phải áp dụng cho mọi trường hợp còn lại. Bỏ điều kiện của mục này hoặc thêm một mục không điều kiện.", false},
	{"an automatic letter upwards", "catalogue.yaml", "offset: 7, counted: working, role: standing-agency, draft: true", "offset: 7, counted: working, role: standing-agency", "overdue-7", "Mức “overdue-7” gửi lên standing-agency phải là bản dự thảo. Thêm draft: true.", false},
	{"the same rung twice", "obligations/DT-01.yaml", "id: remind-plan-60", "id: remind-14", "id: remind-14", "Mức nhắc “remind-14” đã có trong thang “default”. Đặt mã khác.", false},
	{"spans that overlap", "rules.yaml", "valid_to: 2025-06-30", "valid_to: 2025-07-01", "valid_from: 2025-07-01", "Quy tắc “R02” có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc.", false},
	{"at most what is not asked", "obligations/DT-01.yaml", "at_most: opinions,", "at_most: opinion,", "at_most: opinion,", "“opinion” không phải là một số đếm khác của bước này. Nêu khóa của một số đếm.", false},
	{"a sum of what is not asked", "obligations/DT-01.yaml", "at_most: opinions,", "sum_of: [opinions, opinion],", "sum_of: [opinions, opinion]", "“opinion” không phải là một số khác của bước này. Nêu khóa của một số.", false},
	{"known in two ways", "obligations/DT-01.yaml", "at_most: opinions,", "known: {among: unit, obligation: HN-01, cases: held, boards: steering-committee},", "known:",
		"“opinions_answered” nêu nguồn chưa rõ. Nêu một trong ba: obligation và cases, obligation và sum, boards.", false},
	{"known from nobody's cases", "obligations/DT-01.yaml", "at_most: opinions,", "known: {among: unit, obligation: HN-02, cases: held},", "known:", "Danh mục không có nhiệm vụ “HN-02”. Có phải “HN-01”?", false},
	{"known from a figure nobody asks for", "obligations/DT-01.yaml", "at_most: opinions,", "known: {among: area, obligation: HN-01, sum: {step: hold, fact: presents}},", "known:",
		"Bước “hold” của HN-01 không hỏi số “presents”. Nêu khóa của một số ở bước đó.", false},
	{"words that are counted", "obligations/DT-01.yaml", "kind: count, required: true, indicator: I06", "kind: text, required: true, indicator: I06", "kind: text", "“present” không phải là số nên không có khóa measure. Bỏ khóa này.", false},
	{"code that is not the file's", "obligations/BCD-02.yaml", "code: BCD-02", "code: BCD-22", "BCD-22", "Mã “BCD-22” khác tên tệp BCD-02.yaml. Đổi mã hoặc đổi tên tệp.", false},
	{"personal before its rule", "obligations/DT-01.yaml", "reviewer: standing-agency", "reviewer: standing-agency\npersonal: {rule: R03, from: 2025-06-30}", "personal:", "Ngày 30/06/2025 quy tắc “R03” không có hiệu lực. Sửa ngày hoặc chọn quy tắc khác.", false},
	{"personal by a rule that nobody knows", "obligations/DT-01.yaml", "reviewer: standing-agency", "reviewer: standing-agency\npersonal: {rule: R93, from: 2025-06-30}", "personal:", "Không có quy tắc hay thiết lập “R93”. Có phải “R03”?", false},
	{"the head first by a setting that is none", "catalogue.yaml", "head_before_superior_working_days: ladder.head-first-days", "head_before_superior_working_days: ladder.head-first-day", "head_before_superior_working_days: ladder.head-first-day", "Không có quy tắc hay thiết lập “ladder.head-first-day”. Có phải “ladder.head-first-days”?", false},
	{"key twice", "obligations/BCD-02.yaml", "pattern: board", "pattern: board\npattern: report", "pattern: report", "Khóa “pattern” ghi hai lần. Giữ lại một.", false},
}

func TestAFaultNamesItsLineAndTheNearestRightWord(t *testing.T) {
	for _, c := range spoilt {
		folder := files(t)
		spoil(t, folder, c.file, c.old, c.with)
		var said []string
		found := false
		for _, f := range faultsOf(t, folder) {
			said = append(said, f.Error()+" | "+f.VI)
			require.NotContains(t, f.VI+f.EN, "%!", c.name)
			require.NotEmpty(t, f.EN, c.name)
			found = found || (f.VI == c.vi && f.File == c.file && f.Line == lineOf(t, folder, c.file, c.at) && f.Column > 0)
		}
		require.True(t, found, "%s: %s\nsaid: %s", c.name, c.vi, strings.Join(said, "\n"))
	}
}

func TestTheSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(string(catalogue.Schema)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("catalogue.schema.json", raw))
	schema, err := compiler.Compile("catalogue.schema.json")
	require.NoError(t, err)

	whole := files(t)
	for name, file := range whole {
		require.NoError(t, schema.Validate(asJSON(t, file.Data)), name)
	}
	for _, c := range spoilt {
		if !c.structural {
			continue
		}
		folder := files(t)
		spoil(t, folder, c.file, c.old, c.with)
		require.Error(t, schema.Validate(asJSON(t, folder[c.file].Data)), c.name)
	}
}

// asJSON is a YAML file as an editor's validator sees it: bare days are texts.
func asJSON(t *testing.T, content []byte) any {
	t.Helper()
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(content, &root))
	textDays(&root)
	var value any
	require.NoError(t, root.Decode(&value))
	encoded, err := json.Marshal(value)
	require.NoError(t, err)
	plain, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
	require.NoError(t, err)
	return plain
}

func textDays(n *yaml.Node) {
	if n.ShortTag() == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, c := range n.Content {
		textDays(c)
	}
}

func TestTheSchemaKnowsTheWorkflowTypesOfTheContract(t *testing.T) {
	var schema struct {
		Defs struct {
			Obligation struct {
				Properties struct {
					Workflow struct{ Enum []string }
				}
			}
			UnitKind struct{ Enum []string } `json:"unit_kind"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(catalogue.Schema, &schema))
	require.ElementsMatch(t, contract.CaseWorkflows, schema.Defs.Obligation.Properties.Workflow.Enum)
	kinds := schema.Defs.UnitKind.Enum
	require.NotEmpty(t, kinds)
	for _, kind := range kinds {
		require.NotEqual(t, kind, catalogue.KindTitle(kind).VI, "every kind has a name for people")
	}
}

func TestAllFaultsAreToldAtOnceInOrder(t *testing.T) {
	folder := files(t)
	spoil(t, folder, "obligations/DT-01.yaml", "verb:", "vreb:")
	spoil(t, folder, "obligations/DT-01.yaml", "notice_days", "notice_day")
	spoil(t, folder, "obligations/HN-01.yaml", "R15", "R95")
	folder["obligations/GHI-CHU.yml"] = &fstest.MapFile{Data: []byte("a: 1")}
	faults := faultsOf(t, folder)
	var files []string
	for _, f := range faults {
		files = append(files, f.File)
	}
	// The misspelt verb is two faults: a key nobody knows and a key that is missing. R95 stands twice.
	require.Equal(t, []string{"obligations/DT-01.yaml", "obligations/DT-01.yaml", "obligations/DT-01.yaml", "obligations/GHI-CHU.yml",
		"obligations/HN-01.yaml"}, files)
}

func TestAFolderThatIsNoCatalogue(t *testing.T) {
	require.Contains(t, faultsOf(t, fstest.MapFS{})[0].VI, "không có tệp catalogue.yaml")

	folder := files(t)
	delete(folder, "rules.yaml")
	require.Equal(t, "rules.yaml", faultsOf(t, folder)[0].File)

	folder = files(t)
	folder["obligations/DT-01.yaml"] = &fstest.MapFile{Data: []byte("code: DT-01\n  title: [")}
	broken := faultsOf(t, folder)
	require.Len(t, broken, 1)
	require.Equal(t, 2, broken[0].Line)

	folder = files(t)
	folder["obligations/DT-01.yaml"] = &fstest.MapFile{}
	require.Contains(t, faultsOf(t, folder)[0].VI, "không có nội dung")

	folder = files(t)
	spoil(t, folder, "rules.yaml", "valid_from: 2016-01-01", "valid_from: 2016-02-30")
	require.Contains(t, faultsOf(t, folder)[0].VI, "không có trong lịch")
}

func TestAnEditionHoldsFromItsDay(t *testing.T) {
	folder := files(t)
	for name, file := range files(t) {
		folder["2027/"+name] = file
	}
	same := faultsOf(t, folder)
	require.Contains(t, same[0].VI, "Phiên bản hoặc ngày hiệu lực trùng")

	spoil(t, folder, "2027/catalogue.yaml", `version: "2024.1"`, `version: "2027.1"`)
	spoil(t, folder, "2027/catalogue.yaml", "in_force_from: 2023-07-01", "in_force_from: 2027-01-01")
	spoil(t, folder, "2027/catalogue.yaml", "value: 17/06", "value: 25/06")
	cat, err := catalogue.Load(folder)
	require.NoError(t, err)
	require.Nil(t, cat.At(day("2023-06-30")))
	require.Equal(t, "2024.1", cat.At(day("2026-12-31")).Version)
	require.Equal(t, "2027.1", cat.At(day("2027-01-01")).Version)
	require.Equal(t, "2027.1", cat.Latest().Version)
}

func TestAnEditionListsItsObligations(t *testing.T) {
	e := sample(t).Latest()
	var codes []string
	for _, o := range e.Obligations {
		codes = append(codes, o.Code)
		require.LessOrEqual(t, len([]rune(o.ShortTitle.VI)), 24, "%s: a short title fits a column", o.Code)
	}
	require.Equal(t, []string{"BC-06", "BCD-02", "BCD-03", "BCD-04", "DT-01", "HN-01"}, codes)
	require.Nil(t, e.Obligation("DT-99"))
	require.Equal(t, "R01", e.Ground("R01", day("2026-01-01")).GetRuleId())
	require.Nil(t, e.Ground("R03", day("2025-06-30")))
}

func TestEveryRuleAndSettingIsUsed(t *testing.T) {
	folder := files(t)
	var all strings.Builder
	for name, file := range folder {
		if name != "rules.yaml" {
			all.Write(file.Data)
		}
	}
	e := sample(t).Latest()
	for _, r := range e.Rules {
		require.Contains(t, all.String(), r.ID)
	}
	for _, s := range e.Settings {
		require.GreaterOrEqual(t, strings.Count(all.String(), s.Key), 2, s.Key)
	}
}

func TestTheWordsAreThoseOfAnOfficial(t *testing.T) {
	for name, file := range files(t) {
		text := string(file.Data)
		require.Equal(t, norm.NFC.String(text), text, name)
		for _, wrong := range []string{"vui lòng", "nghĩa vụ", "uỷ", "hoà ", "kì ", "hàng năm", "Duyệt", "nấc"} {
			require.NotContains(t, text, wrong, name)
		}
	}
}

func TestAnObligationDescribesItself(t *testing.T) {
	e := sample(t).Latest()
	require.Empty(t, e.Describe("DT-99"))
	for _, o := range e.Obligations {
		require.NotContains(t, e.Describe(o.Code), "theo R", o.Code)
	}
	text := e.Describe("DT-01")
	for _, want := range []string{
		"DT-01: Hội nghị trao đổi, đối thoại giữa UBND cấp xã với Nhân dân",
		"Đối tượng: Ủy ban nhân dân cấp xã.",
		"Thời hạn: ngày cuối của kỳ. Căn cứ: khoản 1 Điều 32 Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15.",
		"  - trước hạn bước “Kế hoạch tổ chức” 30 ngày: cán bộ đầu mối.",
		"Nguồn: đọc qua báo chí, chưa đối chiếu văn bản.",
	} {
		require.Contains(t, text, want)
	}
	require.Contains(t, e.Describe("HN-01"), "Không thuộc đối tượng: Cơ quan, đơn vị có từ 07 người trở xuống")
	require.Contains(t, e.Describe("BC-06"), "Thiết lập của tỉnh, thay đổi được.")
}
