package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"
)

// DataConverter is the one converter of services, workers, replay tests and the history reader.
// Payloads are ProtoJSON and JSON; codecs wrap it here and nowhere else. Processes take theirs from Config.DataConverter, which knows the
// keys; this one without a codec reads and writes what is not sealed.
func DataConverter(codecs ...converter.PayloadCodec) converter.DataConverter {
	base := converter.GetDefaultDataConverter()
	if len(codecs) == 0 {
		return base
	}
	return waiting{converter.NewCodecDataConverter(base, codecs...)}
}

// TemporalOptions are the client options every process uses.
func (c Config) TemporalOptions(logger *zap.Logger) (client.Options, error) {
	codec, err := c.PayloadCodec()
	if err != nil {
		return client.Options{}, err
	}
	options := client.Options{
		HostPort:         c.TemporalAddr,
		Namespace:        c.TemporalNamespace,
		Logger:           NewTemporalLogger(logger),
		DataConverter:    DataConverter(codec),
		FailureConverter: failureConverter(codec),
	}
	if c.TemporalAPIKey != "" {
		options.Credentials = client.NewAPIKeyStaticCredentials(c.TemporalAPIKey)
		options.ConnectionOptions.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if c.TemporalTLSCert == "" && c.TemporalTLSCA == "" {
		return options, nil
	}
	config, err := c.temporalTLS()
	options.ConnectionOptions.TLS = config
	return options, err
}

func (c Config) temporalTLS() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TemporalTLSCert != "" {
		pair, err := tls.LoadX509KeyPair(c.TemporalTLSCert, c.TemporalTLSKey)
		if err != nil {
			return nil, fmt.Errorf("NENEP_TEMPORAL_TLS_CERT, NENEP_TEMPORAL_TLS_KEY: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if c.TemporalTLSCA != "" {
		pem, err := os.ReadFile(c.TemporalTLSCA)
		if err != nil {
			return nil, fmt.Errorf("NENEP_TEMPORAL_TLS_CA: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("NENEP_TEMPORAL_TLS_CA: %s holds no certificate", c.TemporalTLSCA)
		}
	}
	return config, nil
}

// DialTemporal connects lazily: a process starts while Temporal is away and is unready until it is back.
func (c Config) DialTemporal(_ context.Context, logger *zap.Logger) (client.Client, error) {
	options, err := c.TemporalOptions(logger)
	if err != nil {
		return nil, err
	}
	return client.NewLazyClient(options)
}
