package setting

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"

	"hnn/internal/nearest"
)

// Encode returns the settings of c that keep takes as a YAML mapping, lists on one line.
// Those of the option omitempty are left out where they are zero, unless they are not in
// base: read on top of base they would have its value, so they follow at the end.
func Encode(all []*Setting, c, base any, keep func(*Setting) bool) (*yaml.Node, error) {
	mapping := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	add := func(s *Setting) error {
		var value yaml.Node
		if err := value.Encode(s.value(c).Interface()); err != nil {
			return err
		}
		if value.Kind == yaml.SequenceNode {
			value.Style |= yaml.FlowStyle
		}
		mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s.Key}, &value)
		return nil
	}
	var last []*Setting
	for _, s := range all {
		switch {
		case !keep(s):
		case !s.OmitEmpty || !s.IsZero(c):
			if err := add(s); err != nil {
				return nil, err
			}
		case !s.IsZero(base):
			last = append(last, s)
		}
	}
	for _, s := range last {
		if err := add(s); err != nil {
			return nil, err
		}
	}
	return mapping, nil
}

// Check reports a key of a mapping that is no setting or stands there twice.
func Check(all []*Setting, mapping *yaml.Node) error {
	if mapping.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: this is no list of lines such as \"key: value\"", mapping.Line)
	}
	var keys []string
	known := map[string]bool{}
	for _, s := range all {
		keys = append(keys, s.Key)
		known[s.Key] = true
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		free, ok := known[key.Value]
		switch {
		case !ok:
			advice := ""
			if near := nearest.Name(key.Value, keys); near != "" {
				advice = fmt.Sprintf("; did you mean %s?", near)
			}
			return fmt.Errorf("line %d: field %s not found%s", key.Line, key.Value, advice)
		case !free:
			return fmt.Errorf("line %d: %s is there twice", key.Line, key.Value)
		}
		known[key.Value] = false
	}
	return nil
}

// Decode gives c the values that a mapping has for the settings.
func Decode(all []*Setting, c any, mapping *yaml.Node) error {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		for _, s := range all {
			if s.Key != mapping.Content[i].Value {
				continue
			}
			if err := s.decode(c, mapping.Content[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Setting) decode(c any, node *yaml.Node) error {
	if s.Values() == nil {
		return node.Decode(s.Pointer(c))
	}
	// The names of an enumeration are read as plain text.
	var names []string
	v := s.value(c)
	if v.Kind() == reflect.Slice {
		if err := node.Decode(&names); err != nil {
			return err
		}
		return s.SetNames(c, names)
	}
	var name *string
	if err := node.Decode(&name); err != nil || name == nil {
		return err
	}
	if err := s.SetNames(c, []string{*name}); err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return nil
}
