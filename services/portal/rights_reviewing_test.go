package portal

// reviewersRights are the rows of the pages on which many cases are confirmed.
var reviewersRights = []right{
	{route: "GET /cho-xac-nhan", address: "/cho-xac-nhan", may: reviewers},
	{route: "POST /cho-xac-nhan/kiem-tra", address: "/cho-xac-nhan/kiem-tra", may: reviewers},
	{route: "POST /cho-xac-nhan/xac-nhan", address: "/cho-xac-nhan/xac-nhan", may: reviewers},
}
