package portal

import "slices"

// reportRights are the rows of a report's pages: where a figure comes from is read by whoever reads the case.
var reportRights = slices.Concat(sectionRights("/h/:obligation/:unit/:period", "/h/"+yearReport), sectionRights("/h/:obligation/:unit/:period/:correction", "/h/"+yearReport+"/c1"))

func sectionRights(root, of string) []right {
	return []right{
		{route: "GET " + root, address: of, may: readers},
		{route: "GET " + root + "/nguon/:step/:fact", address: of + "/nguon/communes/dialogues", may: readers},
		{route: "GET " + root + "/nguon/:step/:fact", address: of + "/nguon/communes/boards", may: readers},
		{route: "GET " + root + "/buoc/:step", address: of + "/buoc/communes", may: theUnit},
		{route: "GET " + root + "/buoc/:step", address: of + "/buoc/narrative", may: theUnit},
		{route: "GET " + root + "/kiem-tra", address: of + "/kiem-tra", may: theUnit},
	}
}

// The forms of a report go through what is hostile too.
func init() {
	hostilePages["o-an"] = append(hostilePages["o-an"], communes, narrative)
}
