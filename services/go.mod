module nenep/services

go 1.26.0
