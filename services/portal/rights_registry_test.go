package portal

// registryRights are how the head of a unit changes its contact; the administrators' own pages of the register are an area.
var registryRights = []right{
	{route: "GET " + ownPeoplePath, address: ownPeoplePath, may: those("head")},
	{route: "GET " + ownPeoplePath + "/don-vi/:unit/chuc-vu", address: ownPeoplePath + "/don-vi/" + khoaiChau + "/chuc-vu", may: those("head")},
	{route: "POST " + ownPeoplePath + "/don-vi/:unit/chuc-vu", address: ownPeoplePath + "/don-vi/" + khoaiChau + "/chuc-vu", may: those("head")},
	{route: "GET " + ownPeoplePath + "/chuc-vu/:position/thoi", address: ownPeoplePath + "/chuc-vu/CV-1/thoi", may: those("head")},
	{route: "POST " + ownPeoplePath + "/chuc-vu/:position/thoi", address: ownPeoplePath + "/chuc-vu/CV-1/thoi", may: those("head")},
	{route: "GET " + ownPeoplePath + "/chuc-vu/:position/ban-giao", address: ownPeoplePath + "/chuc-vu/CV-1/ban-giao", may: those("head")},
	{route: "POST " + ownPeoplePath + "/chuc-vu/:position/ban-giao", address: ownPeoplePath + "/chuc-vu/CV-1/ban-giao", may: those("head")},
	{route: "GET " + ownPeoplePath + "/ban-giao/:id", address: ownPeoplePath + "/ban-giao/BG-7", may: those("head")},
}

// The forms of the register go through what is hostile too.
func init() {
	hostilePages["o-quan"] = append(hostilePages["o-quan"],
		unitsPath, unitsPath+"/moi", unitAddress(khoaiChau)+"/sua", unitAddress(khoaiChau)+"/chuc-vu?tim=giang", areasPath, areasPath+"/moi", officialsPath, officialsPath+"/moi",
		officialAddress("o-an")+"/sua", officialAddress("o-an")+"/dia-chi", officialAddress("o-an")+"/chuc-vu", adminPath+"/chuc-vu/CV-1/thoi", adminPath+"/chuc-vu/CV-1/sua", adminPath+"/chuc-vu/CV-1/bo",
		adminPath+"/chuc-vu/CV-1/ban-giao?tim=giang", boardsPath, boardsPath+"/moi", boardAddress("BAN-"+khoaiChau)+"/thanh-vien", boardAddress("BAN-"+khoaiChau)+"/thanh-vien/TV-1/thoi", catalogPath,
		obligationAddress("DT-01")+"/ap-dung")
	hostilePages["o-binh"] = append(hostilePages["o-binh"], ownPeoplePath+"/don-vi/"+khoaiChau+"/chuc-vu", ownPeoplePath+"/chuc-vu/CV-1/ban-giao")
}
