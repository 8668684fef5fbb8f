package callagent

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// decode reads the input of an agent. The answer is the problem, as a line; empty if there is none.
func decode(raw json.RawMessage, into any) string {
	if err := json.Unmarshal(raw, into); err != nil {
		wrong := &json.UnmarshalTypeError{}
		if errors.As(err, &wrong) {
			return fmt.Sprintf("%s: expected %s, got %s", strings.TrimSuffix("input."+wrong.Field, "."), wrong.Type, wrong.Value)
		}
		return fmt.Sprintf("input: expected JSON: %s", err)
	}
	shape := reflect.TypeOf(into).Elem()
	if shape.Kind() != reflect.Struct {
		return ""
	}
	given := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &given); err != nil {
		return "input: expected an object"
	}
	for i := range shape.NumField() {
		field := shape.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() {
			continue
		}
		if _, isThere := given[name]; !isThere && options != "omitempty" {
			return fmt.Sprintf("input.%s: expected a value, got nothing", name)
		}
	}
	return ""
}
