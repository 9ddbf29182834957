package environment

import (
	"strings"
	"testing"
	"time"
)

func TestSettings(t *testing.T) {
	variables := map[string]string{}
	s := New(func(name string) string { return variables[name] })
	variables["D"] = "90s"
	variables["N"] = "7"
	variables["B"] = "true"
	variables["AWS_REGION"] = "eu-west-1"
	if s.Duration("D", 0, 0, time.Hour) != 90*time.Second || s.Int("N", 0, 1, 9) != 7 || !s.Bool("B") || s.Region() != "eu-west-1" ||
		s.Duration("NONE", time.Minute, 0, time.Hour) != time.Minute || s.Int("NONE", 3, 1, 9) != 3 || s.Bool("NONE") || s.Err() != nil {
		t.Error(s.Err())
	}
	variables["B"] = "TRUE"
	variables["AWS_REGION"] = ""
	s.Duration("D", 0, 0, time.Minute)
	s.Duration("N", 0, 0, time.Minute)
	s.Int("N", 0, 1, 6)
	s.Int("D", 0, 1, 6)
	s.Bool("B")
	s.Region()
	if err := s.Err(); err == nil || strings.Count(err.Error(), "\n") != 5 {
		t.Error(err)
	}
}
