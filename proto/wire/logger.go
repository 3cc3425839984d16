package wire

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewLogger writes one JSON line per fact to standard error.
func NewLogger(level, role string) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("NENEP_LOG_LEVEL: %q is not one of debug, info, warn, error", level)
	}
	cfg := loggerConfig(parsed)
	logger, err := cfg.Build()
	if err != nil {
		return nil, fmt.Errorf("build logger: %w", err)
	}
	return logger.Named(role), nil
}

// TemporalLogger gives the SDK a zap logger in the shape it asks for.
type TemporalLogger struct{ sugar *zap.SugaredLogger }

// NewTemporalLogger keeps the caller of the log line, not of this adapter.
func NewTemporalLogger(logger *zap.Logger) TemporalLogger {
	return TemporalLogger{logger.WithOptions(zap.AddCallerSkip(1)).Sugar()}
}

// Debug logs at debug level.
func (l TemporalLogger) Debug(msg string, keyvals ...any) { l.sugar.Debugw(msg, keyvals...) }

// Info logs at info level.
func (l TemporalLogger) Info(msg string, keyvals ...any) { l.sugar.Infow(msg, keyvals...) }

// Warn logs at warn level.
func (l TemporalLogger) Warn(msg string, keyvals ...any) { l.sugar.Warnw(msg, keyvals...) }

// Error logs at error level.
func (l TemporalLogger) Error(msg string, keyvals ...any) { l.sugar.Errorw(msg, keyvals...) }

// NewFileLogger writes the same lines to a file.
func NewFileLogger(level, file string) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("NENEP_LOG_LEVEL: %q is not one of debug, info, warn, error", level)
	}
	cfg := loggerConfig(parsed)
	cfg.OutputPaths, cfg.ErrorOutputPaths = []string{file}, []string{file}
	return cfg.Build()
}

func loggerConfig(level zapcore.Level) zap.Config {
	cfg := zap.NewProductionConfig()
	cfg.Level = zap.NewAtomicLevelAt(level)
	cfg.EncoderConfig.EncodeTime = zapcore.RFC3339TimeEncoder
	cfg.DisableStacktrace = true
	return cfg
}
