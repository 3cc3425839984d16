module nenep/standalone

go 1.26.0
