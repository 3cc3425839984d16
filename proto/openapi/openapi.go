// Package openapi holds the OpenAPI document of what machines may call. It is generated from the contracts by scripts/contracts.sh.
package openapi

import _ "embed"

// Document is the OpenAPI 3.0 document, JSON.
//
//go:embed openapi.json
var Document []byte
