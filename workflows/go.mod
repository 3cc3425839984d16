module nenep/workflows

go 1.26.0
