package portal

// synthesisRights are the pages of the synthesis: whoever oversees reads them, the standing agency's own people draw up, its leaders record
// what was signed.
var synthesisRights = []right{
	{route: "GET /tong-hop", address: "/tong-hop", may: overseers},
	{route: "GET /tong-hop/:period", address: "/tong-hop/2026-H2", may: overseers},
	{route: "GET /tong-hop/:period", address: "/tong-hop/2026-H1", may: overseers},
	{route: "GET /tong-hop/:period/xuat.xlsx", address: "/tong-hop/2026-H2/xuat.xlsx", may: overseers},
	{route: "GET /tong-hop/:period/bao-cao", address: "/tong-hop/2026-H2/bao-cao", may: overseers},
	{route: "GET /tong-hop/:period/bao-cao/xuat.xlsx", address: "/tong-hop/2026-H2/bao-cao/xuat.xlsx", may: overseers},
	{route: "GET /tong-hop/:period/so-lieu/:indicator", address: "/tong-hop/2026-H2/so-lieu/I04", may: overseers},
	{route: "GET /tong-hop/:period/so-lieu/:indicator", address: "/tong-hop/2026-H2/so-lieu/I04?don-vi=" + partyKhoai, may: overseers},
	{route: "GET /tong-hop/:period/cac-ban", address: "/tong-hop/2026-H2/cac-ban?tu=2&den=0", may: overseers},
	{route: "GET /tong-hop/:period/ky", address: "/tong-hop/2026-H2/ky", may: those("leader")},
	{route: "POST /tong-hop/:period/ky", address: "/tong-hop/2026-H2/ky", may: those("leader")},
	{route: "POST /tong-hop/:period/lap", address: "/tong-hop/2026-H2/lap", may: reviewers},
}
