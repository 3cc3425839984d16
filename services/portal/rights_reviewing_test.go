package portal

import "slices"

// reviewersRights are the rows of the pages on which many cases are confirmed, and of raw events.
var reviewersRights = slices.Concat([]right{
	{route: "GET /cho-xac-nhan", address: "/cho-xac-nhan", may: reviewers},
	{route: "POST /cho-xac-nhan/kiem-tra", address: "/cho-xac-nhan/kiem-tra", may: reviewers},
	{route: "GET /h/:obligation/:unit/:period/viec/:act", address: "/h/" + khoaiChauCase + "/viec/cuoc-goi", may: slices.Concat(bodies, those("administrator"))},
	{route: "POST /h/:obligation/:unit/:period/viec/:act", address: "/h/" + khoaiChauCase + "/viec/cuoc-goi", may: slices.Concat(bodies, those("administrator"))},
	{route: "POST /cho-xac-nhan/xac-nhan", address: "/cho-xac-nhan/xac-nhan", may: reviewers},
}, rawRights("/h/:obligation/:unit/:period", "/h/"+khoaiChauCase), rawRights("/h/:obligation/:unit/:period/:correction", "/h/"+khoaiChauCase+"/c1"))

// rawRights are the rows of a case's raw events: who reads its history reads them.
func rawRights(root, of string) []right {
	return []right{{route: "GET " + root + "/lich-su/goc", address: of + "/lich-su/goc", may: readers}, {route: "GET " + root + "/lich-su/goc", address: of + "/lich-su/goc?tu=x", may: readers}}
}
