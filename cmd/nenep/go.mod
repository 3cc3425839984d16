module nenep/cmd/nenep

go 1.26.0
