package app

import "github.com/spf13/cobra"

func keysCommand() *cobra.Command {
	root := &cobra.Command{Use: "keys", Short: "Keys: make new ones, see which are still needed"}
	root.AddCommand(payloadKeyCommand(), tokenKeysCommand())
	return root
}
