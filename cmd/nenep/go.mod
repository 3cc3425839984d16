module nenep/cmd/nenep

go 1.26.0

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/cobra v1.10.2 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	nenep/proto v0.0.0
	nenep/rules v0.0.0
	nenep/services v0.0.0
	nenep/workflows v0.0.0
)

replace nenep/proto => ../../proto

replace nenep/rules => ../../rules

replace nenep/services => ../../services

replace nenep/workflows => ../../workflows
