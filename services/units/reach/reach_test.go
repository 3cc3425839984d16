package reach_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/services/units/reach"
)

func TestAddressesThatServe(t *testing.T) {
	for typed, want := range map[string]string{
		"vanan@hungyen.gov.vn":            "vanan@hungyen.gov.vn",
		"  Van.An+NeNep@HungYen.gov.vn\t": "Van.An+NeNep@HungYen.gov.vn",
		"o'hara@a-b.example":              "o'hara@a-b.example",
		"":                                "",
		"   ":                             "",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b", 63) + ".vn": strings.Repeat("a", 64) + "@" + strings.Repeat("b", 63) + ".vn",
	} {
		got, fault := reach.Email(typed)
		require.Nil(t, fault, typed)
		require.Equal(t, want, got)
	}
}

func TestAnAddressThatCannotServeIsRefusedWithASentence(t *testing.T) {
	for typed, says := range map[string]string{
		"a@b":                                   "Địa chỉ thư “a@b” thiếu tên miền. Nhập đủ phần sau dấu @.",
		"vanan":                                 "Địa chỉ thư “vanan” thiếu tên miền. Nhập đủ phần sau dấu @.",
		"vanan@":                                "thiếu tên miền",
		"@hungyen.gov.vn":                       "Phần trước dấu @",
		"an@hungyen.gov.vn\r\nBcc: x@":          "dấu xuống dòng",
		"an@hungyen.gov.vn\n":                   "dấu xuống dòng",
		"an@x@hungyen.gov.vn":                   "nhiều hơn một dấu @",
		"an@hungyen.gov.vn, b@c.vn":             "nhiều hơn một dấu @",
		"an@[192.0.2.1]":                        "địa chỉ số",
		"an@192.0.2.1":                          "địa chỉ số",
		"an@[IPv6:2001:db8::1]":                 "địa chỉ số",
		"an@hung_yen.gov.vn":                    "Tên miền",
		"an@-hungyen.vn":                        "Tên miền",
		"an@hungyen..vn":                        "Tên miền",
		"an@hungyen.vn.":                        "Tên miền",
		"an@hungyen.123":                        "Tên miền",
		"an@hưngyên.vn":                         "Tên miền",
		"ân@hungyen.vn":                         "Phần trước dấu @",
		"an..b@hungyen.vn":                      "Phần trước dấu @",
		"\"an b\"@hungyen.vn":                   "Phần trước dấu @",
		"An <an@hungyen.vn>":                    "Tên miền",
		"an b@hungyen.vn":                       "Phần trước dấu @",
		strings.Repeat("a", 65) + "@hungyen.vn": "Phần trước dấu @",
		"a@" + strings.Repeat(strings.Repeat("b", 60)+".", 5) + "vn": "dài 309 ký tự",
	} {
		got, fault := reach.Email(typed)
		require.NotNil(t, fault, typed)
		require.Empty(t, got)
		require.Contains(t, fault.VI, says, typed)
		require.NotEqual(t, fault.VI, fault.EN)
		require.NotContains(t, fault.VI, "\n")
	}
}

func TestNumbersAreKeptAsE164(t *testing.T) {
	for typed, want := range map[string]string{
		"0912345678":          "+84912345678",
		" 0912 345 678 ":      "+84912345678",
		"(+84) 912.345.678":   "",
		"+84 (912) 345-678":   "+84912345678",
		"0221 3865 000":       "+842213865000",
		"+1 202-456-1414":     "+12024561414",
		"":                    "",
		"12345":               "",
		"0987 654 32":         "",
		"0912345678\n":        "",
		"0912345678 máy lẻ 2": "",
		"0912-FLOWERS":        "",
		"+999 123456789":      "",
	} {
		got, fault := reach.Phone(typed)
		require.Equal(t, want, got, typed)
		require.Equal(t, want == "" && typed != "", fault != nil, typed)
		if fault != nil {
			require.NotContains(t, fault.VI, typed, "a number is not repeated: refusals are logged")
		}
	}
}
