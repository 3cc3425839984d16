// Package crds names the modules whose kinds the chart may use: their definitions are installed on
// the cluster that the chart is tried on, without the operators behind them.
package crds

import (
	_ "github.com/kedacore/keda/v2/apis/keda/v1alpha1"                            // ships its definitions
	_ "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1" // theirs are made from the types
	_ "sigs.k8s.io/gateway-api/apis/v1"                                           // ships its definitions
)
