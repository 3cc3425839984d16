package portal

import "slices"

// keepers put templates: an administrator, and the head of a body for his own.
var keepers = those("head", "leader", "administrator")

// documentRights are the papers of a case, for whoever reads it, and the offices' own templates.
var documentRights = slices.Concat([]right{
	{route: "GET " + templatesPath, address: templatesPath, may: slices.Concat(keepers, those("auditor"))},
	{route: "POST " + templatesPath, address: templatesPath, may: keepers}, // without a file: what is missing is said to those only who may
	{route: "GET " + templatesPath + "/:id/tep.docx", address: templatesPath + "/MVB-1/tep.docx", may: slices.Concat(keepers, those("auditor"))},
	{route: "GET " + templatesPath + "/:id/xem-truoc.docx", address: templatesPath + "/MVB-1/xem-truoc.docx", may: slices.Concat(keepers, those("auditor"))},
	{route: "POST " + templatesPath + "/:id/bo", address: templatesPath + "/MVB-1/bo", may: keepers},
}, paperRights("/h/:obligation/:unit/:period", "/h/"+khoaiChauCase), paperRights("/h/:obligation/:unit/:period/:correction", "/h/"+khoaiChauCase+"/c1"))

func paperRights(root, of string) []right {
	return []right{{route: "GET " + root + "/van-ban/:document", address: of + "/van-ban/bien-ban.docx", may: readers}}
}
