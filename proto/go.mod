module nenep/proto

go 1.26.0
