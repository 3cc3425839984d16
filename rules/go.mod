module nenep/rules

go 1.26.0
