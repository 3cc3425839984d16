package portal

// signedCopyRights: who hands in files may say which of them was issued.
var signedCopyRights = []right{
	{route: "GET /h/:obligation/:unit/:period/ban-da-ky", address: "/h/" + khoaiChauCase + "/ban-da-ky", may: bodies},
	{route: "POST /h/:obligation/:unit/:period/ban-da-ky", address: "/h/" + khoaiChauCase + "/ban-da-ky", may: bodies, streamed: true},
	{route: "GET /h/:obligation/:unit/:period/:correction/ban-da-ky", address: "/h/" + khoaiChauCase + "/c1/ban-da-ky", may: bodies},
	{route: "POST /h/:obligation/:unit/:period/:correction/ban-da-ky", address: "/h/" + khoaiChauCase + "/c1/ban-da-ky", may: bodies, streamed: true},
}

func init() {
	hostilePages["o-an"] = append(hostilePages["o-an"], caseURL(khoaiChauCase)+"/ban-da-ky")
}
