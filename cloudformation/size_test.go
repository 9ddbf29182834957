package cloudformation

import "testing"

func TestSizeIsWhatJSONWrites(t *testing.T) {
	for _, v := range []Value{
		nil, "", "plain", "quote\" back\\slash\n\x01 ü 😀 \xff", true, false, 42, -7, Number("1e3"),
		List{}, List{1, "a", List{}, NewObject()}, NewObject(),
		NewObject("a", List{NewObject("b", nil, "ü\"", List{Ref("x")})}, "c", Sub("${y}")),
	} {
		if got, want := Size(v), len(JSON(v)); got != want {
			t.Errorf("Size(%s) = %d, want %d", Compact(v), got, want)
		}
	}
}
